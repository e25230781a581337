"""Two arms in one person: the design, its power, and a posterior that means what it says."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import invgamma

from therapy.statistics.single_case import (
    EFFECT_SCALE,
    PRIOR_DEVIATION,
    PRIOR_SESSIONS,
    NotDesigned,
    compare,
    power,
    randomised_blocks,
)

PEOPLE = 2_000


def test_every_block_has_both_arms_equally_often_in_an_order_that_chance_made() -> None:
    blocks = randomised_blocks(60, 2, seed=3)
    assert all(Counter(block) == {0: 2, 1: 2} for block in blocks)
    assert len({tuple(block) for block in blocks}) == 6, "every order comes"
    assert randomised_blocks(60, 2, seed=3) == blocks
    with pytest.raises(NotDesigned):
        randomised_blocks(0, 2, seed=3)


@pytest.mark.parametrize(
    ("effect", "n", "expected"), [(0.5, 64, 0.80), (0.8, 26, 0.81), (0.2, 393, 0.80)]
)
def test_power_in_one_block_is_about_as_cohen_printed_it(
    effect: float, n: int, expected: float
) -> None:
    """Cohen 1992, doi 10.1037/0033-2909.112.1.155, table 2: 393, 64 and 26 a group for 80 %, of a t
    test. The prior, which draws towards no effect, costs some of it where sessions are few."""
    found = power(effect, 1, n, 1.0)
    assert expected - 0.06 < found < expected + 0.02
    assert power(effect, 1, n - 2, 1.0) < found


def test_power_grows_with_the_effect_and_with_blocks() -> None:
    shares = [power(effect, 6, 2, 0.27) for effect in (0.0, 0.1, 0.2, 0.3, 0.4)]
    assert shares == sorted(shares)
    assert shares[0] < 0.05, "without an effect it is the error of the first kind"
    assert power(0.2, 6, 2, 0.27) < power(0.2, 13, 2, 0.27)
    assert power(-0.3, 6, 2, 0.27) == pytest.approx(power(0.3, 6, 2, 0.27), abs=0.02)
    with pytest.raises(NotDesigned):
        power(0.3, 2, 1, 0.25)
    with pytest.raises(NotDesigned):
        power(0.3, 6, 2, 0.0)


def test_what_is_believed_is_as_often_true_as_it_says() -> None:
    """Of people whose truth was drawn from the prior, 95 in 100 lie in the interval, and of those
    for whom 80 to 90 % speak for the arm, as many are better with it (Talts et al. 2018)."""
    random = np.random.default_rng(5)
    held, believed, better = [], [], []
    for person in range(PEOPLE):
        blocks = randomised_blocks(4, 2, seed=person)
        arm = [one for block in blocks for one in block]
        block = [place for place, of_it in enumerate(blocks) for _ in of_it]
        variance = invgamma.rvs(
            PRIOR_SESSIONS / 2,
            scale=PRIOR_SESSIONS * PRIOR_DEVIATION**2 / 2,
            random_state=random,
        )
        effect = random.normal(0, EFFECT_SCALE * variance**0.5)
        level, slope, *of_blocks = random.normal(0, 30 * variance**0.5, 5)
        before = random.uniform(-1, 1, len(arm))
        after = level + slope * before + effect * np.array(arm)
        after += np.array([0.0, *of_blocks])[block]
        after += random.normal(0, variance**0.5, len(arm))
        found = compare(arm, block, before, after)
        held.append(found.low <= effect <= found.high)
        believed.append(found.higher)
        better.append(effect > 0)
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)
    sure = (np.array(believed) > 0.8) & (np.array(believed) < 0.9)
    assert np.mean(np.array(better)[sure]) == pytest.approx(0.85, abs=0.07)


def test_a_clear_difference_is_found_and_turned_round_with_the_arms() -> None:
    random = np.random.default_rng(6)
    blocks = randomised_blocks(6, 2, seed=1)
    arm = [one for block in blocks for one in block]
    block = [place for place, of_it in enumerate(blocks) for _ in of_it]
    before = random.uniform(-0.5, 0.5, len(arm))
    after = 0.5 * before + 0.3 * np.array(arm) + random.normal(0, 0.1, len(arm))
    found = compare(arm, block, before, after)
    assert found.low < 0.3 < found.high
    assert found.higher > 0.99
    other = compare([1 - one for one in arm], block, before, after)
    assert other.effect == pytest.approx(-found.effect, abs=1e-3)
    assert found.sessions == (12, 12)


def test_one_arm_alone_compares_nothing() -> None:
    with pytest.raises(NotDesigned, match="one arm"):
        compare([1, 1], [0, 0], [0, 0], [0.1, 0.2])


@given(
    seed=st.integers(0, 2**32 - 1),
    blocks=st.integers(2, 8),
    each=st.integers(1, 3),
    slope=st.floats(-2, 2),
    steps=st.lists(st.floats(-3, 3), min_size=8, max_size=8),
)
def test_level_slope_and_blocks_say_nothing_of_the_arms(
    seed: int, blocks: int, each: int, slope: float, steps: list[float]
) -> None:
    """Whatever is added to a block, or with the mood before, leaves the comparison as it was."""
    random = np.random.default_rng(seed)
    drawn = randomised_blocks(blocks, each, seed)
    arm = [one for block in drawn for one in block]
    block = np.repeat(np.arange(blocks), 2 * each)
    before, after = random.uniform(-1, 1, (2, len(arm)))
    plain = compare(arm, block.tolist(), before, after)
    moved = compare(arm, block.tolist(), before, after + slope * before + np.array(steps)[block])
    for name in ("effect", "low", "high", "higher", "deviation"):
        assert getattr(moved, name) == pytest.approx(getattr(plain, name), abs=1e-6)
    assert plain.low < plain.effect < plain.high
    assert 0 <= plain.higher <= 1
    other = compare([1 - one for one in arm], block.tolist(), before, after)
    assert (other.effect, other.low) == pytest.approx((-plain.effect, -plain.high), abs=1e-6)
    assert other.higher == pytest.approx(1 - plain.higher, abs=1e-6)
