"""The protocol: who sees what, what comes out for learners that are right or wrong by
construction, and that finished folds are not run again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptation.learning.evaluation.few_shot import FewShot, evaluate
from adaptation.learning.learners.base import Learner, Prediction, Recipe
from adaptation.learning.ratings import RatingSet
from tests.adaptation.learning.evaluation.known import (
    Known,
    Watcher,
    empty_store,
    known_set,
    quiet,
    recipe_for,
)

PROTOCOL = FewShot(shots=(0, 1, 3), folds=3, seeds=(0, 4))


def run(
    folder: Path,
    learners: dict[str, Learner],
    *,
    data: RatingSet | None = None,
    protocol: FewShot = PROTOCOL,
) -> dict[str, Any]:
    return evaluate(
        known_set() if data is None else data,
        list(learners),
        protocol,
        store=empty_store(folder),
        progress=quiet,
        recipe_of=lambda name: recipe_for(learners[name])(name),
    )


def value(result: dict[str, Any], name: str, shots: int, measure: str, target: str) -> float:
    found = result["learners"][name][target][str(shots)][measure]["value"]
    assert isinstance(found, float)
    return found


def keys(rows: RatingSet) -> set[float]:
    """Each row of the known set has an order of its own."""
    return set(rows.order.tolist())


def watched(folder: Path, protocol: FewShot) -> tuple[RatingSet, Watcher]:
    data, watcher = known_set(), Watcher()
    evaluate(
        data,
        ["watcher"],
        protocol,
        store=empty_store(folder),
        progress=quiet,
        recipe_of=lambda name: watcher.recipe,
    )
    return data, watcher


@pytest.mark.parametrize("random_support", [False, True])
def test_nothing_of_those_left_out_is_seen_but_their_support(
    tmp_path: Path, random_support: bool
) -> None:
    protocol = replace(PROTOCOL, random_support=random_support)
    data, watcher = watched(tmp_path, protocol)
    everyone = set(range(len(data.user_keys)))
    left_out = []
    for training, supports, queries in zip(
        watcher.training, watcher.supports, watcher.queries, strict=True
    ):
        strangers = everyone - set(training.user)
        left_out.append(strangers)
        assert keys(training) == keys(data.of_users(sorted(everyone - strangers)))
        for support, query in zip(supports, queries, strict=True):
            assert len({*support.user, *query.user}) == 1
            assert set(query.user) <= strangers
            assert not keys(support) & keys(query)
            assert not support.auxiliary.any()
            assert not query.auxiliary.any()
            assert np.isnan(query.answers).all()
            assert np.isfinite(support.answers).all()
    assert len(left_out) == 6
    for of_seed in (left_out[:3], left_out[3:]):
        assert sorted(user for people in of_seed for user in people) == sorted(everyone)
    assert watcher.seeds == [0, 0, 0, 4, 4, 4]


@pytest.mark.parametrize("random_support", [False, True])
def test_a_support_grows_and_the_questions_stay(tmp_path: Path, random_support: bool) -> None:
    data, watcher = watched(tmp_path, replace(PROTOCOL, random_support=random_support))
    for supports, queries in zip(watcher.supports, watcher.queries, strict=True):
        for first in range(0, len(supports), 3):
            none, one, three = supports[first : first + 3]
            assert [len(none), len(one), len(three)] == [0, 1, 3]
            np.testing.assert_array_equal(three.order[:1], one.order)
            asked = [keys(query) for query in queries[first : first + 3]]
            assert asked[0] == asked[1] == asked[2]
            (person,) = set(queries[first].user)
            field = data.rows((data.user == person) & ~data.auxiliary)
            assert keys(three) | asked[0] == keys(field)
            if not random_support:
                assert max(three.order) < min(asked[0])


def test_what_is_right_has_no_error_and_what_is_reversed_orders_reversely(tmp_path: Path) -> None:
    result = run(tmp_path, {"right": Known(), "reversed": Known(off=6.0, sign=-1.0)})
    for shots in PROTOCOL.shots:
        assert value(result, "right", shots, "rmse", "liking") == 0
        assert value(result, "right", shots, "r2", "liking") == 1
        assert value(result, "right", shots, "r2_change", "valence") == 1
        assert value(result, "right", shots, "auc", "liking") == 1
        assert value(result, "right", shots, "auc_within", "liking") == 1
        assert value(result, "right", shots, "coverage_50", "valence") == 1
        assert value(result, "reversed", shots, "auc", "liking") == 0
        assert value(result, "reversed", shots, "spearman_within", "liking") == pytest.approx(-1)


def test_the_baselines_are_compared_with_pair_by_pair(tmp_path: Path) -> None:
    """Errors of 2, 1 and ½ with nobody different from anybody: the difference is certain."""
    learners: dict[str, Learner] = {
        "offset": Known(off=2.0),
        "ridge": Known(off=1.0),
        "better": Known(off=0.5),
    }
    differences = run(tmp_path, learners)["differences"]
    assert set(differences["offset"]) == set()
    assert set(differences["ridge"]) == {"offset"}
    assert set(differences["better"]) == {"offset", "ridge"}
    of = differences["better"]["ridge"]["liking"]["3"]
    assert of["mse"] == pytest.approx(
        {"value": -0.75, "standard_error": 0, "low": -0.75, "high": -0.75}, abs=1e-9
    )
    assert of["mae"]["value"] == pytest.approx(-0.5)
    assert of["auc"]["value"] == of["auc_within"]["value"] == 0


def test_every_learner_is_compared_with_itself_without_ratings(tmp_path: Path) -> None:
    """An error of 1, 1 − K/4: better by 1 − (1 − K/4)² after K. The other way, worse."""
    result = run(tmp_path, {"learns": Known(off=1.0, better=0.25), "harms": Known(better=-0.25)})
    learns, harms = (result["against_no_ratings"][name]["liking"] for name in ("learns", "harms"))
    assert set(learns) == {"1", "3"}
    assert learns["3"]["value"] == pytest.approx(0.0625 - 1)
    assert harms["1"]["value"] == pytest.approx(0.0625)


def test_without_a_zero_among_the_shots_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    result = run(tmp_path, {"right": Known()}, protocol=replace(PROTOCOL, shots=(1, 2)))
    assert result["against_no_ratings"]["right"] == {"liking": {}, "valence": {}}


def test_groups_have_errors_of_their_own(tmp_path: Path) -> None:
    class ByHalf(Known):
        """Wrong by 2 for the second half of the users."""

        def predict(self, vector: float, query: RatingSet) -> Prediction:
            return super().predict(vector + 2.0 * float(query.user[0] >= 3), query)

    groups = run(tmp_path, {"by half": ByHalf()})["groups"]["half"]
    assert {name: told["users"] for name, told in groups.items()} == {"first": 3, "second": 3}
    errors = [
        groups[name]["learners"]["by half"]["liking"]["3"]["mae"]["value"]
        for name in ("first", "second")
    ]
    assert errors == pytest.approx([0, 2])


def test_the_title_counts_what_is_there(tmp_path: Path) -> None:
    told = run(tmp_path, {"right": Known()})["data"]
    assert (told["name"], told["licence"]) == ("known", "made up")
    assert (told["users"], told["items"], told["rows"]) == (6, 5, 48)
    assert (told["users_asked"], told["tasks"], told["questions"]) == (6, 6, 18)


def test_a_target_that_nobody_answers_in_the_questions_is_left_out(tmp_path: Path) -> None:
    data = known_set()
    answers = data.answers.copy()
    answers[:, 1] = np.where(data.auxiliary, answers[:, 1], np.nan)
    result = run(tmp_path, {"right": Known()}, data=replace(data, answers=answers))
    assert set(result["learners"]["right"]) == {"liking"}


def test_a_missing_answer_is_not_measured(tmp_path: Path) -> None:
    data = known_set()
    answers = data.answers.copy()
    answers[::2, 0] = np.nan
    result = run(tmp_path, {"off": Known(off=1.0)}, data=replace(data, answers=answers))
    assert value(result, "off", 0, "mae", "liking") == pytest.approx(1)


def spoiled(change: Callable[[Prediction], Prediction]) -> Learner:
    class Spoiled(Known):
        def predict(self, vector: float, query: RatingSet) -> Prediction:
            return change(super().predict(vector, query))

    return Spoiled()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: Prediction(p.mean[:, :1], p.variance), "shapes"),
        (lambda p: Prediction(p.mean, p.variance[1:]), "shapes"),
        (lambda p: Prediction(p.mean * np.nan, p.variance), "not finite"),
        (lambda p: Prediction(p.mean, p.variance * np.inf), "not finite"),
        (lambda p: Prediction(p.mean, p.variance * 0), "not positive"),
    ],
)
def test_what_is_no_prediction_is_refused_with_the_learners_name(
    tmp_path: Path, change: Callable[[Prediction], Prediction], words: str
) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        run(tmp_path, {"spoiled": spoiled(change)})
    assert refused.value.__notes__ == ["Learner spoiled, seed 0, fold 1."]


class Fits:
    """A recipe that counts, and breaks at one fit."""

    def __init__(self, break_at: int = -1) -> None:
        self.break_at = break_at
        self.count = 0

    def __call__(self, name: str) -> Recipe:
        return self.fit

    def fit(self, training: RatingSet, *, seed: int) -> Learner:
        if self.count == self.break_at:
            raise RuntimeError("broken off")
        self.count += 1
        return Known(off=float(seed))


def test_finished_folds_are_not_run_again(tmp_path: Path) -> None:
    data, store = known_set(), empty_store(tmp_path)
    first = Fits(break_at=4)
    with pytest.raises(RuntimeError, match="broken off"):
        evaluate(data, ["a"], PROTOCOL, store=store, progress=quiet, recipe_of=first)
    second, third = Fits(), Fits()
    shown: list[tuple[int, int]] = []
    resumed = evaluate(
        data,
        ["a"],
        PROTOCOL,
        store=store,
        progress=lambda done, total, note: shown.append((done, total)),
        recipe_of=second,
    )
    assert (first.count, second.count) == (4, 2)
    assert shown == [(done, 6) for done in range(1, 7)]
    again = evaluate(data, ["a"], PROTOCOL, store=store, progress=quiet, recipe_of=third)
    assert third.count == 0
    assert again == resumed
    other = empty_store(tmp_path / "other")
    untroubled = evaluate(data, ["a"], PROTOCOL, store=other, progress=quiet, recipe_of=Fits())
    assert untroubled == resumed


@pytest.mark.parametrize(
    "change",
    [
        {"shots": (0, 1, 2)},
        {"folds": 2},
        {"random_support": True},
        {"seeds": (1, 5)},
    ],
)
def test_another_protocol_finds_nothing_of_this_one(tmp_path: Path, change: dict[str, Any]) -> None:
    store, data = empty_store(tmp_path), known_set()
    evaluate(data, ["a"], PROTOCOL, store=store, progress=quiet, recipe_of=Fits())
    fits, protocol = Fits(), replace(PROTOCOL, **change)
    evaluate(data, ["a"], protocol, store=store, progress=quiet, recipe_of=fits)
    assert fits.count == 2 * protocol.folds


def test_one_seed_more_runs_that_seed_alone(tmp_path: Path) -> None:
    store, data = empty_store(tmp_path), known_set()
    evaluate(data, ["a"], PROTOCOL, store=store, progress=quiet, recipe_of=Fits())
    fits, protocol = Fits(), replace(PROTOCOL, seeds=(0, 4, 9))
    evaluate(data, ["a"], protocol, store=store, progress=quiet, recipe_of=fits)
    assert fits.count == 3
