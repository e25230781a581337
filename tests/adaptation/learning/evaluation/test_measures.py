"""Every measure against a sum done by hand."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from adaptation.learning.evaluation.intervals import Resamples
from adaptation.learning.evaluation.measures import (
    COVERAGES,
    Predicted,
    gaussian_width,
    measures_of,
)
from adaptation.learning.ratings import Floats, Target

LIKING = Target("liking", 1.0, 5.0, liked_from=4.0)
MOOD = Target("valence", -1.0, 1.0, carries=0)
DRAWS = Resamples.draw(3, count=50)

ANSWER = np.array([5.0, 2.0, 4.0, 1.0, 4.0, 3.0])
MEAN = np.array([4.0, 3.0, 4.5, 2.0, 2.5, 3.0])


def gaussian(count: int) -> Floats:
    """Widths [count, 3] of a learner that states none of its own."""
    return np.tile([gaussian_width(share) for share in COVERAGES], (count, 1))


CASES = Predicted(
    person=np.array([0, 0, 1, 1, 2, 2]),
    seed=np.zeros(6, dtype=np.int64),
    answer=ANSWER,
    before=np.full(6, np.nan),
    mean=MEAN,
    variance=np.array([1.0, 4.0, 1.0, 0.25, 1.0, 0.01]),
    widths=gaussian(6),
)


def values(cases: Predicted, target: Target, *, whole: bool = True) -> dict[str, float]:
    found = measures_of(cases, target, DRAWS, whole=whole)
    return {name: estimate.value for name, estimate in found.items()}


def test_errors() -> None:
    found = values(CASES, LIKING)
    squares = 1 + 1 + 0.25 + 1 + 2.25 + 0
    assert found["mse"] == pytest.approx(squares / 6)
    assert found["rmse"] == pytest.approx(np.sqrt(squares / 6))
    assert found["mae"] == pytest.approx((1 + 1 + 0.5 + 1 + 1.5 + 0) / 6)
    assert found["r2"] == pytest.approx(1 - squares / np.square(ANSWER - ANSWER.mean()).sum())


def test_areas() -> None:
    """Liked are rows 0, 2 and 4. Of nine pairs only row 4 (2.5) loses two: to 3.0 and 3.0."""
    found = values(CASES, LIKING)
    assert found["auc"] == pytest.approx(7 / 9)
    assert found["auc_within"] == pytest.approx((1 + 1 + 0) / 3)
    assert found["spearman_within"] == pytest.approx((1 + 1 - 1) / 3)


def test_coverage() -> None:
    """|error| over the deviation is 1, 0.5, 0.5, 2, 1.5, 0; the limits are .674, 1.282, 1.960."""
    found = values(CASES, LIKING)
    assert [found[f"coverage_{share}"] for share in (50, 80, 95)] == pytest.approx(
        [3 / 6, 4 / 6, 5 / 6]
    )


def test_a_sure_and_right_answer_is_covered() -> None:
    exact = replace(CASES, mean=ANSWER, variance=np.full(6, 1e-12))
    assert values(exact, LIKING)["coverage_50"] == 1


def test_the_calibration_error_of_whole_numbers_cuts_half_way_to_the_answer_below() -> None:
    """Every chance is in a bin of its own here, so that the bins sum |P − liked|."""
    chance = norm.sf(3.5, MEAN, np.sqrt(CASES.variance))
    assert len(set((chance * 10).astype(int))) == 5  # rows 3 and 5 share the lowest, unliked both
    assert values(CASES, LIKING)["ece"] == pytest.approx(np.abs(chance - (ANSWER >= 4)).sum() / 6)


def test_the_calibration_error_of_other_answers_cuts_at_the_answer() -> None:
    chance = norm.sf(4.0, MEAN, np.sqrt(CASES.variance))
    bins = (chance * 10).astype(int)
    gaps = [
        abs((chance[bins == place] - (ANSWER >= 4)[bins == place]).sum()) for place in range(10)
    ]
    assert values(CASES, LIKING, whole=False)["ece"] == pytest.approx(sum(gaps) / 6)


def test_within_a_bin_chances_and_likings_are_compared_on_average() -> None:
    """Four answers of P = .5 of which two are liked are perfectly calibrated."""
    even = Predicted(
        person=np.array([0, 0, 1, 2]),
        seed=np.zeros(4, dtype=np.int64),
        answer=np.array([4.0, 3.0, 5.0, 1.0]),
        before=np.full(4, np.nan),
        mean=np.full(4, 3.5),
        variance=np.ones(4),
        widths=gaussian(4),
    )
    assert values(even, LIKING)["ece"] == pytest.approx(0)
    liked_all = replace(even, answer=np.full(4, 5.0))
    assert values(liked_all, LIKING)["ece"] == pytest.approx(0.5)


def test_the_deviation_is_correlated_with_the_error() -> None:
    found = values(CASES, LIKING)["deviation_error_correlation"]
    expected = np.corrcoef(np.sqrt(CASES.variance), np.abs(ANSWER - MEAN))[0, 1]
    assert found == pytest.approx(expected)


def test_a_deviation_that_is_always_the_same_has_no_correlation() -> None:
    same = replace(CASES, variance=np.full(6, 0.1))
    assert np.isnan(values(same, LIKING)["deviation_error_correlation"])


def test_the_change_of_a_mood_is_explained_where_it_was_asked_before() -> None:
    before = np.array([0.5, 0.0, -0.5, 0.2, np.nan, np.nan])
    mood = replace(CASES, before=before, answer=ANSWER / 10, mean=MEAN / 10)
    change = (mood.answer - before)[:4]
    squares = np.square((mood.answer - mood.mean)[:4]).sum()
    found = values(mood, MOOD)
    assert found["r2_change"] == pytest.approx(
        1 - squares / np.square(change - change.mean()).sum()
    )
    assert "auc" not in found
    assert "ece" not in found
    assert "r2_change" not in values(CASES, LIKING)


def test_a_mood_that_was_never_asked_before_has_no_change() -> None:
    assert np.isnan(values(CASES, MOOD)["r2_change"])


def test_answers_that_are_all_the_same_leave_nothing_to_explain() -> None:
    same = replace(CASES, answer=np.full(6, 0.1))
    found = values(same, LIKING)
    assert np.isnan(
        [found["r2"], found["auc"], found["auc_within"], found["spearman_within"]]
    ).all()
    assert found["mae"] > 0


def test_answers_of_different_seeds_are_not_compared() -> None:
    """Both seeds order everything rightly; the second answers 10 more for all."""
    twice = Predicted(
        person=np.tile(CASES.person, 2),
        seed=np.repeat([0, 1], 6),
        answer=np.tile(ANSWER, 2),
        before=np.full(12, np.nan),
        mean=np.concatenate([ANSWER, ANSWER + 10]),
        variance=np.ones(12),
        widths=gaussian(12),
    )
    found = values(twice, LIKING)
    assert found["auc"] == 1
    assert found["auc_within"] == 1
    assert found["spearman_within"] == pytest.approx(1)


def test_a_person_counts_once_however_many_seeds_define_the_measure() -> None:
    """Seed 1 asks only person 0, whom it orders wrongly: persons 0..2 have ½, 1 and 0."""
    cases = Predicted(
        person=np.append(CASES.person, [0, 0]),
        seed=np.append(CASES.seed, [1, 1]),
        answer=np.append(ANSWER, [5.0, 1.0]),
        before=np.full(8, np.nan),
        mean=np.append(MEAN, [1.0, 5.0]),
        variance=np.ones(8),
        widths=gaussian(8),
    )
    assert values(cases, LIKING)["auc_within"] == pytest.approx((0.5 + 1 + 0) / 3)


def test_every_measure_has_an_error_from_the_same_draws() -> None:
    found = measures_of(CASES, LIKING, DRAWS, whole=True)
    for name, estimate in found.items():
        assert estimate.draws.shape == (50,), name
        everyone_alike = name == "coverage_50"  # one answer in two of each person
        assert (estimate.error == 0) == everyone_alike, name
    per_person = np.array([2.0, 1.25, 2.25])
    expected = DRAWS.weights @ per_person / 6
    np.testing.assert_allclose(found["mse"].draws, expected)
