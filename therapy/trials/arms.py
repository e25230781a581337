"""The two arms: a plan, and the same plan with one field different."""

import copy
from typing import Any

from therapy.plans.comparing import compare
from therapy.plans.models import BOUNDS, SessionPlan
from therapy.plans.path import curve_weights
from therapy.records import Problems, out_of_range, problems_of
from therapy.trials.models import Arm, Trial, Varied

READ: dict[str, Any] = {Varied.CURVE: str, Varied.START_FACTOR: float, Varied.TRACK_COUNT: int}
"""What a field of a plan is made of, from text."""


def varied(plan: SessionPlan, field: str, value: Any) -> SessionPlan:
    """The plan with another value in that field; not stored. Reads and changes nothing else, so
    exclusions, dose, safety and the crisis plan are those of the plan."""
    other = copy.copy(plan)
    setattr(other, field, value)
    return other


def plan_of(trial: Trial, arm: str) -> SessionPlan:
    """The plan that the arm follows; not stored."""
    return trial.plan if arm == Arm.A else varied(trial.plan, trial.varied, trial.other)


def arm_problems(plan: SessionPlan, field: str, value: Any) -> Problems:
    """Why arm B may not be this, as problems of `varied` and `other`."""
    if field not in Varied.values:
        return {"varied": [f"The arms may differ in one of: {', '.join(Varied.values)}."]}
    other = varied(plan, field, value)
    wrong = problems_of(other, unchecked=_all_but(field)) | out_of_range(other, BOUNDS)
    if field in wrong:
        return {"other": wrong[field]}
    if [change.field for change in compare(plan, other)] != [field]:
        return {"other": ["Both arms would be the same. Choose another value for B."]}
    if weights(plan) == weights(other):
        return {"other": ["Both arms would take the same path, so there is nothing to compare."]}
    return {}


def weights(plan: SessionPlan) -> list[float]:
    """c [K] of the plan's path (therapy/plans/path.py)."""
    return curve_weights(plan.curve, plan.track_count, plan.start_factor)


def _all_but(field: str) -> list[str]:
    return [one.name for one in SessionPlan._meta.concrete_fields if one.name != field]
