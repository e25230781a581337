"""The comparison of supports: what is given to whom, and that a good choice is seen as one.

In this world people differ only in how much they like more of the one feature. The first seven of
everybody's ten rows are of items that have next to nothing of it, so they tell next to nothing.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from adaptation.learning.bases import Base
from adaptation.learning.evaluation import active_support
from adaptation.learning.evaluation.active_support import (
    ACTIVE,
    FIRST,
    POOL,
    RANDOM,
    ActiveSupport,
    described,
    supports_of,
)
from adaptation.learning.evaluation.folds import Task, TooFew, tasks_of
from adaptation.learning.learners.relation_kernel import RelationKernel
from adaptation.learning.ratings import RatingSet, Target, Whole
from adaptation.learning.relation import RelationLearner, RelationSettings
from tests.adaptation.learning.evaluation.known import empty_store, quiet

PEOPLE, DULL = 6, 7
FEATURE = np.array([*np.linspace(-0.05, 0.05, DULL), 1.5, -2.0, 1.0, *np.linspace(-2, 2, 6)])
PROTOCOL = ActiveSupport(shots=(0, 2, 3), folds=3, seeds=(0, 4), draws=4)


def slopes_set() -> RatingSet:
    """Everybody rates all items in the order above, without noise."""
    user = np.repeat(np.arange(PEOPLE), len(FEATURE))
    item = np.tile(np.arange(len(FEATURE)), PEOPLE)
    slope = np.linspace(-0.8, 0.8, PEOPLE)
    return RatingSet(
        name="slopes",
        licence="made up",
        targets=(Target("liking", 1.0, 5.0, liked_from=4.0),),
        feature_names=("feature",),
        features=FEATURE[:, None],
        item_keys=tuple(f"item {number}" for number in range(len(FEATURE))),
        user_keys=tuple(f"user {number}" for number in range(PEOPLE)),
        user=user,
        item=item,
        answers=(3.0 + slope[user] * FEATURE[item])[:, None],
        mood=np.full((len(user), 2), np.nan),
        order=item.astype(float),
        series=np.zeros(len(user), np.int64),
        auxiliary=np.zeros(len(user), bool),
    )


def knowing() -> RelationKernel:
    """The learner that knows this world."""
    learner = RelationLearner(RelationSettings(features=1, relations=1, carries=(None,)))
    values = {
        "relation.weight": torch.ones(1, 1),
        "population.weight": torch.zeros(1, 2),
        "population.bias": torch.zeros(1),
        "carry.weight": torch.zeros(1, 2),
        "covariance": torch.diag(torch.tensor([1e-6, 0.1])),
        "support_noise": torch.tensor([0.01]),
        "answer_noise": torch.tensor([0.01]),
    }
    learner.load_state_dict(learner.state_dict() | values)
    return RelationKernel(Base(learner.eval(), "slopes", ()))


class Fits:
    """Remembers whom it was fitted on."""

    def __init__(self) -> None:
        self.users: list[set[int]] = []

    def __call__(self, training: RatingSet, *, seed: int) -> RelationKernel:
        self.users.append(set(training.user.tolist()))
        return knowing()


def run(folder: Path, fits: Fits, protocol: ActiveSupport = PROTOCOL) -> dict[str, Any]:
    return active_support.evaluate(
        slopes_set(), protocol, store=empty_store(folder), progress=quiet, fit=fits
    )


def supports(data: RatingSet, task: Task, *, seed: int = 0) -> dict[str, list[Whole]]:
    kernel = knowing()
    items = described(kernel, data, np.unique(data.item))
    return supports_of(kernel, data, task, items, PROTOCOL, seed=seed)


def test_what_tells_most_is_given_first_without_a_look_at_the_answers() -> None:
    data = slopes_set()
    task = tasks_of(data, given=POOL)[1]
    found = supports(data, task)
    assert set(found) == {FIRST, RANDOM, ACTIVE, "active-liking"}
    for way in (ACTIVE, "active-liking"):
        (rows,) = found[way]
        assert FEATURE[data.item[rows]].tolist() == [-2.0, 1.5, 1.0]
    unanswered = replace(data, answers=np.full_like(data.answers, np.nan))
    for way, draws in supports(unanswered, task).items():
        np.testing.assert_array_equal(draws, found[way])


def test_the_others_are_the_first_and_drawn_by_the_seed() -> None:
    data = slopes_set()
    one, two = tasks_of(data, given=POOL)[:2]
    found = supports(data, one)
    np.testing.assert_array_equal(found[FIRST], [one.support[:3]])
    assert len(found[RANDOM]) == PROTOCOL.draws
    for rows in found[RANDOM]:
        assert set(rows) <= set(one.support)
        assert len(set(rows)) == 3
    np.testing.assert_array_equal(supports(data, one)[RANDOM], found[RANDOM])
    places = [np.array(found[RANDOM]) - one.support[0]]
    places.append(np.array(supports(data, one, seed=4)[RANDOM]) - one.support[0])
    places.append(np.array(supports(data, two)[RANDOM]) - two.support[0])
    assert len({tuple(place.ravel()) for place in places}) == 3


def test_the_choice_that_tells_most_has_the_smallest_error(tmp_path: Path) -> None:
    result = run(tmp_path, Fits())

    def error(way: str, shots: int) -> float:
        return float(result["learners"][way]["liking"][str(shots)]["rmse"]["value"])

    ways = (FIRST, RANDOM, ACTIVE, "active-liking")
    assert len({error(way, 0) for way in ways}) == 1
    for shots in (2, 3):
        assert error(ACTIVE, shots) < 0.1 < 0.5 * error(RANDOM, shots)
        assert error(RANDOM, shots) < 0.9 * error(FIRST, shots)
    assert error(FIRST, 3) == pytest.approx(error(FIRST, 0), rel=0.05)


def test_ways_are_compared_in_pairs_with_the_first_and_with_chance(tmp_path: Path) -> None:
    differences = run(tmp_path, Fits())["differences"]
    assert set(differences[RANDOM]) == {FIRST}
    assert set(differences[ACTIVE]) == {FIRST, RANDOM}
    against = differences[ACTIVE][RANDOM]["liking"]["3"]
    for measure in ("mse", "mae"):
        assert against[measure]["low"] <= against[measure]["value"] < 0
        assert against[measure]["high"] < 0


def test_nobody_is_asked_who_was_trained_on_and_all_are_asked_the_same(tmp_path: Path) -> None:
    fits = Fits()
    result = run(tmp_path, fits)
    left_out = [set(range(PEOPLE)) - users for users in fits.users]
    assert [len(people) for people in left_out] == [2] * 6
    for of_seed in (left_out[:3], left_out[3:]):
        assert set.union(*of_seed) == set(range(PEOPLE))
    told = result["data"]
    assert (told["tasks"], told["users_asked"]) == (PEOPLE, PEOPLE)
    assert told["questions"] == PEOPLE * (len(FEATURE) - POOL)


def test_finished_folds_are_not_run_again(tmp_path: Path) -> None:
    fits = Fits()
    first = run(tmp_path, fits)
    assert run(tmp_path, fits) == first
    assert len(fits.users) == 6
    run(tmp_path, fits, replace(PROTOCOL, draws=5))
    assert len(fits.users) == 12


def test_more_than_the_pool_cannot_be_given(tmp_path: Path) -> None:
    with pytest.raises(TooFew, match="11 of 10 ratings cannot be chosen"):
        run(tmp_path, Fits(), replace(PROTOCOL, shots=(3, 11)))


def test_the_table_names_the_ways_and_fits_the_screen(tmp_path: Path) -> None:
    table = active_support.as_table(run(tmp_path, Fits()))
    assert table.startswith("slopes (licence: made up), active choice of the support")
    assert "4 times each" in " ".join(table.split())
    for line in (
        "    active-liking",
        "  Squared error less random's",
        "  Absolute error less first's",
    ):
        assert f"\n{line}" in table
    assert max(map(len, table.splitlines())) <= 100
