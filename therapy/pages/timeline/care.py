"""Of what staff and the patient decided: plans, trials, goals, flags, notes, consents, phones."""

import uuid
from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from therapy.access.acts import Act
from therapy.notes.models import ProgressNote
from therapy.pages.consent_panel import SCOPES
from therapy.pages.timeline.sources import Event, Span, by
from therapy.people.models import Consent, Device, Patient
from therapy.plans.models import GoalReview, PlanStanding, SessionPlan, Standing
from therapy.safety.models import SafetyFlag
from therapy.trials.models import Trial, TrialDecision

STANDINGS = {
    Standing.ACTIVE: "Listening was taken up again",
    Standing.PAUSED: "Listening was paused",
    Standing.ENDED: "Listening by the plan was ended",
}


class Plans:
    """Versions prescribed, pauses and ends."""

    key, title, act = "plans", "Session plan", Act.SEE_PATIENTS

    def events(self, patient: Patient, span: Span) -> Iterator[Event]:
        plans = SessionPlan.objects.filter(patient=patient, **span.of("created_at"))
        for plan in plans.select_related("created_by"):
            template = f"begun from the template {plan.template}" if plan.template else ""
            says = f"Plan version {plan.version} was prescribed{by(plan.created_by)}"
            yield Event(plan.created_at, says, template, reverse("plans", args=[patient.id]))
        standings = PlanStanding.objects.filter(patient=patient, **span.of("set_at"))
        for row in standings.select_related("set_by"):
            says = f"{STANDINGS[Standing(row.standing)]}{by(row.set_by)}"
            yield Event(row.set_at, says, row.reason, "#plan")


class Trials:
    """Trials begun, stopped and decided; which arm a session followed is not told."""

    key, title, act = "trials", "Trial", Act.SEE_PATIENTS

    def events(self, patient: Patient, span: Span) -> Iterator[Event]:
        begun = Trial.objects.filter(patient=patient, **span.of("begun_at"))
        for trial in begun.select_related("begun_by"):
            says = f"A trial of {trial.planned} sessions began{by(trial.begun_by)}"
            yield Event(trial.begun_at, says, "", _of(patient, trial.id))
        words = TrialDecision.objects.filter(patient=patient, **span.of("recorded_at"))
        for word in words.select_related("recorded_by"):
            done = "stopped" if word.kind == TrialDecision.Kind.STOPPED else "decided"
            says = f"A trial was {done}{by(word.recorded_by)}"
            yield Event(word.recorded_at, says, word.words, _of(patient, word.trial_id))


class Goals:
    """Reviews of the plan's goals."""

    key, title, act = "goals", "Goals", Act.SEE_PATIENTS

    def events(self, patient: Patient, span: Span) -> Iterator[Event]:
        reviews = GoalReview.objects.filter(patient=patient, **span.of("recorded_at"))
        for review in reviews.select_related("plan", "recorded_by"):
            day = review.reviewed_on
            note = f"of {day.day} {day:%B %Y}, plan version {review.plan.version}"
            if review.score is not None:
                note += f"; T-score {review.score:.1f}, where 50 is what was expected"
            says = f"Goals were reviewed{by(review.recorded_by)}"
            yield Event(review.recorded_at, says, note, "#goals")


class Flags:
    """Safety flags, and that someone saw to them."""

    key, title, act = "flags", "Safety flags", Act.SEE_PATIENTS

    def events(self, patient: Patient, span: Span) -> Iterator[Event]:
        within = Q(**span.of("raised_at")) | Q(**span.of("acknowledged_at"))
        flags = SafetyFlag.objects.filter(within, patient=patient)
        for flag in flags.select_related("acknowledged_by"):
            title = flag.definition.title
            if span.holds(flag.raised_at):
                stands = flag.acknowledged_at is None
                note = "it stands" if stands else ""
                yield Event(flag.raised_at, title, note, "#safety-flags", needs_attention=stands)
            if flag.acknowledged_at is not None and span.holds(flag.acknowledged_at):
                says = f"A flag was seen to{by(flag.acknowledged_by)}"
                note = f"{title}. {flag.note}".strip()
                yield Event(flag.acknowledged_at, says, note, "#safety-flags")


class Notes:
    """That notes were written; what they say is on their own page."""

    key, title, act = "notes", "Progress notes", Act.KEEP_NOTES

    def events(self, patient: Patient, span: Span) -> Iterator[Event]:
        notes = ProgressNote.objects.filter(patient=patient, **span.of("written_at"))
        for note in notes.defer("sections").select_related("written_by"):
            what = "A progress note was" if note.corrects_id is None else "A correction was"
            says = f"{what} written{by(note.written_by)}"
            yield Event(note.written_at, says, address=reverse("notes", args=[patient.id]))


class Consents:
    """What the patient agreed to, refused and took back."""

    key, title, act = "consents", "Consent", Act.SEE_PATIENTS

    def events(self, patient: Patient, span: Span) -> Iterator[Event]:
        words = Consent.objects.filter(patient=patient, **span.of("recorded_at"))
        for word in words.select_related("recorded_by"):
            answer = "yes" if word.given else "no"
            whose = by(word.recorded_by) or " on the phone"
            says = f"Consent: {answer} to {SCOPES[Consent.Scope(word.scope)].lower()}{whose}"
            yield Event(word.recorded_at, says, f"text {word.text_version}", "#consent")


class Phones:
    """Phones connected, and ended."""

    key, title, act = "phones", "Phones", Act.SEE_PATIENTS

    def events(self, patient: Patient, span: Span) -> Iterator[Event]:
        within = Q(**span.of("created_at")) | Q(**span.of("revoked_at"))
        for phone in Device.objects.filter(within, patient=patient):
            name = phone.label or "A phone"
            if span.holds(phone.created_at):
                yield Event(phone.created_at, f"{name} was connected", address="#phones")
            if phone.revoked_at is not None and span.holds(phone.revoked_at):
                yield Event(phone.revoked_at, f"Access of {name} was ended", address="#phones")


def _of(patient: Patient, trial: uuid.UUID) -> str:
    return reverse("trial", args=[patient.id, trial])
