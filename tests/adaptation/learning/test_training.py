"""Meta-training: what it promises, and what it refuses."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from adaptation.learning import bases
from adaptation.learning.bases import Base
from adaptation.learning.datasets.histories import rating_set
from adaptation.learning.learners.relation_kernel import RelationKernel
from adaptation.learning.ratings import Floats, RatingSet
from adaptation.learning.relation import LEVELS
from adaptation.learning.training import Trained, TrainingSettings, meta_train
from tests.adaptation.learning.learners.rating_sets import linear_set
from tests.trained import SCHEMA, some_listeners

FEW = TrainingSettings(relations=(2,), iterations=2)


def small(seed: int = 0) -> RatingSet:
    """Ten people about fifteen items."""
    return linear_set(people=10, items=15, ratings=13, seed=seed)


def trained(ratings: RatingSet, seed: int = 3) -> Trained:
    return meta_train(ratings, seed=seed, settings=FEW)


def as_bytes(found: Trained) -> bytes:
    return bases.to_bytes(Base(found.learner, "", (), found.items, found.evidence))


def assert_alike(first: Trained, second: Trained) -> None:
    """But for rounding."""
    for name, value in first.learner.state_dict().items():
        other = second.learner.state_dict()[name]
        torch.testing.assert_close(value, other, rtol=1e-4, atol=1e-5, msg=name)
    assert set(first.items) == set(second.items)
    for key, row in first.items.items():
        np.testing.assert_allclose(row, second.items[key], rtol=1e-4, atol=1e-5)


# The same, and not the same


def test_the_same_seed_gives_the_same_base_to_the_last_bit() -> None:
    assert as_bytes(trained(small())) == as_bytes(trained(small()))


def test_another_seed_gives_another_base() -> None:
    assert as_bytes(trained(small())) != as_bytes(trained(small(), seed=4))


def test_other_people_give_another_base() -> None:
    assert as_bytes(trained(small())) != as_bytes(trained(small(seed=1)))


def test_training_leaves_the_random_numbers_of_others_alone() -> None:
    torch.manual_seed(1)
    state = torch.get_rng_state()
    numpy_state = np.random.get_state()[1]
    trained(small())
    assert torch.equal(torch.get_rng_state(), state)
    assert np.array_equal(np.random.get_state()[1], numpy_state)


def test_the_order_of_the_rows_does_not_matter_only_the_order_that_they_say() -> None:
    ratings = small()
    mixed = ratings.rows(np.random.default_rng(2).permutation(len(ratings)))
    assert_alike(trained(ratings), trained(mixed))
    backwards = trained(replace(ratings, order=-ratings.order))
    assert not torch.equal(
        backwards.learner.covariance, trained(ratings).learner.covariance
    )  # the first ratings are others


def test_progress_is_told_of_every_step() -> None:
    told: list[tuple[int, int]] = []
    meta_train(small(), seed=1, settings=FEW, progress=lambda *step: told.append(step))
    steps = told[-1][1]
    done = [step for step, _ in told]
    assert {total for _, total in told} == {steps}
    assert done == sorted(set(done))
    assert done[-1] == steps
    assert len(told) > steps - FEW.iterations  # what need not be fitted again is one step


# Whom it can learn from


@pytest.mark.parametrize("people", [0, 1])
def test_with_one_person_or_none_it_says_so(people: int) -> None:
    with pytest.raises(ValueError, match=f"at least 2 people; there is {people}"):
        trained(small().of_users(range(people)))


@pytest.mark.parametrize("ratings", [1, 3, 13])
@pytest.mark.parametrize("people", [2, 4])
def test_a_few_people_are_enough_for_a_base_that_answers(people: int, ratings: int) -> None:
    few = linear_set(people=people, items=15, ratings=ratings)
    found = meta_train(few, seed=1)
    served = RelationKernel(Base(found.learner, "", (), found.items, found.evidence))
    answered = served.predict(served.adapt(few.of_users([0])), small())
    assert np.isfinite(answered.mean).all()
    assert (answered.variance > 0).all()
    assert all((np.diff(row) > 0).all() for row in np.array(list(answered.widths.values())).T)


def test_items_that_nothing_is_known_of_are_enough() -> None:
    """No content at all: items are told apart by what people said of them."""
    bare = replace(small(), features=np.zeros((15, 0)), feature_names=())
    found = trained(bare)
    assert found.learner.settings.features == 0
    assert len(found.items) == 15
    served = RelationKernel(Base(found.learner, "", (), found.items))
    mean = served.predict(served.adapt(bare.rows(np.arange(5))), bare).mean
    assert np.isfinite(mean).all()
    assert np.ptp(mean[:, 0]) > 0.1


# How content is read


def content_of(*columns: list[float]) -> RatingSet:
    """The small set with these columns as the content of its first items, each rated as often."""
    ratings = small()
    features = np.array(columns).T
    return replace(
        ratings,
        features=features,
        feature_names=tuple(map(str, range(len(columns)))),
        item_keys=tuple(map(str, range(len(features)))),
        item=np.arange(len(ratings)) % len(features),
    ).rows(np.arange(len(ratings) // len(features) * len(features)))


def seen(found: Trained, *tracks: list[float]) -> list[list[float]]:
    shown = found.learner.standardised(torch.tensor(tracks, dtype=torch.float32))
    return [[round(float(value), 3) for value in row] for row in shown]


def test_features_are_read_in_standard_deviations_of_what_was_rated() -> None:
    """And clipped; a feature that is always the same is not divided by nothing."""
    found = trained(content_of([1.0, 3.0, 5.0, 3.0], [7.0, 7.0, 7.0, 7.0]))
    assert seen(found, [3.0, 7.0], [3 + 2**0.5, 8.0], [1e6, -1e6]) == [[0, 0], [1, 1], [4, -4]]


def test_a_spread_that_nobody_hears_is_not_stretched() -> None:
    ratings = content_of([-23.1, -23.0, -22.9], [60.0, 90.0, 120.0])
    found = meta_train(ratings, seed=1, resolution=np.array([1.0, 4.0]), settings=FEW)
    spread = np.std([60, 90, 120])
    assert seen(found, [-23.1, 60.0], [-22.9, 90 + spread]) == [
        [-0.1, round(-30 / spread, 3)],
        [0.1, 1.0],
    ]


def test_what_everybody_answers_may_rise_and_fall_with_a_feature() -> None:
    """What is neither too little nor too much is liked best, by all."""
    ratings = linear_set(people=12, items=40, ratings=25, targets=("liking",))
    content = ratings.features[ratings.item]
    best = 4.5 - 0.4 * content[:, :1] ** 2 + 0.2 * content[:, 1:2]
    noise = 0.1 * np.random.default_rng(1).normal(size=best.shape)
    found = trained(replace(ratings, answers=best + noise))
    served = RelationKernel(Base(found.learner, "", (), found.items))
    said = served.predict(served.adapt(ratings.rows(np.arange(0))), ratings).mean
    inside = (np.abs(content) < 1.5).all(axis=1)
    np.testing.assert_allclose(said[inside], best[inside], atol=0.25)


# Items


def test_items_that_two_people_rated_have_columns_of_their_own() -> None:
    ratings = small()
    item = np.where(ratings.item == 7, 6, ratings.item)
    item[np.flatnonzero(ratings.user == 2)[:3]] = 7  # one person, three times
    found = trained(replace(ratings, item=item))
    assert set(found.items) == set(ratings.item_keys) - {"item 7"}
    assert found.learner.settings.items
    assert {len(row) for row in found.items.values()} == {found.learner.settings.item_columns}


def test_where_nobody_rated_what_another_did_tracks_are_their_content() -> None:
    ratings = small()
    apart = replace(
        ratings,
        features=ratings.features[ratings.item],
        item=np.arange(len(ratings)),
        item_keys=tuple(map(str, range(len(ratings)))),
    )
    found = trained(apart)
    assert found.items == {}
    assert not found.learner.settings.items
    assert found.learner.settings.width == ratings.features.shape[1]


def test_what_many_said_of_an_item_is_expected_of_it() -> None:
    """Beyond its content: the item's own column follows the truth that nothing else tells."""
    ratings = linear_set(people=40, items=15, ratings=15, targets=("liking",))
    surprising = np.random.default_rng(8).normal(size=15)
    answers = ratings.answers + 0.8 * surprising[ratings.item][:, None]
    found = trained(replace(ratings, answers=np.clip(answers, 1, 5)))
    said = np.array([found.items[key][0] for key in ratings.item_keys])
    assert np.corrcoef(said, surprising)[0, 1] > 0.6


