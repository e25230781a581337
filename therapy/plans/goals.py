"""Goal attainment scaling (Kiresuk & Sherman 1968, doi 10.1007/BF01530764)."""

import math
from collections.abc import Sequence
from typing import Any

from therapy.records import Problems

LEVELS = (-2, -1, 0, 1, 2)
MOST_GOALS, MOST_WEIGHT, LONGEST = 6, 10, 500
CORRELATION = 0.3  # between goals, as the paper assumes


def attainment(levels: Sequence[int], weights: Sequence[float]) -> float:
    """The T-score of goals attained at `levels` (−2..2 each) with `weights` (> 0):
    50 + 10·Σwx / √((1−ρ)Σw² + ρ(Σw)²), ρ = .3. 50 is what was expected; on goals that were set
    without bias its standard deviation is 10.

    Raises ValueError for no goals, numbers that do not match, or values out of range.
    """
    if not levels or len(levels) != len(weights):
        raise ValueError("A level and a weight are needed for each goal.")
    if any(level not in LEVELS for level in levels) or any(weight <= 0 for weight in weights):
        raise ValueError("Levels lie between −2 and 2, and weights above 0.")
    total = sum(weights)
    squares = sum(weight**2 for weight in weights)
    spread = math.sqrt((1 - CORRELATION) * squares + CORRELATION * total**2)
    attained = sum(weight * level for level, weight in zip(levels, weights, strict=True))
    return 50 + 10 * attained / spread


def goal_problems(goals: Any) -> Problems:
    """What is wrong with a plan's goals, as `goals.INDEX.FIELD`."""
    if not isinstance(goals, list) or len(goals) > MOST_GOALS:
        return {"goals": [f"Must be a list of at most {MOST_GOALS} goals."]}
    problems: Problems = {}
    for index, goal in enumerate(goals):
        for name, text in _problems_of_goal(goal).items():
            problems[f"goals.{index}.{name}" if name else f"goals.{index}"] = [text]
    return problems


def _problems_of_goal(goal: Any) -> dict[str, str]:
    if not isinstance(goal, dict) or set(goal) != {"goal", "weight", "levels"}:
        return {"": "Must have 'goal', 'weight' and 'levels', and nothing else."}
    problems = {}
    if not _is_text(goal["goal"]) or not goal["goal"].strip():
        problems["goal"] = f"Must be a text of 1 to {LONGEST} characters."
    weight = goal["weight"]
    if isinstance(weight, bool) or not isinstance(weight, int) or not 1 <= weight <= MOST_WEIGHT:
        problems["weight"] = f"Must be a whole number from 1 to {MOST_WEIGHT}."
    levels = goal["levels"]
    if not isinstance(levels, list) or len(levels) != len(LEVELS) or not all(map(_is_text, levels)):
        problems["levels"] = "Must be five texts, from much less than expected to much more."
    return problems


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST and "\0" not in value
