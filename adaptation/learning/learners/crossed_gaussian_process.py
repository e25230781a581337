"""A Gaussian process for people who are known: a sum of crossed terms, each with a variance.

Person, item, content and their products are terms of one covariance (Rasmussen & Williams 2006,
"Gaussian Processes for Machine Learning", section 4.2.4). The logarithms of the variances and of
the noise are those of highest posterior density given the training answers (section 5.4.1), under
a weak normal prior: nothing else is tuned. Answers that the process has not seen are expected in
closed form for the training rows too, each left out in turn (section 5.4.2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.optimize import minimize

from adaptation.learning.ratings import Floats

Columns = Mapping[str, NDArray[Any]]
"""N rows by name: labels [N], or numbers [N, D]."""

STEPS = 100  # of L-BFGS, at most

# Normal prior of the logarithms, relative to the variance of the answers.
VARIANCE, VARIANCE_SPREAD = float(np.log(0.05)), 1.5
NOISE, NOISE_SPREAD = float(np.log(0.6)), 1.0


class Factor(Protocol):
    def between(self, a: Columns, b: Columns) -> Floats:
        """[A, B]."""

    def own(self, a: Columns) -> Floats:
        """The diagonal [A] of `between(a, a)`."""


@dataclass(frozen=True)
class Same:
    """1 where the label is the same."""

    column: str

    def between(self, a: Columns, b: Columns) -> Floats:
        return np.asarray(a[self.column][:, None] == b[self.column], np.float64)

    def own(self, a: Columns) -> Floats:
        return np.ones(len(a[self.column]))


@dataclass(frozen=True)
class Linear:
    """The mean over D numbers of their product."""

    column: str

    def between(self, a: Columns, b: Columns) -> Floats:
        left, right = a[self.column], b[self.column]
        return np.asarray(left @ right.T / left.shape[1], np.float64)

    def own(self, a: Columns) -> Floats:
        return np.asarray(np.square(a[self.column]).mean(axis=1), np.float64)


@dataclass(frozen=True)
class Near:
    """exp(−d²/2), d² the mean squared difference of D numbers."""

    column: str

    def between(self, a: Columns, b: Columns) -> Floats:
        left, right = a[self.column], b[self.column]
        squares = np.square(left).sum(axis=1)[:, None] + np.square(right).sum(axis=1)
        distance = np.maximum(squares - 2 * left @ right.T, 0.0) / left.shape[1]
        return np.asarray(np.exp(-distance / 2), np.float64)

    def own(self, a: Columns) -> Floats:
        return np.ones(len(a[self.column]))


Term = tuple[Factor, ...]
"""The product of its factors."""


@dataclass(frozen=True)
class CrossedGaussianProcess:
    """Fitted to N answers. Means and variances are of an answer, noise included."""

    terms: Sequence[Term]
    variances: Floats  # [terms + 1], relative to the answers' variance; the last is the noise
    columns: Columns
    centre: float
    scale: float
    bearing: Floats  # [N], C⁻¹ y of the standardised answers; C with noise
    inverse: Floats  # [N, N], C⁻¹

    def predict(self, columns: Columns) -> tuple[Floats, Floats]:
        """Mean and variance [M] of the answers at M rows."""
        parts = list(zip(self.variances, self.terms, strict=False))  # the noise has no term
        between = sum(v * _between(term, self.columns, columns) for v, term in parts)
        own = sum(v * _own(term, columns) for v, term in parts)
        explained = ((self.inverse @ between) * between).sum(axis=0)
        variance = np.maximum(own - explained, 0.0) + self.variances[-1]
        return self._back(between.T @ self.bearing, variance)

    def left_out(self) -> tuple[Floats, Floats]:
        """Mean and variance [N] of each training answer, from all the others."""
        precision = np.diag(self.inverse)
        expected = self._standard() - self.bearing / precision
        return self._back(expected, 1 / precision)

    def _standard(self) -> Floats:
        """The standardised training answers: C (C⁻¹ y)."""
        return np.asarray(np.linalg.solve(self.inverse, self.bearing), np.float64)

    def _back(self, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
        return mean * self.scale + self.centre, variance * self.scale**2


def fit(columns: Columns, answers: Floats, terms: Sequence[Term]) -> CrossedGaussianProcess:
    """The process for answers [N], of which two or more differ."""
    centre, scale = float(answers.mean()), float(answers.std())
    evidence = _Evidence([_between(term, columns, columns) for term in terms], answers, terms)
    variances = np.exp(evidence.best())
    inverse, bearing = evidence.solved(variances)[:2]
    return CrossedGaussianProcess(terms, variances, columns, centre, scale, bearing, inverse)


class _Evidence:
    """Minus the log posterior density of the logarithms of the variances."""

    def __init__(self, parts: list[Floats], answers: Floats, terms: Sequence[Term]) -> None:
        self.parts = parts  # [N, N] each
        self.y = (answers - answers.mean()) / answers.std()
        self.prior = np.array([VARIANCE] * len(terms) + [NOISE])
        self.spread = np.array([VARIANCE_SPREAD] * len(terms) + [NOISE_SPREAD])

    def best(self) -> Floats:
        found = minimize(
            self._at, self.prior, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}
        )
        return np.asarray(found.x, np.float64)

    def solved(self, variances: Floats) -> tuple[Floats, Floats, float]:
        """C⁻¹, C⁻¹ y and log |C| / 2. Raises LinAlgError where C is not positive definite."""
        covariance = np.diag(np.full(len(self.y), variances[-1]))
        for variance, part in zip(variances, self.parts, strict=False):
            covariance += variance * part
        factor = np.linalg.cholesky(covariance)
        lower = lapack.dpotri(factor, lower=1)[0]
        inverse = np.tril(lower) + np.tril(lower, -1).T
        return inverse, inverse @ self.y, float(np.log(np.diag(factor)).sum())

    def _at(self, log: Floats) -> tuple[float, Floats]:
        """The value and its gradient."""
        variances = np.exp(log)
        inverse, bearing, half_log_det = self.solved(variances)
        slope = inverse - np.outer(bearing, bearing)
        gradient = [np.vdot(slope, part) for part in self.parts] + [np.trace(slope)]
        away = (log - self.prior) / self.spread
        value = self.y @ bearing / 2 + half_log_det + np.square(away).sum() / 2
        return float(value), np.array(gradient) * variances / 2 + away / self.spread


def _between(term: Term, a: Columns, b: Columns) -> Floats:
    return np.asarray(np.prod([factor.between(a, b) for factor in term], axis=0), np.float64)


def _own(term: Term, a: Columns) -> Floats:
    return np.asarray(np.prod([factor.own(a) for factor in term], axis=0), np.float64)