# How many relation features


def differing(directions: int, seed: int) -> RatingSet:
    """Thirty people whose liking follows so many features of the content, each in a way of their
    own."""
    ratings = linear_set(people=30, items=60, ratings=25, targets=("liking",), seed=seed)
    draw = np.random.default_rng(seed)
    slopes = 0.5 * draw.normal(size=(30, directions))
    content = ratings.features[ratings.item][:, :directions]
    answers = 3 + (content * slopes[ratings.user]).sum(1) + 0.3 * draw.normal(size=len(ratings))
    return replace(ratings, answers=np.clip(answers, 1, 5)[:, None])


@pytest.mark.parametrize(("directions", "chosen"), [(1, 1), (4, 4)])
def test_there_are_as_many_relation_features_as_are_needed(directions: int, chosen: int) -> None:
    """And no more, though more may happen to answer a little better."""
    settings = TrainingSettings(relations=(1, 4), iterations=3)
    for seed in range(4):
        found = meta_train(differing(directions, seed), seed=1, settings=settings)
        assert found.learner.settings.relations == chosen


# What does not count


def test_answers_that_were_not_given_do_not_count() -> None:
    """Nonsense with weight zero changes nothing of what is learned."""
    ratings = small()
    weight = np.ones_like(ratings.answers)
    weight[::2, 1:] = 0.0
    silenced = replace(ratings, weight=weight)
    nonsense = replace(silenced, answers=np.where(weight > 0, ratings.answers, 0.77))
    missing = replace(ratings, answers=np.where(weight > 0, ratings.answers, np.nan))
    first = as_bytes(trained(silenced))
    assert first == as_bytes(trained(nonsense)) == as_bytes(trained(missing))


