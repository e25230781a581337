"""The closed-form learners, fitted to one small set that has all that a set may have."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from adaptation.learning.learners import gaussian_process, offset, population, ridge
from adaptation.learning.learners.base import Learner, Prediction, Recipe
from adaptation.learning.ratings import RatingSet
from tests.adaptation.learning.learners.rating_sets import linear_set

RECIPES: dict[str, Recipe] = {
    "population": population.fit,
    "offset": offset.fit,
    "ridge": ridge.fit,
    "gaussian_process": gaussian_process.fit,
}
NOBODY = np.zeros(0, np.int64)
TRAINED = 15


@cache
def small() -> RatingSet:
    """Twenty people; the first fifteen are trained on. Every fifth row is auxiliary and has no mood
    before; some answers are missing."""
    rows = linear_set(ratings=15)
    auxiliary = np.arange(len(rows)) % 5 == 0
    answers = rows.answers.copy()
    answers[np.arange(len(rows)) % 7 == 0, 0] = np.nan
    answers[np.arange(len(rows)) % 11 == 0, 2] = np.nan
    mood = np.where(auxiliary[:, None], np.nan, rows.mood)
    return replace(rows, auxiliary=auxiliary, answers=answers, mood=mood)


@cache
def fitted(name: str) -> Any:
    return RECIPES[name](small().of_users(range(TRAINED)), seed=0)


def person(number: int = TRAINED) -> tuple[RatingSet, RatingSet]:
    """Someone's first eight rows and the rest."""
    rows = small().of_users([number])
    return rows.rows(np.arange(8)), rows.rows(np.arange(8, 15))


def answered(learner: Learner, support: RatingSet, query: RatingSet) -> Prediction:
    return learner.predict(learner.adapt(support), query)


def assert_same(first: Prediction, second: Prediction) -> None:
    np.testing.assert_allclose(first.mean, second.mean, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(first.variance, second.variance, rtol=1e-7, atol=1e-8)
