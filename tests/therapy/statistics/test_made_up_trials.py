"""The comparison in one person holds where moods drift back, people change, some say nothing."""

import numpy as np
import pytest

from tests.therapy.statistics.made_up_trials import AXIS, MadeTrial
from therapy.statistics.single_case import NotDesigned, deviation_around, power

TRIALS = 1_000


@pytest.mark.parametrize("trend", [0.0, -0.4])
@pytest.mark.parametrize("effect", [0.0, 0.2])
def test_the_truth_lies_in_the_interval_as_often_as_it_says(trend: float, effect: float) -> None:
    random = np.random.default_rng(11)
    made = MadeTrial(effect=effect, trend=trend)
    found = [made.compared(random) for _ in range(TRIALS)]
    held = np.mean([one.low <= effect <= one.high for one in found])
    assert held == pytest.approx(0.95, abs=0.025)


def test_what_differs_from_block_to_block_makes_no_effect() -> None:
    """In A's favour or in B's, a trend finds no difference oftener than chance does."""
    random = np.random.default_rng(12)
    made = MadeTrial(trend=0.8)
    found = [made.compared(random) for _ in range(TRIALS)]
    assert np.mean([one.effect for one in found]) == pytest.approx(0, abs=0.015)
    assert np.mean([one.low > 0 or one.high < 0 for one in found]) < 0.075


@pytest.mark.parametrize(
    ("effect", "blocks", "each"),
    [(0.0, 6, 2), (0.3, 6, 2), (0.4, 4, 1), (0.2, 13, 2), (0.3, 14, 1)],
)
def test_the_power_that_is_shown_beforehand_comes_true(
    effect: float, blocks: int, each: int
) -> None:
    random = np.random.default_rng(13)
    made = MadeTrial(effect=effect, blocks=blocks, each=each, unsaid=0.0)
    found = [made.compared(random) for _ in range(TRIALS)]
    share = np.mean([one.low > 0 or one.high < 0 for one in found])
    assert share == pytest.approx(power(effect, blocks, each, AXIS.residual), abs=0.045)


def test_how_much_sessions_vary_is_what_the_mood_before_leaves() -> None:
    before = np.array([-0.5, 0.0, 0.5, 1.0])
    assert deviation_around(before, 0.1 + 0.5 * before) == pytest.approx(0, abs=1e-9)
    # y = x has the residuals −.1, .2, −.1 around its line: √(.06 / (3 − 2)).
    assert deviation_around([0, 1, 2], [-0.1, 1.2, 1.9]) == pytest.approx(0.06**0.5)
    random = np.random.default_rng(14)
    before = random.uniform(-1, 1, 4000)
    after = 0.2 + 0.5 * before + random.normal(0, 0.27, 4000)
    assert deviation_around(before, after) == pytest.approx(0.27, abs=0.01)
    with pytest.raises(NotDesigned):
        deviation_around([0, 1], [0, 1])
