"""The headline where the truth is known: made-up clinics whose moods drift back by themselves."""

from dataclasses import dataclass

import numpy as np
import pytest

from therapy.statistics.drift import PRIOR, Drift
from therapy.statistics.headline import (
    FEWEST_CONTROLS,
    Headline,
    Sessions,
    TooFewPeople,
    headline,
)

AXIS = PRIOR["valence"]
CLINICS = 400


@dataclass(frozen=True)
class Made:
    """A clinic whose people have their own usual mood, towards which they drift."""

    people: int = 25
    each: int = 12
    effect: float = 0.0
    controls: float = 0.0  # share of sessions
    seen_when_low: float = 0.0  # sessions begin so much below the usual mood
    between: float = 0.12

    def sessions(self, random: np.random.Generator, line: tuple[float, float]) -> Sessions:
        intercept, slope = line
        person = np.repeat(np.arange(self.people), random.poisson(self.each, self.people) + 1)
        own = random.normal(0, self.between, self.people)[person]
        usual = (intercept + own) / (1 - slope)
        before = usual - self.seen_when_low + random.normal(0, 0.3, len(person))
        is_control = random.random(len(person)) < self.controls
        drifted = intercept + own + slope * before
        after = drifted + self.effect * ~is_control + random.normal(0, AXIS.residual, len(person))
        return Sessions(list(person), before, after, is_control)


def many(made: Made) -> list[Headline]:
    """Each clinic's line is another one, as the published one is not known exactly."""
    random = np.random.default_rng(20)
    found = []
    for _ in range(CLINICS):
        intercept, slope = random.multivariate_normal((AXIS.intercept, AXIS.slope), AXIS.covariance)
        found.append(headline(made.sessions(random, (intercept, slope)), AXIS))
    return found


@pytest.mark.parametrize(
    ("made", "model"),
    [
        (Made(seen_when_low=0.4), "drift"),
        (Made(seen_when_low=0.4, effect=0.1), "drift"),
        (Made(seen_when_low=0.4, controls=0.45), "controls"),
        (Made(seen_when_low=0.4, controls=0.45, effect=0.1), "controls"),
    ],
)
def test_intervals_hold_the_truth_as_often_as_they_say(made: Made, model: str) -> None:
    """Without an effect this is the error of the first kind. What leaves the bounds by chance in so
    many clinics is one run of ten thousand; the seed is fixed."""
    found = many(made)
    assert {one.model for one in found} == {model}
    held = np.mean([one.low <= made.effect <= one.high for one in found])
    assert 0.93 <= held <= 0.97
    bias = np.mean([one.difference for one in found]) - made.effect
    assert abs(bias) < 0.01


def test_without_any_effect_the_naive_change_improves_and_the_headline_does_not() -> None:
    found = many(Made(seen_when_low=0.4))
    assert np.mean([one.naive for one in found]) > 0.15
    assert np.mean([one.low > 0 for one in found]) < 0.035


def test_it_says_why_it_did_not_take_the_clinics_own_controls() -> None:
    random = np.random.default_rng(1)
    line = (AXIS.intercept, AXIS.slope)
    few = headline(Made(controls=0.1).sessions(random, line), AXIS)
    assert few.model == "drift"
    assert few.because.endswith(f"at least {FEWEST_CONTROLS}.")
    of_few = Made(people=6, each=60, controls=0.5).sessions(random, line)
    assert "people had both kinds of sessions" in headline(of_few, AXIS).because


def test_of_too_few_people_nothing_is_said() -> None:
    sessions = Made(people=4).sessions(np.random.default_rng(1), (AXIS.intercept, AXIS.slope))
    with pytest.raises(TooFewPeople, match="4 people"):
        headline(sessions, AXIS)


def test_an_unsure_drift_widens_the_interval() -> None:
    sessions = Made().sessions(np.random.default_rng(1), (AXIS.intercept, AXIS.slope))
    sure = Drift(AXIS.intercept, AXIS.slope, np.zeros((2, 2)), AXIS.residual, "known")
    narrow, wide = headline(sessions, sure), headline(sessions, AXIS)
    assert narrow.difference == pytest.approx(wide.difference)
    assert narrow.high - narrow.low < wide.high - wide.low
