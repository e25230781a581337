"""What is measured of predicted answers (docs/evaluation.md has the formulas).

Every measure is a function of sums over people's rows, so that drawing people again is a product
of matrices; only the pooled AUC, which compares rows of different people, weighs rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from scipy.special import ndtr, ndtri

from adaptation.learning.evaluation.intervals import Estimate, Resamples
from adaptation.learning.evaluation.ranks import (
    auc_within,
    ratio,
    spearman_within,
    weighted_auc,
)
from adaptation.learning.ratings import Floats, Target, Truths, Whole

COVERAGES = (50, 80, 95)  # per cent
BINS = 10  # of probabilities of liking


@dataclass(frozen=True)
class Predicted:
    """N answers to one target and what was expected of them, of U people in all seeds."""

    person: Whole  # [N], 0..U−1
    seed: Whole  # [N]
    answer: Floats  # [N]
    before: Floats  # [N], the mood that persists into the answer; NaN: none
    mean: Floats  # [N]
    variance: Floats  # [N]
    widths: Floats  # [N, 3] half-widths of the intervals of COVERAGES, in standard deviations

    def rows(self, which: Truths) -> "Predicted":
        return Predicted(*(getattr(self, each.name)[which] for each in fields(self)))

    @property
    def error(self) -> Floats:
        return self.answer - self.mean

    @property
    def deviation(self) -> Floats:
        return np.sqrt(self.variance)


def measures_of(
    cases: Predicted, target: Target, resamples: Resamples, *, whole: bool
) -> dict[str, Estimate]:
    """Every measure that the target has, by name. `whole`: its answers are whole numbers."""
    found = errors_of(cases, resamples)
    found["r2"] = _explained(cases, cases.answer, resamples)
    if target.carries is not None:
        asked = cases.rows(np.isfinite(cases.before))
        found["r2_change"] = _explained(asked, asked.answer - asked.before, resamples)
    if target.liked_from is not None:
        found |= _of_liking(cases, target.liked_from, resamples, whole=whole)
    found["spearman_within"] = _mean_within(
        cases,
        lambda group, groups: spearman_within(group, groups, cases.mean, cases.answer),
        resamples,
    )
    for share in COVERAGES:
        found[f"coverage_{share}"] = _coverage(cases, share, resamples)
    found["deviation_error_correlation"] = _correlation(
        cases, cases.deviation, np.abs(cases.error), resamples
    )
    return found


def errors_of(cases: Predicted, resamples: Resamples) -> dict[str, Estimate]:
    """Root-mean-square, mean squared and mean absolute error."""
    squared, absolute = np.square(cases.error), np.abs(cases.error)
    return {
        "rmse": _mean(cases, squared, resamples, np.sqrt),
        "mse": _mean(cases, squared, resamples),
        "mae": _mean(cases, absolute, resamples),
    }


def _mean(
    cases: Predicted,
    values: Floats,
    resamples: Resamples,
    then: Callable[[Floats], Floats] = np.asarray,
) -> Estimate:
    columns = np.column_stack([np.ones(len(values)), values])
    return resamples.of_sums(cases.person, columns, lambda s: then(ratio(s[..., 1], s[..., 0])))


def _explained(cases: Predicted, values: Floats, resamples: Resamples) -> Estimate:
    """R² of values whose error is that of the answers."""
    centred, spread = _centred(values)
    columns = [np.ones(len(values)), centred, centred**2, np.square(cases.error / spread)]

    def explained(sums: Floats) -> Floats:
        count, first, second, squared_error = np.moveaxis(sums, -1, 0)
        return 1 - ratio(squared_error, second - first * ratio(first, count))

    return resamples.of_sums(cases.person, np.column_stack(columns), explained)


def _of_liking(
    cases: Predicted, liked_from: float, resamples: Resamples, *, whole: bool
) -> dict[str, Estimate]:
    liked = cases.answer >= liked_from
    seeds = [cases.seed == seed for seed in np.unique(cases.seed)]

    def pooled(weights: Floats) -> Floats:
        """The mean of the seeds: answers of different seeds are not compared."""
        areas = [weighted_auc(cases.mean[s], liked[s], weights[:, s]) for s in seeds]
        mean: Floats = np.mean(areas, axis=0)
        return mean

    return {
        "auc": resamples.of_weights(cases.person, pooled),
        "auc_within": _mean_within(
            cases, lambda group, groups: auc_within(group, groups, cases.mean, liked), resamples
        ),
        "ece": _calibration_error(cases, liked, liked_from - 0.5 * whole, resamples),
    }


def _mean_within(
    cases: Predicted, of_groups: Callable[[Whole, int], Floats], resamples: Resamples
) -> Estimate:
    """The mean over people of a measure of one person's answers, itself the mean of the seeds in
    which it is defined."""
    seeds, place = np.unique(cases.seed, return_inverse=True)
    people = resamples.weights.shape[1]
    values = of_groups(cases.person * len(seeds) + place, people * len(seeds))
    values = values.reshape(people, len(seeds))
    defined = np.isfinite(values)
    of_person = ratio(np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1))
    told = np.flatnonzero(np.isfinite(of_person))
    columns = np.column_stack([np.ones(len(told)), of_person[told]])
    return resamples.of_sums(told, columns, lambda s: ratio(s[..., 1], s[..., 0]))


def gaussian_width(share: int) -> float:
    """Half the width of a Gaussian's central interval of so many per cent, in standard
    deviations."""
    return float(ndtri(0.5 + share / 200))


def _coverage(cases: Predicted, share: int, resamples: Resamples) -> Estimate:
    half = cases.widths[:, COVERAGES.index(share)] * cases.deviation
    return _mean(cases, (np.abs(cases.error) <= half).astype(float), resamples)


def _calibration_error(
    cases: Predicted, liked: Truths, cut: float, resamples: Resamples
) -> Estimate:
    """Σ_bins |Σ P − Σ liked| / N: the expected calibration error (Guo et al. 2017,
    arXiv:1706.04599) of the Gaussian's probability above the cut."""
    chance = ndtr((cases.mean - cut) / cases.deviation)
    columns = np.zeros((len(chance), BINS + 1))
    place = np.minimum((chance * BINS).astype(int), BINS - 1)
    columns[np.arange(len(chance)), place] = chance - liked
    columns[:, BINS] = 1
    return resamples.of_sums(
        cases.person,
        columns,
        lambda s: ratio(np.abs(s[..., :BINS]).sum(axis=-1), s[..., BINS]),
    )


def _correlation(cases: Predicted, x: Floats, y: Floats, resamples: Resamples) -> Estimate:
    """Pearson's, NaN where one is constant."""
    (x, _), (y, _) = _centred(x), _centred(y)

    def correlation(sums: Floats) -> Floats:
        n, sx, sy, sxx, syy, sxy = np.moveaxis(sums, -1, 0)
        vary = np.maximum(n * sxx - sx**2, 0) * np.maximum(n * syy - sy**2, 0)
        return ratio(n * sxy - sx * sy, np.sqrt(vary))

    columns = np.column_stack([np.ones(len(x)), x, y, x * x, y * y, x * y])
    return resamples.of_sums(cases.person, columns, correlation)


def _centred(values: Floats) -> tuple[Floats, float]:
    """Values less their mean, in standard deviations, and the deviation. What is constant but for
    rounding is all 0."""
    if not len(values):
        return values, 1.0
    centred = values - values.mean()
    spread = float(centred.std())
    if spread <= 1e-9 * float(np.abs(values).max()):
        return np.zeros(len(values)), 1.0
    return centred / spread, spread
