"""The population's answer, with and without each person."""

import numpy as np

from adaptation.learning.learners.inputs import Inputs
from adaptation.learning.learners.population_ridge import (
    INTERCEPT_STRENGTH,
    STRENGTH,
    PopulationRidge,
)
from adaptation.learning.ratings import Floats, RatingSet
from tests.adaptation.learning.learners.episodic_sets import everything
from tests.adaptation.learning.learners.rating_sets import linear_set, linear_world

TARGETS = 3


def regressed(inputs: Inputs, rows: RatingSet, asked: RatingSet) -> Floats:
    """Ridge regression the long way: the penalty as rows that say 0."""
    penalty = np.sqrt(np.append(np.full(inputs.width, STRENGTH), INTERCEPT_STRENGTH))
    columns, new = (
        np.column_stack([inputs.of(part), np.ones(len(part))]) for part in (rows, asked)
    )
    answers, weights = inputs.answers(rows)
    expected = []
    for answer, weight in zip(answers.T, weights.T, strict=True):
        told = weight > 0
        left = np.vstack([columns[told], np.diag(penalty)])
        right = np.append(answer[told], np.zeros(len(penalty)))
        expected.append(new @ np.linalg.lstsq(left, right, rcond=None)[0])
    return np.column_stack(expected)


def test_someone_new_is_answered_by_everybody() -> None:
    rows = everything()
    training, new = rows.of_users(range(10)), rows.of_users([10, 11])
    population = PopulationRidge.fit(training)
    columns = population.columns(new)
    expected = regressed(population.inputs, training, new)
    np.testing.assert_allclose(columns[:, -TARGETS:], expected, atol=1e-8)
    np.testing.assert_array_equal(columns[:, :-TARGETS], population.inputs.of(new))


def test_someone_who_was_trained_on_is_answered_by_the_others() -> None:
    training = everything()
    population = PopulationRidge.fit(training)
    for person in (0, 7, 11):
        own = training.of_users([person])
        others = training.rows(training.user != person)
        expected = regressed(population.inputs, others, own)
        np.testing.assert_allclose(population.columns(own)[:, -TARGETS:], expected, atol=1e-8)


def test_one_person_alone_is_answered_with_the_centre() -> None:
    """There are no others to answer: 0 on the standardised scale."""
    alone = linear_set(people=1, ratings=6)
    assert (PopulationRidge.fit(alone).columns(alone)[:, -TARGETS:] == 0).all()


def test_it_answers_better_than_the_mean() -> None:
    world = linear_world(people=30, offset=0.2, slope=0.0)
    training, new = world.ratings.of_users(range(20)), world.ratings.of_users(range(20, 30))
    population = PopulationRidge.fit(training)
    said, _ = population.inputs.answers(new)
    error = np.square(said - population.columns(new)[:, -TARGETS:]).mean(axis=0)
    assert (error < 0.8 * said.var(axis=0)).all()
