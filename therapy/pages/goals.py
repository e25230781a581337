"""How far a patient's goals were attained: a panel, and writing down a review."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from therapy.access.acts import Act
from therapy.access.doors import for_staff
from therapy.pages.requests import StaffRequest
from therapy.people.models import Patient
from therapy.plans.goals import LEVELS
from therapy.plans.reviewing import goal_reviews_of, review_goals
from therapy.plans.selectors import current_plan

SHOWN = 12
WORDS = {
    -2: "much less than expected",
    -1: "less than expected",
    0: "as expected",
    1: "more than expected",
    2: "much more than expected",
}


class GoalsPanel:
    """The current plan's goals with a form to review them, and the reviews so far."""

    title = "Goals"
    template_name = "therapy/people/goals_panel.html"

    def context(self, patient: Patient) -> dict[str, Any]:
        plan = current_plan(patient)
        reviews = list(goal_reviews_of(patient)[:SHOWN])
        return {
            "plan": plan,
            "goals": [_choices(goal) for goal in plan.goals] if plan is not None else [],
            "today": timezone.localdate().isoformat(),
            "reviews": [
                {
                    "review": review,
                    "score": review.score,
                    "lines": [
                        (goal["goal"], WORDS[level])
                        for goal, level in zip(review.plan.goals, review.levels, strict=True)
                        if level is not None
                    ],
                }
                for review in reviews
            ],
        }


@for_staff(writes=Act.CHANGE_CARE)
@require_POST
def review(request: StaffRequest, patient_id: uuid.UUID) -> HttpResponseRedirect:
    """Write down how far the goals of the plan were attained."""
    patient = request.access.patient(patient_id)
    plan = current_plan(patient)
    try:
        if plan is None or not plan.goals:
            raise ValidationError("The plan names no goals to review.")
        if request.POST.get("plan") != str(plan.version):
            raise ValidationError("The plan has changed meanwhile: look at its goals again.")
        made = review_goals(
            plan=plan,
            by=request.user,
            reviewed_on=_day(request.POST.get("reviewed_on", "")),
            levels=[_level(request.POST.get(f"goal-{n}", "")) for n in range(len(plan.goals))],
        )
    except ValidationError as refused:
        messages.error(request, f"Nothing was written down. {' '.join(refused.messages)}")
    else:
        messages.success(request, f"Written down: goal attainment T = {made.score:.0f}.")
    return redirect("patient", patient.id)


def _choices(goal: dict[str, Any]) -> dict[str, Any]:
    described = zip(LEVELS, goal["levels"], strict=True)
    return {
        "goal": goal["goal"],
        "weight": goal["weight"],
        "choices": [(level, WORDS[level], text) for level, text in described],
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValidationError("Say on which day it was reviewed.") from None


def _level(text: str) -> int | None:
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise ValidationError("A level is a whole number from −2 to 2.") from None
