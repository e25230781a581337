"""Measures of order. Ties count half, as in the Mann–Whitney statistic."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adaptation.learning.ratings import Floats, Truths, Whole


def ratio(top: Floats, bottom: NDArray[Any]) -> Floats:
    """top / bottom, NaN where there is nothing to divide by."""
    result = np.full(np.shape(top), np.nan)
    np.divide(top, bottom, out=result, where=bottom > 1e-12)
    return result


def ranks(group: Whole, values: Floats) -> Floats:
    """Ranks [N] from 1 within each group; tied values share the mean of theirs."""
    order = np.lexsort((values, group))
    groups, values = group[order], values[order]
    new = np.diff(groups, prepend=-1).astype(bool) | (np.diff(values, prepend=np.nan) != 0)
    tie = np.cumsum(new) - 1
    shared = np.bincount(tie, np.arange(len(order))) / np.bincount(tie)
    result = np.empty(len(order))
    result[order] = shared[tie] - np.searchsorted(groups, groups) + 1
    return result


def auc_within(group: Whole, groups: int, score: Floats, liked: Truths) -> Floats:
    """The area under the ROC curve of each group [groups]; NaN where all or none was liked."""
    positive = _sums(group, groups, liked)
    negative = _sums(group, groups, ~liked)
    above = _sums(group, groups, ranks(group, score) * liked)
    return ratio(above - positive * (positive + 1) / 2, positive * negative)


def spearman_within(group: Whole, groups: int, score: Floats, answer: Floats) -> Floats:
    """The rank correlation in each group [groups]: 0 where every score is the same, NaN where
    every answer is."""
    of_score = _centred(group, groups, ranks(group, score))
    of_answer = _centred(group, groups, ranks(group, answer))
    answers_vary = _sums(group, groups, of_answer**2)
    scores_vary = _sums(group, groups, of_score**2)
    both = np.where(scores_vary > 0, np.sqrt(scores_vary * answers_vary), answers_vary)
    return ratio(_sums(group, groups, of_score * of_answer), both)


def _centred(group: Whole, groups: int, values: Floats) -> Floats:
    count = _sums(group, groups, np.ones(len(values)))
    mean: Floats = _sums(group, groups, values) / np.maximum(count, 1)
    return values - mean[group]


def _sums(group: Whole, groups: int, values: Floats | Truths) -> Floats:
    """[groups]"""
    return np.asarray(np.bincount(group, values, groups), np.float64)


def weighted_auc(score: Floats, liked: Truths, weights: Floats) -> Floats:
    """The area under the ROC curve [B] where row n counts weights[b, n] times; NaN where all or
    none was liked."""
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.diff(score[order], prepend=np.nan) != 0)
    sorted_weights = weights[:, order]
    positive = np.add.reduceat(sorted_weights * liked[order], starts, axis=1)
    negative = np.add.reduceat(sorted_weights * ~liked[order], starts, axis=1)
    below = np.cumsum(negative, axis=1) - negative
    concordant = (positive * (below + negative / 2)).sum(axis=1)
    return ratio(concordant, positive.sum(axis=1) * negative.sum(axis=1))
