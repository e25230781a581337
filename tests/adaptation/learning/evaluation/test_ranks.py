"""Measures of order against counting pairs, and against SciPy."""

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from adaptation.learning.evaluation.ranks import (
    auc_within,
    ranks,
    spearman_within,
    weighted_auc,
)
from adaptation.learning.ratings import Floats, Truths

GENERATOR = np.random.default_rng(4)
GROUP = GENERATOR.integers(0, 4, 60)
SCORE = GENERATOR.integers(0, 8, 60) / 4  # with ties
LIKED = GENERATOR.random(60) < 0.4


def by_pairs(score: Floats, liked: Truths, weight: Floats) -> float:
    """The share of pairs of a liked and another row in which the liked one has the higher score."""
    pairs = [
        (weight[i] * weight[j], 1.0 if score[i] > score[j] else 0.5 if score[i] == score[j] else 0)
        for i in np.flatnonzero(liked)
        for j in np.flatnonzero(~liked)
    ]
    return sum(w * c for w, c in pairs) / sum(w for w, _ in pairs)


def test_ranks_within_groups_are_scipys() -> None:
    found = ranks(GROUP, SCORE)
    for group in range(4):
        np.testing.assert_array_equal(found[group == GROUP], rankdata(SCORE[group == GROUP]))


def test_the_area_within_each_group_is_the_share_of_concordant_pairs() -> None:
    found = auc_within(GROUP, 4, SCORE, LIKED)
    for group in range(4):
        of = group == GROUP
        assert found[group] == pytest.approx(by_pairs(SCORE[of], LIKED[of], np.ones(of.sum())))


def test_an_area_needs_liked_and_other_rows() -> None:
    group = np.array([0, 0, 1, 1, 3])
    liked = np.array([True, True, False, False, True])
    assert np.isnan(auc_within(group, 4, np.arange(5.0), liked)).all()


def test_the_weighted_area_is_the_weighted_share_of_pairs() -> None:
    weights = GENERATOR.integers(0, 4, (7, 60)).astype(float)
    found = weighted_auc(SCORE, LIKED, weights)
    assert found == pytest.approx([by_pairs(SCORE, LIKED, weight) for weight in weights])


def test_a_weighted_area_without_liked_rows_is_not_defined() -> None:
    weights = np.stack([LIKED, ~LIKED, np.ones(60)]).astype(float)
    found = weighted_auc(SCORE, LIKED, weights)
    assert np.isnan(found).tolist() == [True, True, False]


def test_rank_correlations_are_scipys() -> None:
    answer = SCORE + GENERATOR.integers(0, 5, 60)
    found = spearman_within(GROUP, 4, SCORE, answer)
    for group in range(4):
        of = group == GROUP
        assert found[group] == pytest.approx(spearmanr(SCORE[of], answer[of]).statistic)


def test_the_same_score_for_all_orders_nothing_and_the_same_answer_for_all_has_no_order() -> None:
    group = np.array([0, 0, 0, 1, 1, 1])
    varied, constant = np.array([1.0, 2, 3, 1, 1, 1]), np.array([2.0, 2, 2, 1, 2, 3])
    assert spearman_within(group, 2, constant, varied)[0] == 0
    assert np.isnan(spearman_within(group, 2, constant, varied)[1])
