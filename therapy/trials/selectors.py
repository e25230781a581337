"""The only reader of trials.

When a trial is over is read from what is never changed: decisions, consents, versions of the plan
and its pauses. So nobody who withdraws a consent or prescribes anew has to think of trials, no
trial goes on by an oversight, and none begins again by itself.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery, TextChoices

from therapy.people.models import Consent, Patient
from therapy.plans.models import PlanStanding, SessionPlan, Standing
from therapy.trials.models import Assignment, Trial, TrialDecision


class Ending(TextChoices):
    """Why a trial is over."""

    HELD = "held"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    CARE_ENDED = "care-ended"
    PRESCRIBED = "prescribed"
    PAUSED = "paused"
    PLAN_ENDED = "plan-ended"


@dataclass(frozen=True)
class End:
    """Why a trial is over, and since when; of `HELD`, since when its last session began."""

    ending: Ending
    at: datetime


def trials_of(patient: Patient) -> QuerySet[Trial]:
    """The newest first, with plan and who began it at hand."""
    trials = Trial.objects.filter(patient=patient)
    return trials.select_related("plan", "begun_by").order_by("-begun_at", "-id")


def trial_of(patient: Patient, trial_id: uuid.UUID) -> Trial | None:
    """That trial of the patient, with its plan's tracks at hand."""
    trial = (
        trials_of(patient)
        .select_related("plan__therapist__user", "plan__therapist__clinic")
        .prefetch_related("plan__always_tracks", "plan__never_tracks")
        .filter(id=trial_id)
        .first()
    )
    if trial is not None:
        trial.patient = trial.plan.patient = patient  # who is at hand
    return trial


def running_trial(patient: Patient) -> Trial | None:
    """The trial that goes on, if one does: at most one. Two queries."""
    newest = trials_of(patient).first()
    if newest is None or ends_of([newest])[newest.id] is not None:
        return None
    return newest


def unused_assignments(trial: Trial) -> QuerySet[Assignment]:
    """Those that no session has followed yet, in their order."""
    unused = Assignment.objects.filter(trial=trial, sessions=None)
    return unused.order_by("position")


def decisions_of(trial: Trial) -> dict[str, TrialDecision]:
    """That it was stopped, and what was decided, by kind."""
    found = TrialDecision.objects.filter(trial=trial).select_related("recorded_by")
    return {one.kind: one for one in found}


def ends_of(trials: Iterable[Trial]) -> dict[uuid.UUID, End | None]:
    """When and why each of the trials was over first, or None while it goes on. One query."""
    instants = {ending: Subquery(rows[:1]) for ending, rows in _ends().items()}
    names = {ending: f"at_{ending.name.lower()}" for ending in instants}
    unused = Assignment.objects.filter(trial=OuterRef("pk"), sessions=None)
    found = Trial.objects.filter(id__in=[trial.id for trial in trials]).annotate(
        goes_on=Exists(unused), **{names[ending]: instants[ending] for ending in instants}
    )
    ends: dict[uuid.UUID, End | None] = {}
    for row in found.order_by().values("id", "goes_on", *names.values()):
        known = [
            End(ending, row[name])
            for ending, name in names.items()
            if row[name] is not None and not (ending is Ending.HELD and row["goes_on"])
        ]
        ends[row["id"]] = min(known, key=lambda end: end.at, default=None)
    return ends


def _ends() -> dict[Ending, QuerySet[Any, Any]]:
    """By ending, the instants of what ends a trial so, the first in front."""
    trial, patient = OuterRef("pk"), OuterRef("patient")
    uses = Assignment.objects.filter(trial=trial).order_by("-sessions__started_at")
    stops = TrialDecision.objects.filter(trial=trial, kind=TrialDecision.Kind.STOPPED)
    words = Consent.objects.filter(patient=patient, given=False, id__gt=OuterRef("consent_id"))
    words = words.order_by("id")
    versions = SessionPlan.objects.filter(patient=patient, version__gt=OuterRef("plan__version"))
    standings = PlanStanding.objects.filter(patient=patient, set_at__gte=OuterRef("begun_at"))
    standings = standings.order_by("id")
    return {
        Ending.HELD: uses.filter(sessions__isnull=False).values("sessions__started_at"),
        Ending.STOPPED: stops.values("recorded_at"),
        Ending.WITHDRAWN: words.filter(scope=Consent.Scope.EXPERIMENTS).values("recorded_at"),
        Ending.CARE_ENDED: words.filter(scope=Consent.Scope.CARE).values("recorded_at"),
        Ending.PRESCRIBED: versions.order_by("version").values("created_at"),
        Ending.PAUSED: standings.filter(standing=Standing.PAUSED).values("set_at"),
        Ending.PLAN_ENDED: standings.filter(standing=Standing.ENDED).values("set_at"),
    }
