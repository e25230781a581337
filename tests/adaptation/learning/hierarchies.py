"""Hierarchical linear worlds whose truth is known, and the same fit by brute force."""

from dataclasses import dataclass, replace

import numpy as np

from adaptation.learning.expectation import Design
from adaptation.learning.hierarchy import PRIOR_PEOPLE, Hierarchy
from adaptation.learning.ratings import Floats, Truths, Whole

POPULATION = np.array([[0.3, 0.8, -0.5, 0.0], [-0.2, 0.0, 0.4, 0.6]])  # B [T, p]
# Coordinates: offset and slope of the first answer, then of the second.
SPREAD = np.array(
    [
        [0.50, 0.15, 0.20, 0.00],
        [0.15, 0.30, 0.00, 0.00],
        [0.20, 0.00, 0.40, -0.10],
        [0.00, 0.00, -0.10, 0.20],
    ]
)
NOISE = np.array([[[0.40, 0.18], [0.18, 0.30]], [[0.90, -0.30], [-0.30, 0.60]]])


def drawn(
    *, people: int, rows: int, seed: int = 0, missing: float = 0.2, settings: int = 2
) -> Design:
    """People with `rows` rows each, whose answers follow the constants above. A share of the
    answers is missing, half of the others are a half or a third of an observation."""
    generator = np.random.default_rng(seed)
    count = people * rows
    columns = np.column_stack([np.ones(count), generator.normal(size=(count, 3))])
    seen = np.zeros((count, 2, 4))
    hearing = generator.normal(size=count)
    for answer in range(2):
        seen[:, answer, 2 * answer] = 1.0
        seen[:, answer, 2 * answer + 1] = hearing
    person = np.repeat(np.arange(people), rows)
    setting = generator.integers(0, settings, count)
    coordinates = generator.multivariate_normal(np.zeros(4), SPREAD, people)
    weight = generator.choice([1.0, 1.0, 0.5, 1 / 3], (count, 2))
    weight[generator.random((count, 2)) < missing] = 0.0
    noise = np.array([generator.multivariate_normal(np.zeros(2), NOISE[at]) for at in setting])
    answers = columns @ POPULATION.T + noise
    answers += np.einsum("nad,nd->na", seen, coordinates[person])
    return Design(
        columns,
        np.array([0, 1, 1, 1]),
        seen,
        np.where(weight > 0, answers, 0.0),
        weight,
        setting,
        person,
    )


def whole(design: Design) -> Design:
    """With every answer that is there as one full observation."""
    return replace(design, weight=(design.weight > 0).astype(float))


def rows_of(design: Design, which: Whole | Truths) -> Design:
    return replace(
        design,
        columns=design.columns[which],
        rows=design.rows[which],
        answers=design.answers[which],
        weight=design.weight[which],
        setting=design.setting[which],
        person=design.person[which],
    )


@dataclass(frozen=True)
class Joint:
    """The Gaussian posterior of B (answer by answer) and everybody's coordinates at once, from one
    dense solve: nothing is integrated out, nothing is shared between people."""

    design: Design
    mean: Floats  # [Tp + Ud]
    covariance: Floats  # [Tp + Ud, Tp + Ud]

    @classmethod
    def of(cls, design: Design, spread: Floats, noise: Floats, strengths: Floats) -> "Joint":
        entering, told = _stacked(design)
        error = np.zeros((len(told), len(told)))
        weight, setting = design.weight.reshape(-1), np.repeat(design.setting, 2)
        for one in np.flatnonzero(told):
            for other in np.flatnonzero(told):
                if one // 2 == other // 2:
                    between = noise[setting[one], one % 2, other % 2]
                    error[one, other] = between / np.sqrt(weight[one] * weight[other])
        entering, error = entering[told], error[np.ix_(told, told)]
        certain = entering.T @ np.linalg.inv(error)
        precision = np.linalg.inv(_prior(design, spread, strengths)) + certain @ entering
        covariance = np.linalg.inv(precision)
        return cls(design, covariance @ certain @ design.answers.reshape(-1)[told], covariance)

    @property
    def columns(self) -> int:
        """Tp."""
        return 2 * self.design.columns.shape[1]

    @property
    def population(self) -> Floats:
        """B [T, p]."""
        return self.mean[: self.columns].reshape(2, -1)

    def second_moment(self, at: slice | Whole) -> Floats:
        """E[v vᵀ] of some entries."""
        return np.asarray(np.outer(self.mean[at], self.mean[at]) + self.covariance[at, :][:, at])

    def spread(self) -> Floats:
        """P of the next iteration."""
        people = len(self.design.people)
        d = self.design.rows.shape[2]
        moments = np.zeros((d, d))
        for person in range(people):
            first = self.columns + person * d
            moments += self.second_moment(slice(first, first + d))
        moments /= people
        kept = people / (people + PRIOR_PEOPLE)
        return kept * moments + (1 - kept) * np.diag(np.diag(moments))

    def noise(self, setting: int) -> Floats:
        """R of a setting of the next iteration: expected products of errors, where both are told,
        by how much of an observation they are."""
        entering, _ = _stacked(self.design)
        total, count = np.zeros((2, 2)), np.zeros((2, 2))
        for row in np.flatnonzero(self.design.setting == setting):
            here = entering[2 * row : 2 * row + 2]
            error = self.design.answers[row] - here @ self.mean
            root = np.sqrt(self.design.weight[row])
            products = np.outer(error, error) + here @ self.covariance @ here.T
            total += np.outer(root, root) * products
            count += np.outer(root, root)
        return np.asarray(total / count)

    def strength(self, group: int) -> Floats:
        """Λ of a group of columns of the next iteration."""
        width = self.design.columns.shape[1]
        columns = np.flatnonzero(self.design.groups == group)
        moments = [self.second_moment(np.array([at, width + at])) for at in columns]
        return np.asarray(np.mean(moments, axis=0))


def _stacked(design: Design) -> tuple[Floats, Truths]:
    """How B and everybody's coordinates enter every answer [R·T, Tp + Ud], and which are there."""
    count, width = design.columns.shape
    people, d = len(design.people), design.rows.shape[2]
    entering = np.zeros((count, 2, 2 * width + people * d))
    for person, rows in enumerate(design.people):
        first = 2 * width + person * d
        entering[rows, :, first : first + d] = design.rows[rows]
    for answer in range(2):
        entering[:, answer, answer * width : (answer + 1) * width] = design.columns
    return entering.reshape(2 * count, -1), design.weight.reshape(-1) > 0


def _prior(design: Design, spread: Floats, strengths: Floats) -> Floats:
    width, d = design.columns.shape[1], design.rows.shape[2]
    people = len(design.people)
    prior = np.zeros((2 * width + people * d, 2 * width + people * d))
    for column, group in enumerate(design.groups):
        at = np.array([column, width + column])
        prior[np.ix_(at, at)] = strengths[group]
    for person in range(people):
        at = 2 * width + person * d + np.arange(d)
        prior[np.ix_(at, at)] = spread
    return prior


def brute_residual(design: Design, fitted: Hierarchy) -> Floats:
    """What the population would have got wrong about each person, fitted again without them."""
    residual = np.empty_like(design.answers)
    for rows in design.people:
        others = np.setdiff1d(np.arange(len(design.answers)), rows)
        without = Joint.of(rows_of(design, others), fitted.spread, fitted.noise, fitted.strengths)
        residual[rows] = design.answers[rows] - design.columns[rows] @ without.population.T
    return residual
