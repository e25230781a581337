"""Staff pages: a trial in one patient while it goes on and after it, stopping and deciding it."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.outcomes.trials import (
    Sitting,
    as_it_stands,
    comparison_of,
    means,
    not_held_in,
    probability_of_benefit,
    sittings_of,
)
from therapy.pages.charts.trials import trial_chart
from therapy.pages.requests import StaffRequest
from therapy.pages.trial_words import (
    CHOICES,
    arms_of,
    ending_in_words,
    found_in_words,
    hoped_for,
)
from therapy.people.models import Patient
from therapy.trials.models import Trial, TrialDecision
from therapy.trials.selectors import decisions_of, ends_of, trial_of, trials_of
from therapy.trials.services import LONGEST_WORDS, decide, stop_trial

SHOWN = 5


class TrialsPanel:
    """The patient's trials, the newest first."""

    title = "Trials"
    template_name = "therapy/trials/panel.html"

    def context(self, patient: Patient) -> dict[str, Any]:
        found = list(trials_of(patient)[:SHOWN])
        ends = ends_of(found)
        return {
            "trials": [
                {"trial": one, "end": ends[one.id], "ending": ending_in_words(ends[one.id])}
                for one in found
            ],
            "running": any(end is None for end in ends.values()),
        }


@for_staff(Act.SEE_PATIENTS)
@require_safe
@never_cache
def trial(request: StaffRequest, patient_id: uuid.UUID, trial_id: uuid.UUID) -> HttpResponse:
    """What is compared and how far it is; once it is over, what it found and what was decided."""
    patient = request.access.patient(patient_id)
    return _shown(request, _trial(patient, trial_id))


@for_staff(Act.CHANGE_CARE, writes=Act.CHANGE_CARE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stop(request: StaffRequest, patient_id: uuid.UUID, trial_id: uuid.UUID) -> HttpResponse:
    """Ask once more, then end the trial."""
    patient = request.access.patient(patient_id)
    shown = _trial(patient, trial_id)
    words = _typed(request)
    problems: list[str] = []
    if request.method == "POST":
        try:
            stop_trial(trial=shown, by=request.user, words=words)
        except ValidationError as refused:
            problems = refused.messages
        else:
            messages.success(request, "The trial is stopped. From now on the plan alone counts.")
            return redirect("trial", patient.id, shown.id)
    return render(
        request,
        "therapy/trials/stop.html",
        {
            "patient": patient,
            "trial": shown,
            "words": words,
            "problems": problems,
            "longest": LONGEST_WORDS,
        },
    )


@for_staff(writes=Act.CHANGE_CARE)
@require_POST
def decide_trial(
    request: StaffRequest, patient_id: uuid.UUID, trial_id: uuid.UUID
) -> HttpResponse | HttpResponseRedirect:
    """Write down what follows, beside the estimate as it stands now."""
    patient = request.access.patient(patient_id)
    shown = _trial(patient, trial_id)
    found = comparison_of(sittings_of(shown, ends_of([shown])[shown.id]))
    typed = {"choice": request.POST.get("choice", ""), "words": _typed(request)}
    try:
        decide(trial=shown, by=request.user, estimate=as_it_stands(shown, found), **typed)
    except ValidationError as refused:
        return _shown(request, shown, typed=typed, problems=refused.messages)
    messages.success(request, "The decision is written down.")
    return redirect("trial", patient.id, shown.id)


def _shown(
    request: StaffRequest,
    shown: Trial,
    typed: dict[str, str] | None = None,
    problems: list[str] | None = None,
) -> HttpResponse:
    end = ends_of([shown])[shown.id]
    sittings = sittings_of(shown, end)
    context: dict[str, Any] = {
        "patient": shown.patient,
        "trial": shown,
        "end": end,
        "ending": ending_in_words(end),
        "arms": arms_of(shown),
        "hoped_for": hoped_for(shown),
        "held": len(sittings),
        "counted": sum(one.counts for one in sittings),
        "left": shown.planned - len(sittings),
        "not_held": not_held_in(shown, end),
        "sittings": sittings[::-1],
        "chart": trial_chart(sittings, with_arms=end is not None),
        "may_change": request.access.allows(Act.CHANGE_CARE, shown.patient.clinic_id),
        "typed": typed or {"choice": "", "words": ""},
        "problems": problems or [],
        "longest": LONGEST_WORDS,
    }
    if end is not None:
        context |= _outcome(shown, sittings)
    return render(request, "therapy/trials/trial.html", context)


def _outcome(shown: Trial, sittings: list[Sitting]) -> dict[str, Any]:
    """What may be seen once the trial is over."""
    found = comparison_of(sittings)
    decisions = decisions_of(shown)
    decided = decisions.get(TrialDecision.Kind.DECIDED)
    return {
        "found": None
        if found is None
        else found_in_words(shown, found, probability_of_benefit(shown, found)),
        "means": sorted(means(sittings).items()),
        "sessions_by_arm": (0, 0) if found is None else found.sessions,
        "stopped": decisions.get(TrialDecision.Kind.STOPPED),
        "decided": decided,
        "decided_in_words": ""
        if decided is None
        else CHOICES[TrialDecision.Choice(decided.choice)],
        "choices": CHOICES.items(),
    }


def _trial(patient: Patient, trial_id: uuid.UUID) -> Trial:
    found = trial_of(patient, trial_id)
    if found is None:
        raise Http404("There is no such trial of this patient.")
    return found


def _typed(request: StaffRequest) -> str:
    return request.POST.get("words", "").replace("\0", "").replace("\r\n", "\n")
