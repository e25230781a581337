"""What anybody would answer: ridge regression of the answers on the columns of Inputs.

A training row is answered by the regression of everybody but its own person. With some thirty
people a regression takes up part of what sets each of them apart, and a learner that is trained on
what is left would take new people to differ less than they do.
"""

from dataclasses import dataclass

import numpy as np

from adaptation.learning.learners.inputs import Inputs
from adaptation.learning.ratings import Floats, RatingSet, Whole

STRENGTH = 10.0  # in standardised rows
INTERCEPT_STRENGTH = 1e-6  # not drawn to 0, but solvable without rows


@dataclass(frozen=True)
class PopulationRidge:
    """One regression without each training person, and at last everybody's, for someone new."""

    inputs: Inputs
    people: Whole  # [U], sorted
    coefficients: Floats  # [U + 1, C + 1, T]

    @classmethod
    def fit(cls, training: RatingSet) -> "PopulationRidge":
        inputs = Inputs.fit(training)
        columns = _with_one(inputs.of(training))
        answers, weights = inputs.answers(training)
        people, person = np.unique(training.user, return_inverse=True)
        solutions = [
            _without_each(columns, answer, weight, person, len(people))
            for answer, weight in zip(answers.T, weights.T, strict=True)
        ]
        return cls(inputs, people, np.stack(solutions, axis=-1))

    def columns(self, rows: RatingSet) -> Floats:
        """The columns of Inputs and after them the T expected answers, [N, C + T]."""
        read = self.inputs.of(rows)
        place = np.searchsorted(self.people, rows.user)
        within = np.minimum(place, len(self.people) - 1)
        place = np.where(self.people[within] == rows.user, within, len(self.people))
        expected = np.einsum("nc,nct->nt", _with_one(read), self.coefficients[place])
        return np.column_stack([read, expected])


def _with_one(columns: Floats) -> Floats:
    return np.column_stack([columns, np.ones(len(columns))])


def _without_each(
    columns: Floats, answer: Floats, weight: Floats, person: Whole, people: int
) -> Floats:
    """Coefficients [U + 1, C + 1] without each of U people, and of everybody."""
    squares = np.zeros((people + 1, columns.shape[1], columns.shape[1]))
    products = np.zeros((people + 1, columns.shape[1], 1))
    for each in range(people):
        own = person == each
        squares[each] = columns[own].T @ (weight[own, None] * columns[own])
        products[each] = columns[own].T @ (weight[own] * answer[own])[:, None]
    penalty = np.full(columns.shape[1], STRENGTH)
    penalty[-1] = INTERCEPT_STRENGTH
    others = squares.sum(0) - squares + np.diag(penalty)
    solved: Floats = np.linalg.solve(others, products.sum(0) - products)[..., 0]
    return solved
