"""Goal attainment scaling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from therapy.plans.goals import attainment


def test_what_was_expected_is_fifty() -> None:
    assert attainment([0, 0, 0], [1, 2, 3]) == 50


def test_one_goal_moves_ten_a_level() -> None:
    assert [attainment([level], [1]) for level in (-2, -1, 1, 2)] == [30, 40, 60, 70]


def test_two_equal_goals_attained_one_level_above() -> None:
    """50 + 10·2/√(.7·2 + .3·4) = 50 + 20/√2.6."""
    assert attainment([1, 1], [1, 1]) == pytest.approx(62.403, abs=1e-3)


@given(
    st.lists(st.tuples(st.integers(-2, 2), st.integers(1, 10)), min_size=1, max_size=6),
    st.integers(2, 5),
)
def test_only_the_ratios_of_weights_count(goals: list[tuple[int, int]], factor: int) -> None:
    levels, weights = zip(*goals, strict=True)
    larger = [weight * factor for weight in weights]
    assert attainment(levels, larger) == pytest.approx(attainment(levels, weights))


@pytest.mark.parametrize(("levels", "weights"), [([], []), ([0], [1, 2]), ([3], [1]), ([0], [0])])
def test_what_cannot_be_scored_is_refused(levels: list[int], weights: list[float]) -> None:
    with pytest.raises(ValueError, match=r"needed for each goal|between"):
        attainment(levels, weights)
