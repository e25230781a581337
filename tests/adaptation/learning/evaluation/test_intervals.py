"""The bootstrap over people: where the answer is known, and that differences are paired."""

import numpy as np
import pytest

from adaptation.learning.evaluation.intervals import Estimate, Resamples
from adaptation.learning.ratings import Floats

PEOPLE = 40
VALUES = np.random.default_rng(1).normal(3.0, 2.0, PEOPLE)


def mean(sums: Floats) -> Floats:
    return sums[..., 1] / sums[..., 0]


def of_mean(values: Floats, repeats: int = 1, count: int = 4_000) -> Estimate:
    """The mean of one value a person, each given `repeats` times."""
    person = np.repeat(np.arange(PEOPLE), repeats)
    columns = np.column_stack([np.ones(PEOPLE * repeats), np.repeat(values, repeats)])
    return Resamples.draw(PEOPLE, count=count).of_sums(person, columns, mean)


def test_the_error_of_a_mean_is_the_known_one() -> None:
    found = of_mean(VALUES)
    assert found.value == pytest.approx(VALUES.mean())
    known = VALUES.std() / np.sqrt(PEOPLE)
    assert found.error == pytest.approx(known, rel=0.05)
    assert found.interval() == pytest.approx(
        (VALUES.mean() - 1.96 * known, VALUES.mean() + 1.96 * known), abs=0.1 * known
    )


def test_saying_everything_nine_times_makes_nobody_surer() -> None:
    """Rows of one person stay together; drawing rows would give a third of the error."""
    assert of_mean(VALUES, repeats=9).error == pytest.approx(of_mean(VALUES).error)


def test_differences_are_of_the_same_draws() -> None:
    difference = of_mean(VALUES + 0.25).minus(of_mean(VALUES))
    assert difference.value == pytest.approx(0.25)
    assert difference.error == pytest.approx(0, abs=1e-12)
    assert difference.interval() == pytest.approx((0.25, 0.25))


def test_weights_of_rows_say_the_same_as_sums() -> None:
    resamples = Resamples.draw(PEOPLE, count=500)
    person = np.random.default_rng(2).integers(0, PEOPLE, 300)
    values = np.random.default_rng(3).normal(size=300)
    by_sums = resamples.of_sums(person, np.column_stack([np.ones(300), values]), mean)
    by_weights = resamples.of_weights(person, lambda w: (w @ values) / w.sum(axis=-1))
    assert by_weights.value == pytest.approx(by_sums.value)
    np.testing.assert_allclose(by_weights.draws, by_sums.draws)


def test_large_tables_are_worked_through_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adaptation.learning.evaluation.intervals.CELLS", 100)
    sizes: list[int] = []

    def total(weights: Floats) -> Floats:
        sizes.append(weights.size)
        return weights.sum(axis=1)

    found = Resamples.draw(4, count=30).of_weights(np.arange(4).repeat(5), total)
    assert len(sizes) == 7  # all at once for the value, then six parts
    assert max(sizes) <= 100
    np.testing.assert_array_equal(found.draws, np.full(30, 20.0))


def test_draws_are_the_same_every_time_and_hold_as_many_people() -> None:
    one, other = Resamples.draw(7), Resamples.draw(7)
    np.testing.assert_array_equal(one.weights, other.weights)
    assert (one.weights.sum(axis=1) == 7).all()
    assert (one.weights != Resamples.draw(7, seed=1).weights).any()


def test_draws_in_which_a_measure_is_not_defined_are_left_out() -> None:
    found = Estimate(1.0, np.array([np.nan, 1.0, 2.0, 3.0]))
    assert found.error == pytest.approx(1.0)
    assert found.interval(0.5) == pytest.approx((1.5, 2.5))
    nowhere = Estimate(np.nan, np.array([np.nan, np.nan]))
    assert np.isnan(nowhere.error)
    assert np.isnan(nowhere.interval()).all()