def test_a_mood_with_none_before_it_does_not_count() -> None:
    """It does not say what the track did; the liking of the same row does count."""
    ratings = small()
    lab = np.arange(len(ratings)) % 3 == 0
    unasked = replace(ratings, auxiliary=lab, mood=np.where(lab[:, None], np.nan, ratings.mood))
    moods = np.array([False, True, True])
    silent = replace(unasked, answers=np.where(lab[:, None] & moods, np.nan, unasked.answers))
    assert as_bytes(trained(unasked)) == as_bytes(trained(silent))
    no_likings = replace(unasked, answers=np.where(lab[:, None] & ~moods, np.nan, unasked.answers))
    assert as_bytes(trained(unasked)) != as_bytes(trained(no_likings))


def test_rows_that_share_an_observation_count_as_one() -> None:
    """Every row twice at half the weight, on people whose series make no episodes: those are of
    the first ratings, and twice the rows are not the same first ten."""
    ratings = linear_set(people=10, items=15, ratings=5)
    halves = ratings.rows(np.repeat(np.arange(len(ratings)), 2))
    halves = replace(halves, weight=np.full(halves.answers.shape, 0.5))
    assert_alike(trained(ratings), trained(halves))


# On simulated listeners


@cache
def on_listeners() -> RelationKernel:
    ratings = rating_set(some_listeners(80), SCHEMA.columns, "simulated")
    found = meta_train(ratings, seed=1)
    return RelationKernel(Base(found.learner, SCHEMA.label, (), found.items, found.evidence))


def answered(shots: int) -> tuple[Floats, Floats, dict[float, Floats]]:
    """Errors in stated standard deviations [N, T] for new listeners, by how much the answers lie
    above [N, T], and the widths."""
    served, away = on_listeners(), []
    for history in some_listeners(50, ratings=30, seed=77):
        rows = rating_set([history], SCHEMA.columns, "new")
        query = rows.rows(np.arange(10, 30))
        said = served.predict(served.adapt(rows.rows(np.arange(shots))), query)
        away.append((query.answers - said.mean) / np.sqrt(said.variance))
    together = np.concatenate(away)
    return np.abs(together), together, dict(said.widths)


@pytest.mark.parametrize("shots", [0, 3, 10])
def test_intervals_are_honest(shots: int) -> None:
    away, _, widths = answered(shots)
    for level in LEVELS:
        share = (away < widths[level]).mean(0)
        assert (np.abs(share - level) < 0.07).all(), (level, share)


@pytest.mark.parametrize("shots", [0, 10])
def test_errors_are_as_large_as_is_said_and_to_no_side(shots: int) -> None:
    _, away, _ = answered(shots)
    np.testing.assert_allclose(np.sqrt((away**2).mean(0)), 1.0, atol=0.15)
    np.testing.assert_allclose(away.mean(0), 0.0, atol=0.2)
