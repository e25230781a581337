"""The headline where the truth is known: made-up clinics whose moods drift back by themselves."""

from dataclasses import fields

import numpy as np
import pytest
from statsmodels.api import MixedLM

from tests.therapy.statistics.made_up_clinics import AXIS, LINE, Made, many
from therapy.statistics.drift import Drift
from therapy.statistics.headline import FEWEST_CONTROLS, TooFewPeople, headline
from therapy.statistics.pairs import Pairs

CLINICS = 1000


@pytest.mark.parametrize(
    ("made", "model"),
    [
        (Made(seen_when_low=0.4), "drift"),
        (Made(seen_when_low=0.4, effect=0.1), "drift"),
        (Made(seen_when_low=0.4, controls=0.45), "controls"),
        (Made(seen_when_low=0.4, controls=0.45, effect=0.1), "controls"),
        (Made(seen_when_low=0.2, held_near=0.15, people=40, each=30), "controls"),
        (Made(seen_when_low=0.2, held_near=0.15, people=40, each=30, effect=0.1), "controls"),
    ],
)
def test_intervals_hold_the_truth_as_often_as_they_say(made: Made, model: str) -> None:
    """Without an effect what does not hold it is the error of the first kind."""
    found = many(made, CLINICS)
    assert {one.model for one in found} == {model}
    held = np.mean([one.low <= made.effect <= one.high for one in found])
    assert 0.935 <= held <= 0.965
    bias = np.mean([one.difference for one in found]) - made.effect
    assert abs(bias) < 0.01


def test_without_any_effect_the_naive_change_improves_and_the_headline_does_not() -> None:
    found = many(Made(seen_when_low=0.4), CLINICS)
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
