"""Estimators beside worked examples that were published."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from therapy.statistics.changes import TooFew, change
from therapy.statistics.control_charts import FEWEST, PER_RANGE, RUN, xmr
from therapy.statistics.proportions import share
from therapy.statistics.reliable import Verdict, reliable_change, verdict


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_as_newcombe_printed_it(
    count: int, n: int, low: float, high: float
) -> None:
    """Newcombe 1998, Statistics in Medicine 17:857, table I."""
    found = share(count, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("count", "n"), [(1, 0), (0, 0), (3, 2), (-1, 2)])
def test_what_is_no_share_is_refused(count: int, n: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        share(count, n)


MOVIE_1 = [9, 7, 8, 9, 8, 9, 9, 10, 9, 9]
MOVIE_2 = [9, 6, 7, 8, 7, 9, 8, 8, 8, 7]


def test_changes_are_as_lakens_printed_them() -> None:
    """PMC3840331: ten people and two movies, t(9) = 4.74, a mean difference of 1 [.52, 1.48]."""
    found = change(MOVIE_2, MOVIE_1)
    assert (found.mean, found.low, found.high) == pytest.approx((1, 0.52, 1.48), abs=5e-3)
    assert found.d_z == pytest.approx(4.74 / 10**0.5, abs=5e-3)
    assert found.g_av == pytest.approx(1.08, abs=5e-3)


def test_what_has_no_deviation_has_no_effect_size() -> None:
    alike = change([1, 2, 3], [2, 3, 4])
    assert (alike.mean, alike.low, alike.high, alike.d_z) == (1, 1, 1, None)
    assert change([1, 1], [2, 2]).g_av is None
    with pytest.raises(TooFew):
        change([1], [2])
    with pytest.raises(ValueError, match="as many"):
        change([1, 2], [2])


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=2, max_size=40))
def test_a_change_turned_round_is_the_same_with_the_other_sign(
    pairs: list[tuple[float, float]],
) -> None:
    before, after = zip(*pairs, strict=True)
    there, back = change(before, after), change(after, before)
    assert there.mean == pytest.approx(-back.mean)
    assert there.low == pytest.approx(-back.high)


def test_a_reliable_change_is_as_jacobson_and_truax_printed_it() -> None:
    """From 32.5 to 47.5 with a deviation of 7.5 and a reliability of .80: RC = 3.16."""
    smallest = reliable_change(7.5, 0.80)
    assert (47.5 - 32.5) / (smallest / 1.96) == pytest.approx(3.16, abs=5e-3)
    assert verdict(15, smallest, lower_is_better=False) is Verdict.IMPROVED
    assert verdict(15, smallest, lower_is_better=True) is Verdict.DETERIORATED
    assert verdict(9, smallest, lower_is_better=False) is Verdict.UNCERTAIN
    with pytest.raises(ValueError, match="reliability"):
        reliable_change(7.5, 1)


def test_a_chart_has_its_limits_from_neighbours_and_sees_what_is_beyond() -> None:
    values = [0.1, 0.2, 0.0, 0.1, 0.2, 0.1, 3.0]
    chart = xmr(values)
    assert chart is not None
    assert chart.beyond == (6,)
    ranges = np.abs(np.diff(values))
    assert chart.high - chart.centre == pytest.approx(PER_RANGE * ranges.mean())
    drifting = xmr([place / 10 for place in range(30)])
    assert drifting is not None
    assert {0, 29} < set(drifting.beyond), "a drift does not widen the limits"
    assert xmr([0.1] * (FEWEST - 1)) is None


def test_a_chart_sees_a_level_that_shifted() -> None:
    chart = xmr([0.0] * 2 + [1.0] * RUN + [-1.0] * (RUN - 1))
    assert chart is not None
    assert chart.runs == ((2, 1 + RUN),)
