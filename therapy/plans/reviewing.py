"""How far goals were attained: the only writer and reader of goal reviews."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from therapy.access.acts import Act
from therapy.people.models import Patient, User
from therapy.people.visibility import access_of
from therapy.plans.goals import LEVELS
from therapy.plans.models import GoalReview, SessionPlan
from therapy.records import Problems, add, refuse


@transaction.atomic
def review_goals(
    *, plan: SessionPlan, by: User, reviewed_on: date, levels: Sequence[int | None]
) -> GoalReview:
    """Write down how far each goal of the plan was attained: −2..2 in the plan's order, None for
    one that was not judged.

    Raises PermissionDenied where `by` may not change care, ValidationError by field: a level that
    is none, numbers that do not match the goals, nothing judged, a day that is still to come.
    """
    if not access_of(by, Act.CHANGE_CARE).reaches(plan.patient.clinic_id):
        raise PermissionDenied(f"{by} may not {Act.CHANGE_CARE} in this clinic.")
    refuse(_problems(plan, reviewed_on, levels))
    return add(
        GoalReview(
            patient=plan.patient,
            plan=plan,
            reviewed_on=reviewed_on,
            levels=list(levels),
            recorded_by=by,
        )
    )


def goal_reviews_of(patient: Patient) -> QuerySet[GoalReview]:
    """The latest first, with plan and recorder at hand."""
    reviews = GoalReview.objects.filter(patient=patient)
    return reviews.select_related("plan", "recorded_by").order_by("-reviewed_on", "-id")


def _problems(plan: SessionPlan, reviewed_on: date, levels: Sequence[int | None]) -> Problems:
    problems: Problems = {}
    if len(levels) != len(plan.goals):
        problems["levels"] = [f"The plan has {len(plan.goals)} goals, not {len(levels)}."]
    elif all(level is None for level in levels):
        problems["levels"] = ["Judge one goal at least."]
    for index, level in enumerate(levels):
        if level is not None and (isinstance(level, bool) or level not in LEVELS):
            problems[f"levels.{index}"] = ["Must be a whole number from −2 to 2, or nothing."]
    # Somewhere it is tomorrow already.
    if reviewed_on > timezone.now().date() + timedelta(days=1):
        problems["reviewed_on"] = ["This day is still to come."]
    return problems
