"""An exact Gaussian process for each target, over people, items, content and moods at once.

Rasmussen & Williams 2006, "Gaussian Processes for Machine Learning", algorithm 2.1. A person's
ratings are simply more data: adapting adds a block to the Cholesky factor of the training
covariance, so that it costs a triangular solve and no new factorisation.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from adaptation.learning.learners import kernel
from adaptation.learning.learners.base import Prediction
from adaptation.learning.learners.inputs import Inputs
from adaptation.learning.learners.kernel import Kernel, Points
from adaptation.learning.ratings import Floats, RatingSet, Whole

MOST_ROWS = 4000  # conditioned on; a larger set is cut down to some of its people
EVIDENCE_ROWS = 800  # that the kernel is fitted on, by the same cut …
EVIDENCE_EACH = 30  # … after a cut to so many rows of each person


@dataclass(frozen=True)
class Answers:
    """Answers to one target."""

    points: Points  # N
    y: Floats  # [N], standardised
    weight: Floats  # [N] in 0..1; the noise of an answer is divided by it

    @classmethod
    def to_each(cls, inputs: Inputs, rows: RatingSet) -> "list[Answers]":
        """For each target, from the rows that have an answer to it."""
        standard, _ = inputs.answers(rows)
        return [
            cls(Points.of(inputs, rows, target).at(weight > 0), y[weight > 0], weight[weight > 0])
            for target, y, weight in zip(rows.targets, standard.T, rows.told.T, strict=True)
        ]

    def noise(self, kernel: Kernel) -> Floats:
        """[N, N]."""
        return np.diag(kernel.noise[self.points.setting] / self.weight)


@dataclass(frozen=True)
class Data:
    """Answers of one target, with the Cholesky factor L of their covariance (noise included)."""

    kernel: Kernel
    points: Points  # N
    factor: Floats  # [N, N], lower
    whitened: Floats  # [N], L⁻¹ y

    @classmethod
    def of(cls, kernel: Kernel, answers: Answers) -> "Data":
        points = answers.points
        factor = _cholesky(kernel.between(points, points) + answers.noise(kernel))
        return cls(kernel, points, factor, _solve(factor, answers.y))

    def explained(self, points: Points) -> Floats:
        """L⁻¹ K [N, M]: how the data bear on M points."""
        return _solve(self.factor, self.kernel.between(self.points, points))


@dataclass(frozen=True)
class Addition:
    """S further answers: the rows [Bᵀ, M] that they add to the factor, [[L, 0], [Bᵀ, M]]."""

    points: Points  # S
    bearing: Floats  # [N, S], B
    factor: Floats  # [S, S], M
    whitened: Floats  # [S]

    @classmethod
    def of(cls, data: Data, answers: Answers) -> "Addition":
        points, bearing = answers.points, data.explained(answers.points)
        covariance = data.kernel.between(points, points) + answers.noise(data.kernel)
        factor = _cholesky(covariance - bearing.T @ bearing)
        return cls(points, bearing, factor, _solve(factor, answers.y - bearing.T @ data.whitened))

    def predict(self, data: Data, query: Points) -> tuple[Floats, Floats]:
        """Mean and variance [N] of answers at N points."""
        shared = data.explained(query)
        between = data.kernel.between(self.points, query)
        own = _solve(self.factor, between - self.bearing.T @ shared)
        mean = shared.T @ data.whitened + own.T @ self.whitened
        before = np.diag(data.kernel.between(query, query)) + data.kernel.noise[query.setting]
        return mean, before - np.square(shared).sum(axis=0) - np.square(own).sum(axis=0)


@dataclass(frozen=True)
class GaussianProcess:
    """A learner that keeps its training rows. They may hold ratings of the person asked about."""

    inputs: Inputs
    seen: frozenset[tuple[int, int, float]]  # the training rows
    data: tuple[Data, ...]  # T

    def adapt(self, support: RatingSet) -> tuple[Addition, ...]:
        """What the support adds for each target; a row of the training set is not counted again."""
        new = np.array([row not in self.seen for row in _names(support)], bool)
        answers = Answers.to_each(self.inputs, support.rows(new))
        return tuple(map(Addition.of, self.data, answers))

    def predict(self, vector: tuple[Addition, ...], query: RatingSet) -> Prediction:
        expected = [
            addition.predict(data, Points.of(self.inputs, query, target))
            for target, data, addition in zip(query.targets, self.data, vector, strict=True)
        ]
        mean, variance = np.array(expected).transpose(1, 2, 0)
        return Prediction(*self.inputs.back(mean, variance))


def fit(training: RatingSet, *, seed: int) -> GaussianProcess:
    """Recipe. The seed chooses the people where there are too many rows."""
    inputs = Inputs.fit(training)
    kept = training.rows(_some(training, most=MOST_ROWS, each=MOST_ROWS, seed=seed))
    fewer = kept.rows(_some(kept, most=EVIDENCE_ROWS, each=EVIDENCE_EACH, seed=seed))
    kernels = [
        kernel.fit(answers.points, answers.y, answers.weight)
        for answers in Answers.to_each(inputs, fewer)
    ]
    data = map(Data.of, kernels, Answers.to_each(inputs, kept))
    return GaussianProcess(inputs, frozenset(_names(kept)), tuple(data))


def _some(rows: RatingSet, *, most: int, each: int, seed: int) -> Whole:
    """Indices [M] of at most `each` rows of a person, and of as many people as have `most` rows
    together; people and rows are drawn at random."""
    draw = np.random.default_rng(seed)
    people = draw.permutation(np.unique(rows.user))
    drawn = [draw.permutation(np.flatnonzero(rows.user == person))[:each] for person in people]
    within = np.cumsum([len(some) for some in drawn]) <= most
    chosen = [some for some, kept in zip(drawn, within, strict=True) if kept]
    return np.sort(np.concatenate([np.zeros(0, np.int64), *chosen]))


def _names(rows: RatingSet) -> list[tuple[int, int, float]]:
    """What a row is known by."""
    return list(zip(rows.user.tolist(), rows.item.tolist(), rows.order.tolist(), strict=True))


def _cholesky(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.cholesky(matrix), np.float64)


def _solve(factor: Floats, right: Floats) -> Floats:
    """L⁻¹ right."""
    solved: Floats = solve_triangular(factor, right, lower=True, check_finite=False)
    return solved
