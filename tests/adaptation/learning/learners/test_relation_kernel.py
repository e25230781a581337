"""The default learner as the harness sees it: the exported module, on the targets' own scales."""

from dataclasses import replace
from functools import cache

import numpy as np
import torch

from adaptation.learning import bases
from adaptation.learning.learners import offset, population, relation_kernel
from adaptation.learning.learners.base import Learner
from adaptation.learning.learners.relation_kernel import RelationKernel
from adaptation.learning.ratings import Floats, RatingSet
from adaptation.learning.relation import LEVELS
from tests.adaptation.learning.learners.rating_sets import LinearWorld, linear_world

TRAINED, NEW, SHOWN = 30, 15, 10


@cache
def world() -> LinearWorld:
    return linear_world(people=TRAINED + NEW, items=40, ratings=25)


def new_people() -> list[tuple[RatingSet, RatingSet]]:
    """The first ten ratings and the later ones of those who were not trained on."""
    people = [world().ratings.of_users([person]) for person in range(TRAINED, TRAINED + NEW)]
    return [(rows.rows(np.arange(SHOWN)), rows.rows(np.arange(SHOWN, 25))) for rows in people]


@cache
def fitted() -> RelationKernel:
    return relation_kernel.fit(world().ratings.of_users(range(TRAINED)), seed=1)


def test_it_is_the_module_fed_as_a_phone_feeds_it() -> None:
    """Content and item columns in, answers on −1..1 out, in 32-bit floats."""
    learner = fitted().base.learner
    support, query = new_people()[0]
    assert learner.settings.items
    vector = fitted().adapt(support)
    with torch.inference_mode():
        expected = learner.prior()
        for row in range(SHOWN):
            key = support.item_keys[support.item[row]]
            track = [*support.features[support.item[row]], *fitted().base.items[key]]
            liking, *after = support.answers[row]
            expected = learner.adapt_one(
                expected,
                torch.tensor(track).float(),
                torch.from_numpy(support.mood[row]).float(),
                torch.tensor([(liking - 3) / 2, *after]).float(),
                torch.ones(3),
            )
    assert vector.dtype == torch.float32
    torch.testing.assert_close(vector, expected, rtol=1e-5, atol=1e-6)
    said = fitted().predict(vector, query)
    features = fitted().base.inputs(
        query.features[query.item], [query.item_keys[item] for item in query.item]
    )
    with torch.inference_mode():
        mean, variance = learner.predict(
            vector, torch.from_numpy(features), torch.from_numpy(query.mood).float()
        )
    unit = np.array([2.0, 1.0, 1.0])
    np.testing.assert_allclose(said.mean, mean.numpy() * unit + [3, 0, 0], atol=1e-5)
    np.testing.assert_allclose(said.variance, variance.numpy() * unit**2, rtol=1e-5)


def test_its_intervals_are_those_that_the_base_knows() -> None:
    support, query = new_people()[0]
    widths = fitted().predict(fitted().adapt(support), query).widths
    assert tuple(widths) == LEVELS
    for level, known in zip(LEVELS, fitted().base.learner.widths, strict=True):
        np.testing.assert_allclose(widths[level], known.numpy())


def error(learner: Learner, *, shown: int = SHOWN) -> Floats:
    """Root-mean-square distance [T] from the answers of new people."""
    away = [
        learner.predict(learner.adapt(support.rows(np.arange(shown))), query).mean - query.answers
        for support, query in new_people()
    ]
    return np.asarray(np.sqrt((np.concatenate(away) ** 2).mean(0)))


def test_it_answers_for_new_people_better_than_their_mean_and_far_better_than_everybodys() -> None:
    training = world().ratings.of_users(range(TRAINED))
    adapted = error(fitted())
    assert (adapted < 0.95 * error(offset.fit(training, seed=1))).all()
    assert (adapted < 0.85 * error(population.fit(training, seed=1))).all()
    assert (error(fitted(), shown=0) < 1.1 * error(population.fit(training, seed=1))).all()


def test_a_stored_base_answers_as_the_one_that_was_fitted() -> None:
    again = RelationKernel(bases.from_bytes(bases.to_bytes(fitted().base)))
    support, query = new_people()[1]
    one, other = (learner.predict(learner.adapt(support), query) for learner in (fitted(), again))
    assert np.array_equal(one.mean, other.mean)
    assert np.array_equal(one.variance, other.variance)


def test_items_that_the_base_does_not_know_are_their_content() -> None:
    support, query = new_people()[0]
    unknown = tuple(f"new {key}" for key in query.item_keys)
    said, plain = (
        fitted().predict(fitted().adapt(support), replace(query, item_keys=keys))
        for keys in (query.item_keys, unknown)
    )
    assert np.abs(said.mean - plain.mean).max() > 0.1
    bare = RelationKernel(replace(fitted().base, items={}))
    np.testing.assert_array_equal(plain.mean, bare.predict(fitted().adapt(support), query).mean)


def test_what_was_not_answered_and_moods_with_none_before_teach_nothing() -> None:
    """The liking of the same rating does; and what was not asked does not stop a prediction."""
    support, query = new_people()[2]
    unasked = replace(support, mood=np.full_like(support.mood, np.nan))
    silent = unasked.answers.copy()
    silent[:, 1:] = np.nan
    vector = fitted().adapt(unasked)
    assert torch.equal(vector, fitted().adapt(replace(unasked, answers=silent)))
    silent[:, 0] = np.nan
    nothing = fitted().adapt(replace(unasked, answers=silent))
    assert torch.equal(nothing, fitted().base.learner.prior())
    assert not torch.equal(vector, nothing)
    calm = fitted().predict(vector, replace(query, mood=np.zeros_like(query.mood)))
    asked = fitted().predict(vector, replace(query, mood=np.full_like(query.mood, np.nan)))
    np.testing.assert_array_equal(asked.mean, calm.mean)


def test_a_share_of_an_observation_counts_as_one() -> None:
    """Two halves are as one; one half moves less."""
    support, query = new_people()[3]
    once = support.rows(np.arange(4))
    halves = replace(once.rows(np.repeat(np.arange(4), 2)), weight=np.full((8, 3), 0.5))
    half = replace(once, weight=np.full((4, 3), 0.5))
    whole, parts, less = (
        fitted().predict(fitted().adapt(rows), query) for rows in (once, halves, half)
    )
    np.testing.assert_allclose(whole.mean, parts.mean, atol=1e-4)
    np.testing.assert_allclose(whole.variance, parts.variance, rtol=1e-3)
    assert (less.variance[:, 0] != whole.variance[:, 0]).any()


def test_the_answers_of_the_questions_are_not_read() -> None:
    support, query = new_people()[0]
    vector = fitted().adapt(support)
    blind = replace(query, answers=np.full_like(query.answers, np.nan))
    np.testing.assert_array_equal(
        fitted().predict(vector, query).mean, fitted().predict(vector, blind).mean
    )


def test_the_same_seed_gives_the_same_learner() -> None:
    ratings = linear_world(people=8, items=12, ratings=11).ratings
    one, other = (bases.to_bytes(relation_kernel.fit(ratings, seed=2).base) for _ in range(2))
    assert one == other
