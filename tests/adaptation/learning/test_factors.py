"""Relation features: where items lie, learned from how people differ about them."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from adaptation.learning import factors
from adaptation.learning.factors import Factors, Residuals
from adaptation.learning.ratings import Floats

ITEMS, COLUMNS = 24, 3


@dataclass(frozen=True)
class World:
    """Residuals of people with tastes of their own about items with true places."""

    residuals: Residuals
    content: Floats  # [I, F]
    place: Floats  # [I] the truth

    def fit(self, relations: int = 1, seed: int = 0) -> Factors:
        return factors.fit(self.residuals, self.content, relations=relations, seed=seed)


def world(
    *,
    people: int = 40,
    each: int = 12,
    rated: int = ITEMS,
    answers: int = 1,
    by_content: float = 0.0,
    taste: float = 1.0,
    noise: float = 0.5,
    seed: int = 0,
) -> World:
    """Everyone rates `each` of the first `rated` items. Places follow the first column of the
    content as far as `by_content` says, 0..1; someone's slope for an answer has the deviation
    `taste`, and everybody has a mean of their own."""
    draw = np.random.default_rng(seed)
    content = draw.normal(size=(ITEMS, COLUMNS))
    place = by_content * content[:, 0] + np.sqrt(1 - by_content**2) * draw.normal(size=ITEMS)
    person = np.repeat(np.arange(people), each * answers)
    item = np.concatenate(
        [np.repeat(draw.choice(rated, each, replace=False), answers) for _ in range(people)]
    )
    answer = np.tile(np.arange(answers), people * each)
    slopes, means = taste * draw.normal(size=(2, people, answers))
    value = slopes[person, answer] * place[item] + means[person, answer]
    value += draw.normal(0, noise, len(value))
    return World(Residuals(person, item, answer, value, np.ones(len(value))), content, place)


def places(found: Factors, content: Floats) -> Floats:
    """Where the items were found to lie [I, r]."""
    return content @ found.content + found.beside


def likeness(found: Floats, truth: Floats) -> float:
    """How well the found places [I] agree with the truth, whichever way round they lie."""
    return abs(float(np.corrcoef(found, truth)[0, 1]))


@pytest.mark.parametrize("answers", [1, 2])
def test_items_that_people_differ_about_get_places(answers: int) -> None:
    """Though nothing in the content tells them apart."""
    differing = world(answers=answers)
    found = differing.fit()
    assert likeness(places(found, differing.content)[:, 0], differing.place) > 0.95
    assert likeness((differing.content @ found.content)[:, 0], differing.place) < 0.7


def test_without_content_they_get_them_too() -> None:
    differing = replace(world(), content=np.zeros((ITEMS, 0)))
    found = differing.fit()
    assert found.content.shape == (0, 1)
    assert likeness(found.beside[:, 0], differing.place) > 0.95


def test_items_that_nobody_rated_lie_where_their_content_says() -> None:
    follows = world(rated=16, by_content=0.97)
    found = follows.fit()
    unrated = slice(16, None)
    assert not found.beside[unrated].any()
    assert found.beside[:16].all()
    by_content = (follows.content @ found.content)[unrated, 0]
    assert likeness(by_content, follows.place[unrated]) > 0.9


def test_what_one_person_says_of_an_item_is_about_the_person() -> None:
    """An item has a place of its own when two rated it, however often one did."""
    known = world(rated=16, by_content=0.9)
    added = Residuals(
        np.array([0, 0, 0, 1, 2]),
        np.array([20, 20, 20, 21, 21]),
        np.zeros(5, np.int64),
        np.full(5, 2.0),
        np.ones(5),
    )
    found = replace(known, residuals=joined(known.residuals, added)).fit()
    assert not found.beside[20].any()
    assert found.beside[21].all()
    by_content = known.content[20] @ found.content
    np.testing.assert_allclose(found.left_out[-5:-2], [by_content] * 3, atol=0.2)


def joined(first: Residuals, second: Residuals) -> Residuals:
    return Residuals(
        *(
            np.concatenate([getattr(first, name), getattr(second, name)])
            for name in ("person", "item", "answer", "value", "weight")
        )
    )


def test_places_are_as_far_apart_as_a_slope_of_one_expects() -> None:
    for relations in (1, 3):
        differing = world()
        found = places(differing.fit(relations), differing.content)
        np.testing.assert_allclose(found.std(0), 1.0)


def test_directions_that_differ_are_told_apart() -> None:
    """Two tastes that have nothing to do with each other take two relation features."""
    one, two = world(seed=1, people=80), world(seed=2, people=80)
    draw = np.random.default_rng(3)
    slopes = draw.normal(size=(2, 80))
    person, item = one.residuals.person, one.residuals.item
    value = slopes[0, person] * one.place[item] + slopes[1, person] * two.place[item]
    value += draw.normal(0, 0.5, len(value))
    both = replace(one, residuals=replace(one.residuals, value=value))
    found = places(both.fit(2), both.content)
    for truth in (one.place, two.place):
        weights = np.linalg.lstsq(found - found.mean(0), truth - truth.mean(), rcond=None)[0]
        assert likeness(found @ weights, truth) > 0.9


def explained(residuals: Residuals, place: Floats) -> float:
    """How much of each person's residuals lies along the places [M], less what would by chance: in
    variances of a residual, a mean over people; about 0 where there is nothing to explain."""
    gain = []
    for person in np.unique(residuals.person):
        own = residuals.person == person
        here, said = place[own] - place[own].mean(), residuals.value[own]
        said = said - said.mean()
        gain.append((here @ said) ** 2 / (here @ here) / (said @ said) * (own.sum() - 1) - 1)
    return float(np.mean(gain))


@pytest.mark.parametrize("relations", [1, 3])
def test_noise_is_not_taken_for_taste_where_the_own_ratings_are_left_out(relations: int) -> None:
    """The places themselves were fitted to the noise; those that are left out must not be, not
    even by way of what other people are thought to be like."""
    overfitted, left_out = [], []
    for seed in range(8):
        noisy = world(people=20, taste=0.0, noise=1.0, seed=seed)
        found = noisy.fit(relations)
        own = places(found, noisy.content)[noisy.residuals.item]
        overfitted.append(explained(noisy.residuals, own[:, 0]))
        left_out.append(explained(noisy.residuals, found.left_out[:, 0]))
    assert np.mean(overfitted) > 0.6
    assert np.mean(left_out) < 0.35


def test_taste_is_found_though_the_own_ratings_are_left_out() -> None:
    tasteful = world(noise=1.0)
    found = tasteful.fit().left_out[:, 0]
    assert explained(tasteful.residuals, found) > 2.0
    assert likeness(found, tasteful.place[tasteful.residuals.item]) > 0.9


def aligned(found: Floats, reference: Floats) -> Floats:
    """Which way round places lie is arbitrary."""
    return found * np.sign((found * reference).sum())


def test_someones_left_out_places_hardly_follow_what_they_say() -> None:
    """Someone who says wild things moves the places of what they rated, but not those that their
    own ratings are explained by. Not exactly: all share the regression on content and its unit."""
    moved, left_out = [], []
    for person in range(6):
        differing = world(people=20)
        theirs = differing.residuals.person == person
        wild = np.random.default_rng(person).normal(0, 4, len(theirs))
        said = replace(differing.residuals, value=np.where(theirs, wild, differing.residuals.value))
        found, other = differing.fit(), replace(differing, residuals=said).fit()
        before = places(found, differing.content)
        after = aligned(places(other, differing.content), before)
        item = differing.residuals.item[theirs]
        moved.append(np.abs(after[item] - before[item]).mean())
        here = aligned(other.left_out, found.left_out)
        left_out.append(np.abs(here[theirs] - found.left_out[theirs]).mean())
    assert np.mean(moved) > 0.5
    assert np.mean(left_out) < 0.25 * np.mean(moved)


def test_ratings_that_share_an_observation_are_one() -> None:
    differing = world(people=15, answers=2)
    rows = np.tile(np.arange(len(differing.residuals.value)), 2)
    halves = Residuals(
        *(
            getattr(differing.residuals, name)[rows]
            for name in ("person", "item", "answer", "value")
        ),
        np.full(len(rows), 0.5),
    )
    once, again = differing.fit(2), replace(differing, residuals=halves).fit(2)
    np.testing.assert_allclose(again.content, once.content, atol=1e-9)
    np.testing.assert_allclose(again.beside, once.beside, atol=1e-9)
    np.testing.assert_allclose(again.left_out[: len(rows) // 2], once.left_out, atol=1e-9)


def test_the_same_seed_gives_the_same_places_to_the_last_bit() -> None:
    differing = world(people=10)
    once, again, other = differing.fit(2), differing.fit(2), differing.fit(2, seed=1)
    assert np.array_equal(once.left_out, again.left_out)
    assert np.array_equal(once.beside, again.beside)
    assert not np.array_equal(once.beside, other.beside)


def test_more_relation_features_than_there_are_columns_are_possible() -> None:
    found = world(people=10).fit(COLUMNS + 3)
    assert found.content.shape == (COLUMNS, COLUMNS + 3)
    assert np.isfinite(found.left_out).all()
