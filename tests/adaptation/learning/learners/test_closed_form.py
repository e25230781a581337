"""What all closed-form learners have in common, and on worlds whose truth is known."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adaptation.learning.learners import population
from adaptation.learning.learners.base import Learner
from adaptation.learning.ratings import Floats, RatingSet
from tests.adaptation.learning.learners.closed_form import (
    NOBODY,
    RECIPES,
    TRAINED,
    answered,
    assert_same,
    fitted,
    person,
    small,
)
from tests.adaptation.learning.learners.rating_sets import LinearWorld, linear_set, linear_world

every_learner = pytest.mark.parametrize("name", RECIPES)
adapting = pytest.mark.parametrize("name", [name for name in RECIPES if name != "population"])


def error(learner: Learner, world: LinearWorld, people: range, shots: int) -> Floats:
    """Root-mean-square distance [T] from what people would answer but for noise, on their rows
    after the fifteenth."""
    apart = []
    for number in people:
        own = np.flatnonzero(world.ratings.user == number)
        rows = world.ratings.rows(own)
        support, query = rows.rows(np.arange(shots)), rows.rows(np.arange(15, len(own)))
        apart.append(answered(learner, support, query).mean - world.expected[own[15:]])
    return np.sqrt(np.square(np.concatenate(apart)).mean(axis=0))


@every_learner
def test_predictions_do_not_read_the_answers_asked_for(name: str) -> None:
    support, query = person()
    silent = replace(query, answers=np.full_like(query.answers, np.nan))
    learner = fitted(name)
    assert_same(answered(learner, support, query), answered(learner, support, silent))


@every_learner
def test_the_order_of_the_ratings_does_not_matter(name: str) -> None:
    support, query = person()
    learner = fitted(name)
    turned = support.rows(np.random.default_rng(0).permutation(len(support)))
    assert_same(answered(learner, support, query), answered(learner, turned, query))


@adapting
def test_ratings_change_the_answer_and_leave_less_to_doubt(name: str) -> None:
    support, query = person()
    learner = fitted(name)
    before = answered(learner, support.rows(NOBODY), query)
    after = answered(learner, support, query)
    assert np.abs(after.mean - before.mean).max(axis=0).min() > 0.01
    assert np.all(after.variance < before.variance)


@adapting
def test_a_rating_in_halves_counts_once(name: str) -> None:
    support, query = person()
    halves = support.rows(np.repeat(np.arange(8), 2))
    halves = replace(halves, weight=np.full_like(halves.answers, 0.5))
    learner = fitted(name)
    assert_same(answered(learner, support, query), answered(learner, halves, query))


@adapting
def test_half_a_rating_is_held_to_be_noisier_than_a_whole_one(name: str) -> None:
    rows = linear_set(people=12, ratings=10)
    light = replace(rows, weight=np.full_like(rows.answers, 0.5))
    support, query = person()
    whole = answered(RECIPES[name](rows, seed=0), support.rows(NOBODY), query)
    half = answered(RECIPES[name](light, seed=0), support.rows(NOBODY), query)
    assert np.all(half.variance < whole.variance)  # which are of whole answers


@every_learner
def test_the_same_seed_gives_the_same_learner(name: str) -> None:
    support, query = person()
    again = RECIPES[name](small().of_users(range(TRAINED)), seed=0)
    assert_same(answered(again, support, query), answered(fitted(name), support, query))


@every_learner
def test_intervals_hold_as_many_answers_as_they_say(name: str) -> None:
    """Over four worlds: thirty people may differ more or less than people do."""
    inside: dict[int, list[Floats]] = {0: [], 6: []}
    for seed in range(4):
        rows = linear_world(people=80, ratings=12, seed=seed).ratings
        learner = RECIPES[name](rows.rows((rows.user < 30) & (rows.order < 8)), seed=0)
        for number in range(30, 80):
            own = rows.of_users([number])
            query = own.rows(np.arange(6, 12))
            for shots, found in inside.items():
                told = answered(learner, own.rows(np.arange(shots)), query)
                found.append(np.abs(query.answers - told.mean) < 1.2816 * np.sqrt(told.variance))
    for found in inside.values():
        np.testing.assert_allclose(np.concatenate(found).mean(axis=0), 0.8, atol=0.06)


def test_what_a_learner_can_know_it_comes_to_know() -> None:
    """People differ in offsets and in slopes: each richer learner is nearer after 15 ratings."""
    world = linear_world(people=40, items=60, ratings=25, slope=0.7, noise=0.4)
    training = world.ratings.rows((world.ratings.user < 25) & (world.ratings.order < 16))
    by_name = {
        name: error(RECIPES[name](training, seed=0), world, range(25, 40), 15) for name in RECIPES
    }
    assert np.all(by_name["offset"] < 0.95 * by_name["population"])
    assert np.all(by_name["ridge"] < 0.9 * by_name["offset"])
    assert np.all(by_name["gaussian_process"] < 0.95 * by_name["offset"])


@pytest.mark.parametrize("name", ["ridge", "gaussian_process"])
def test_how_long_someones_mood_lasts_is_learned(name: str) -> None:
    """People differ in that alone, and not in what the other axis does."""
    rows = linear_set(people=25, ratings=16, targets=("valence",))
    draw = np.random.default_rng(0)
    lasting = draw.choice([-0.2, 0.9], 25)[rows.user]
    answers = 0.2 + lasting * rows.mood[:, 0] + draw.normal(size=len(rows)) * 0.05
    rows = replace(rows, answers=answers[:, None])
    learner = RECIPES[name](rows.of_users(range(20)), seed=0)
    for number in range(20, 25):
        own = rows.of_users([number])
        told = answered(learner, own.rows(np.arange(10)), own.rows(np.arange(10, 16)))
        np.testing.assert_allclose(told.mean, own.answers[10:], atol=0.2)


def test_the_population_says_the_same_to_everyone() -> None:
    support, query = person()
    learner = fitted("population")
    assert_same(answered(learner, support, query), answered(learner, support.rows(NOBODY), query))


def test_with_no_ratings_the_offset_is_the_population() -> None:
    support, query = person()
    none = support.rows(NOBODY)
    unadapted = answered(fitted("offset"), none, query)
    assert_same(unadapted, answered(fitted("population"), none, query))


def test_the_population_leaves_out_no_difference_between_people() -> None:
    apart = linear_world(people=40, ratings=15, offset=1.5, slope=0.0, noise=0.2)
    alike = linear_world(people=40, ratings=15, offset=0.0, slope=0.0, noise=0.2)
    doubts = []
    for world in (apart, alike):
        rows = world.ratings
        learner = population.fit(rows, seed=0)
        told = answered(learner, rows.rows(NOBODY), rows.of_users([0]))
        doubts.append(np.sqrt(told.variance.mean(axis=0)))
    spread = apart.offsets.std(axis=0)
    np.testing.assert_allclose(doubts[0], np.hypot(spread, apart.noise), rtol=0.15)
    np.testing.assert_allclose(doubts[1], alike.noise, rtol=0.15)


def without_features(rows: RatingSet) -> RatingSet:
    return replace(rows, features=np.zeros((40, 0)), feature_names=())


def without_moods(rows: RatingSet) -> RatingSet:
    return replace(rows, mood=np.full_like(rows.mood, np.nan))


def one_answer(rows: RatingSet) -> RatingSet:
    return replace(rows, targets=rows.targets[:1], answers=rows.answers[:, :1])


def all_auxiliary(rows: RatingSet) -> RatingSet:
    return replace(rows, auxiliary=np.ones(len(rows), bool))


def all_alike(rows: RatingSet) -> RatingSet:
    return replace(rows, answers=np.ones_like(rows.answers))


def one_person(rows: RatingSet) -> RatingSet:
    return rows.rows((rows.user == 0) | (rows.user >= 5))


def one_row(rows: RatingSet) -> RatingSet:
    return rows.rows(((rows.user == 0) & (rows.order == 0)) | (rows.user >= 5))


def other_items(rows: RatingSet) -> RatingSet:
    """Training and test have no item in common."""
    return replace(rows, item=np.where(rows.user < 5, rows.item % 20, 20 + rows.item % 20))


def hardly_answered(rows: RatingSet) -> RatingSet:
    """One row in the training set has an answer to the second target."""
    answers = rows.answers.copy()
    answers[1:, 1] = np.nan
    return replace(rows, answers=answers)


BARE = [
    without_features,
    without_moods,
    one_answer,
    all_auxiliary,
    all_alike,
    one_person,
    one_row,
    other_items,
    hardly_answered,
]


@every_learner
@pytest.mark.parametrize("bare", BARE)
@pytest.mark.parametrize("shots", [0, 1, 5])
def test_a_bare_set_is_enough(name: str, bare: Any, shots: int) -> None:
    rows = bare(linear_set(people=6, ratings=8))
    learner = RECIPES[name](rows.of_users(range(5)), seed=0)
    someone = rows.of_users([5])
    told = answered(learner, someone.rows(np.arange(shots)), someone.rows(np.arange(5, 8)))
    assert told.mean.shape == told.variance.shape == (3, len(rows.targets))
    assert np.isfinite(told.mean).all()
    assert np.all(np.abs(told.mean) < 20)
    assert np.all(told.variance > 0)
    assert np.isfinite(told.variance).all()
