"""Trials in words: what differs, what is hoped for, why one is over, and what it found."""

from dataclasses import dataclass
from typing import Any, Final

from therapy.pages.plan_values import lines_of, title_of
from therapy.pages.plan_words import CURVES, signed
from therapy.plans.comparing import compare
from therapy.plans.models import SessionPlan
from therapy.plans.sections.target import FEWEST_TRACKS, MOST_TRACKS
from therapy.statistics.single_case import Comparison
from therapy.trials.arms import arm_problems, plan_of
from therapy.trials.models import Arm, Axis, Trial, TrialDecision, Varied
from therapy.trials.selectors import End, Ending

START_FACTORS: Final = (1.0, 0.85, 0.7)
SPAN: Final = 0.5  # the drawing of an interval shows −.5 to .5
WIDTH, MIDDLE = 320.0, 160.0
NARROW: Final = "\u202f"  # no line ends at it

OUTCOMES: Final[dict[str, tuple[str, bool, str]]] = {
    "calmer": (Axis.AROUSAL, False, "Calmer after the music (arousal, lower is better)"),
    "more-pleasant": (Axis.VALENCE, True, "More pleasant after the music (valence, higher)"),
    "more-active": (Axis.AROUSAL, True, "More active after the music (arousal, higher is better)"),
}
"""By word: axis, whether higher is better, and how it is said."""
ENDINGS: Final = {
    Ending.HELD: "All planned sessions were held",
    Ending.STOPPED: "It was stopped",
    Ending.WITHDRAWN: "The patient took back the consent to experiments",
    Ending.CARE_ENDED: "The patient took back the consent to care",
    Ending.PRESCRIBED: "A new version of the plan was prescribed",
    Ending.PAUSED: "The plan was paused",
    Ending.PLAN_ENDED: "The plan was ended",
}
CHOICES: Final = {
    TrialDecision.Choice.A: "Go on with A",
    TrialDecision.Choice.B: "Go on with B",
    TrialDecision.Choice.NEITHER: "It makes no difference that matters",
}
WORDS: Final = {
    (Axis.AROUSAL, True): "more active",
    (Axis.AROUSAL, False): "calmer",
    (Axis.VALENCE, True): "more pleasant",
    (Axis.VALENCE, False): "less pleasant",
}


@dataclass(frozen=True)
class Found:
    """What a trial found, to be shown. Places are x in a drawing of WIDTH."""

    says: str
    effect: str
    interval: str
    benefit: str
    low: float
    at: float
    high: float
    deviation: str


@dataclass(frozen=True)
class Difference:
    """A field in which the arms differ, with both values in words."""

    title: str
    a: list[str]
    b: list[str]


def differences_offered(plan: SessionPlan) -> list[tuple[str, str]]:
    """What arm B could be beside this plan: a key `field:value`, and words."""
    tried = [
        *((Varied.CURVE, curve, f"The path: {CURVES[curve]}") for curve in SessionPlan.Curve),
        *((Varied.START_FACTOR, one, f"Start factor λ {one:g}") for one in START_FACTORS),
        *(
            (Varied.TRACK_COUNT, one, f"{one} tracks a session")
            for one in range(FEWEST_TRACKS, MOST_TRACKS + 1)
        ),
    ]
    return [
        (f"{field}:{value}", words)
        for field, value, words in tried
        if not arm_problems(plan, field, value)
    ]


def differences(a: SessionPlan, b: SessionPlan) -> list[Difference]:
    """Every field in which the two differ."""
    return [
        Difference(title_of(one.field), _value(one.field, one.before), _value(one.field, one.after))
        for one in compare(a, b)
    ]


def arms_of(trial: Trial) -> list[Difference]:
    return differences(*(plan_of(trial, arm) for arm in Arm))


def hoped_for(trial: Trial) -> str:
    """What would be better, in a word: calmer."""
    return WORDS[Axis(trial.axis), trial.higher_is_better]


def ending_in_words(end: End | None) -> str:
    return "" if end is None else ENDINGS[end.ending]


def found_in_words(trial: Trial, found: Comparison, benefit: float) -> Found:
    """The estimate and one sentence on it, which promises nothing."""
    return Found(
        says=_sentence(trial, found),
        effect=signed(found.effect),
        interval=f"{signed(found.low)} to {signed(found.high)}",
        benefit=_per_cent(benefit),
        low=_place(found.low),
        at=_place(found.effect),
        high=_place(found.high),
        deviation=f"{found.deviation:.2f}",
    )


def _sentence(trial: Trial, found: Comparison) -> str:
    if found.low <= 0 <= found.high:
        return "A difference between the two ways of listening cannot be shown."
    word = WORDS[Axis(trial.axis), found.effect > 0]
    return f"After listening by B the patient said to be {word} than after listening by A."


def _per_cent(share: float) -> str:
    """Never 0 or 100: nobody is that sure."""
    bounded = min(max(share, 0.01), 0.99)
    bound = "" if bounded == share else "below " if share < 0.01 else "above "
    return f"{bound}{100 * bounded:.0f}{NARROW}%"


def _place(value: float) -> float:
    return MIDDLE + max(-1.0, min(1.0, value / SPAN)) * MIDDLE


def _value(field: str, value: Any) -> list[str]:
    if field == Varied.CURVE:
        return [f"{value}: {CURVES[value]}"]
    return lines_of(field, value)
