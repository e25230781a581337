"""The one place where answers are checked and scores are computed.

A score is the sum of its items' answers as they were given. Nothing is imputed: an item that is not
among the answers is missing, and a form that misses one has no score at all. No definition cites a
rule for scoring incomplete forms; one that does will have to bring the rule along.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from therapy.measures.definition import Choices, Definition, Item, Line, Scale

Answers = Mapping[str, float]
NAMED = 5  # strange items that a refusal names


class UnusableAnswers(ValueError):
    """Answers that cannot be scored; `problems` says why, by path."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{path}: {texts[0]}" for path, texts in problems.items()))
        self.problems = problems


@dataclass(frozen=True)
class Score:
    """A scale's value, and the name of the band that it lies in, if the scale has bands."""

    value: float
    band: str | None


@dataclass(frozen=True)
class Scored:
    """Every scale's score by its key. `needs_safety_check`: the question about self-harm was
    answered above 0."""

    scores: dict[str, Score]
    needs_safety_check: bool


def answer_problems(definition: Definition, answers: Mapping[str, object]) -> dict[str, list[str]]:
    """What keeps `answers` (item id → value) from being scored, as `answers.ITEM`; strange items
    are named under `answers`. Empty when they can be scored."""
    problems: dict[str, list[str]] = {}
    for item in definition.items:
        if item.id in answers:
            text = _value_problem(item.answer, answers[item.id])
        else:
            text = "" if item.optional else "Not answered: an incomplete form is not scored."
        if text:
            problems[f"answers.{item.id}"] = [text]
    strange = sorted(set(answers) - {item.id for item in definition.items})
    if strange:
        named = ", ".join(repr(key[:40]) for key in strange[:NAMED])
        more = f" and {len(strange) - NAMED} more" if len(strange) > NAMED else ""
        problems["answers"] = [f"{definition} does not ask for {named}{more}."]
    return problems


def score(definition: Definition, answers: Answers) -> Scored:
    """Every score of a complete form. The order of the answers does not matter.

    Raises UnusableAnswers where an answer is missing, strange or not one of those allowed.
    """
    tidied = tidy(definition, answers)
    scores = {scale.key: _score(scale, tidied) for scale in definition.scales}
    return Scored(scores, needs_safety_check=_needs_safety_check(definition.items, tidied))


def tidy(definition: Definition, answers: Answers) -> dict[str, float]:
    """The answers in the order of the items, whole numbers as such: 2.0 becomes 2, −0.0 is 0.0.

    Raises UnusableAnswers.
    """
    if problems := answer_problems(definition, answers):
        raise UnusableAnswers(problems)
    return {
        item.id: int(value) if _is_whole(item.answer) else value + 0.0
        for item in definition.items
        if (value := answers.get(item.id)) is not None
    }


def _score(scale: Scale, answers: Answers) -> Score:
    value = sum(answers[item] for item in scale.items)
    band = next((band for band in scale.bands if band.lowest <= value <= band.highest), None)
    return Score(value, band.name if band is not None else None)


def _needs_safety_check(items: tuple[Item, ...], answers: Answers) -> bool:
    return any(item.asks_about_self_harm and answers.get(item.id, 0) > 0 for item in items)


def _is_whole(allowed: Choices | Line) -> bool:
    return isinstance(allowed, Choices) or allowed.whole


def _value_problem(allowed: Choices | Line, value: object) -> str:
    """Why a value is no answer, or nothing. True and false are no numbers here."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(allowed, Choices):
            if value in allowed.values:
                return ""
        elif allowed.lowest <= value <= allowed.highest and not (
            allowed.whole and math.modf(value)[0]
        ):
            return ""
    shown = f"{value:g}" if isinstance(value, float) else repr(value)[:40]
    if isinstance(allowed, Choices):
        return f"Must be one of {', '.join(map(str, allowed.values))}, not {shown}."
    kind = "a whole number" if allowed.whole else "a number"
    return f"Must be {kind} from {allowed.lowest:g} to {allowed.highest:g}, not {shown}."
