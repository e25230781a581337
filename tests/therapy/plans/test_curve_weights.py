"""The path's shape: where each curve starts, how it goes on, and where it ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from therapy.models import SessionPlan
from therapy.plans.path import curve_weights

CURVES = SessionPlan.Curve.values
curves = st.sampled_from(CURVES)
lengths = st.integers(1, 8)
starts = st.floats(0.5, 1.0)


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        ("linear", [1.0, 0.75, 0.5, 0.25, 0.0]),
        ("ease-out", [1.0, 0.5625, 0.25, 0.0625, 0.0]),
        ("plateau", [1.0, 2 / 3, 1 / 3, 0.0, 0.0]),
        ("u", [1.0, 0.5, 0.0, 0.0, 0.2]),
        ("direct", [0.0, 0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_five_tracks_follow_the_curve(curve: str, expected: list[float]) -> None:
    assert curve_weights(curve, 5, 1.0) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("curve", "k", "expected"),
    [
        ("plateau", 2, [1.0, 0.0]),
        ("plateau", 3, [1.0, 0.0, 0.0]),
        ("u", 2, [1.0, 0.0]),
        ("u", 3, [1.0, 0.0, 0.2]),
        ("u", 4, [1.0, 0.0, 0.0, 0.2]),
        ("u", 8, [1.0, 2 / 3, 1 / 3, 0.0, 0.0, 0.0, 0.0, 0.2]),
        ("linear", 2, [1.0, 0.0]),
    ],
)
def test_short_and_long_lists_keep_the_shape(curve: str, k: int, expected: list[float]) -> None:
    assert curve_weights(curve, k, 1.0) == pytest.approx(expected)


@given(curves, lengths, starts)
def test_there_is_one_weight_a_track_between_target_and_start(
    curve: str, k: int, start: float
) -> None:
    weights = curve_weights(curve, k, start)
    assert len(weights) == k
    assert all(0.0 <= weight <= start for weight in weights)


@given(curves, lengths, starts)
def test_the_start_factor_scales_the_whole_path(curve: str, k: int, start: float) -> None:
    whole = curve_weights(curve, k, 1.0)
    assert curve_weights(curve, k, start) == pytest.approx([start * weight for weight in whole])


@given(curves.filter(lambda curve: curve != "direct"), st.integers(2, 8), starts)
def test_every_curve_but_direct_starts_at_the_match(curve: str, k: int, start: float) -> None:
    assert curve_weights(curve, k, start)[0] == start


@given(curves.filter(lambda curve: curve != "u"), lengths, starts)
def test_every_curve_but_u_goes_only_nearer_and_ends_at_the_target(
    curve: str, k: int, start: float
) -> None:
    weights = curve_weights(curve, k, start)
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] == 0.0


@given(st.integers(3, 8), starts)
def test_u_holds_the_target_and_comes_back_a_fifth_of_the_way(k: int, start: float) -> None:
    weights = curve_weights("u", k, start)
    assert weights[-1] == pytest.approx(0.2 * start)
    assert weights[-2] == 0.0
    assert weights[:-1] == sorted(weights[:-1], reverse=True)


@given(st.integers(3, 8), starts)
def test_a_plateau_holds_the_target_for_the_last_two(k: int, start: float) -> None:
    assert curve_weights("plateau", k, start)[-2:] == [0.0, 0.0]


@pytest.mark.parametrize("curve", CURVES)
def test_a_single_track_plays_at_the_target(curve: str) -> None:
    assert curve_weights(curve, 1, 1.0) == [0.0]


def test_what_is_no_path_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="at least one track, not 0"):
        curve_weights("linear", 0, 1.0)
    with pytest.raises(ValueError, match="Unknown curve 'zigzag'; there are linear, ease-out"):
        curve_weights("zigzag", 5, 1.0)
