"""The headline where the truth is known: made-up clinics whose moods drift back by themselves."""

from dataclasses import dataclass, fields

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.api import MixedLM

from therapy.statistics.drift import PRIOR, Drift
from therapy.statistics.headline import (
    FEWEST_CONTROLS,
    Headline,
    TooFewPeople,
    headline,
)
from therapy.statistics.pairs import Pairs

Array = NDArray[np.float64]
AXIS = PRIOR["valence"]
LINE = (AXIS.intercept, AXIS.slope)
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

    def headline(self, random: np.random.Generator, line: tuple[float, float] = LINE) -> Headline:
        return headline(*self.pairs(random, line), AXIS)

    def pairs(self, random: np.random.Generator, line: tuple[float, float]) -> tuple[Pairs, Pairs]:
        """Of those that lead somewhere, and of those that aim at no change."""
        person, before, after, is_control = self.sessions(random, line)
        treated, controls = (
            Pairs.of(person[chosen], before[chosen], after[chosen], self.people)
            for chosen in (~is_control, is_control)
        )
        return treated, controls

    def sessions(
        self, random: np.random.Generator, line: tuple[float, float]
    ) -> tuple[NDArray[np.int_], Array, Array, NDArray[np.bool_]]:
        """Whose it is, before, after, and whether it is a control; each [N]."""
        intercept, slope = line
        person = np.repeat(np.arange(self.people), random.poisson(self.each, self.people) + 1)
        own = random.normal(0, self.between, self.people)[person]
        usual = (intercept + own) / (1 - slope)
        before = usual - self.seen_when_low + random.normal(0, 0.3, len(person))
        is_control = random.random(len(person)) < self.controls
        drifted = intercept + own + slope * before
        after = drifted + self.effect * ~is_control + random.normal(0, AXIS.residual, len(person))
        return person, before, after, is_control


def many(made: Made) -> list[Headline]:
    """Each clinic's line is another one, as the published one is not known exactly."""
    random = np.random.default_rng(20)
    found = []
    for _ in range(CLINICS):
        intercept, slope = random.multivariate_normal((AXIS.intercept, AXIS.slope), AXIS.covariance)
        found.append(made.headline(random, (intercept, slope)))
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
    few = Made(controls=0.1).headline(random)
    assert few.model == "drift"
    assert few.because.endswith(f"at least {FEWEST_CONTROLS}.")
    of_few = Made(people=6, each=60, controls=0.5).headline(random)
    assert "people had both kinds of sessions" in of_few.because


def test_of_too_few_people_nothing_is_said() -> None:
    with pytest.raises(TooFewPeople, match="4 people"):
        Made(people=4).headline(np.random.default_rng(1))


def test_an_unsure_drift_widens_the_interval() -> None:
    pairs = Made().pairs(np.random.default_rng(1), LINE)
    sure = Drift(AXIS.intercept, AXIS.slope, np.zeros((2, 2)), AXIS.residual, "known")
    narrow, wide = headline(*pairs, sure), headline(*pairs, AXIS)
    assert narrow.difference == pytest.approx(wide.difference)
    assert narrow.high - narrow.low < wide.high - wide.low


@pytest.mark.parametrize("controls", [0.0, 0.45])
def test_sums_give_what_the_mixed_model_of_every_session_gives(controls: float) -> None:
    """The sums are of the right columns: statsmodels fits the sessions themselves."""
    made = Made(effect=0.1, controls=controls)
    person, before, after, is_control = made.sessions(np.random.default_rng(4), LINE)
    found = made.headline(np.random.default_rng(4))
    if controls:
        y, x = after, np.column_stack([np.ones(len(person)), before, ~is_control])
    else:
        y, x = after - AXIS.expected(before), np.ones((len(person), 1))
    theirs = MixedLM(y, x.astype(float), person).fit(reml=True, method=["powell"])
    assert found.model == ("controls" if controls else "drift")
    assert found.difference == pytest.approx(theirs.fe_params[-1], abs=1e-6)


def test_people_without_a_session_change_nothing() -> None:
    treated, controls = Made().pairs(np.random.default_rng(1), LINE)
    one_more = [
        Pairs(*(np.append(getattr(pairs, each.name), 0.0) for each in fields(Pairs)))
        for pairs in (treated, controls)
    ]
    assert headline(*one_more, AXIS) == headline(treated, controls, AXIS)
