"""Bases of one set asked about people of another: what each is fitted on, and what it is shown."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptation.learning.datasets import common
from adaptation.learning.evaluation import transfer, transfer_report
from adaptation.learning.evaluation.few_shot import FewShot
from adaptation.learning.evaluation.folds import TooFew
from adaptation.learning.learners import registry
from adaptation.learning.learners.base import Learner, Prediction, Recipe
from adaptation.learning.ratings import RatingSet
from tests.adaptation.learning.evaluation.known import empty_store, quiet
from tests.adaptation.learning.learners.rating_sets import linear_set

PROTOCOL = FewShot((0, 2), folds=3, seeds=(0, 1))


def felt() -> RatingSet:
    """Liking and a mood after, with the mood before."""
    data = linear_set(people=6, items=12, ratings=6, targets=("liking", "valence"))
    names = ("loudness", "tempo", "energy", "danceability", "liveness")
    return replace(data, name="felt", feature_names=names)


def heard() -> RatingSet:
    """Other items and columns, and no mood before."""
    data = linear_set(
        people=5, items=9, ratings=5, targets=("liking", "valence"), seed=1, moods=False
    )
    names = ("energy", "speechiness", "tempo", "mode", "acousticness")
    return replace(data, name="heard", feature_names=names)


@dataclass
class Answering:
    """Answers what every learner of its kind was told to; each fit is noted."""

    of: "Noting"
    fit: int

    def adapt(self, support: RatingSet) -> int:
        self.of.shown.setdefault(self.fit, []).append(support)
        return len(support)

    def predict(self, vector: int, query: RatingSet) -> Prediction:
        self.of.shown[self.fit].append(query)
        mean = np.zeros((len(query), len(query.targets)))
        return Prediction(mean, np.ones_like(mean))


@dataclass
class Noting:
    """Which learner was fitted on what, and what it was shown."""

    name: str = ""
    fits: list[tuple[str, RatingSet]] = field(default_factory=list)
    shown: dict[int, list[RatingSet]] = field(default_factory=dict)

    def recipe_of(self, name: str) -> Recipe:
        def recipe(training: RatingSet, *, seed: int) -> Learner:
            self.fits.append((name, training))
            return Answering(self, len(self.fits) - 1)

        return recipe

    def of(self, source: str) -> Iterator[tuple[RatingSet, list[RatingSet]]]:
        """What the default was fitted on and shown, where it learned on that set."""
        for place, (name, training) in enumerate(self.fits):
            if name == registry.DEFAULT and training.name == source:
                yield training, self.shown[place]


@pytest.fixture
def noting() -> Noting:
    return Noting()


def evaluated(folder: Path, noting: Noting) -> dict[str, Any]:
    """Both sets about each other, by learners that only note."""
    return transfer.evaluate(
        [felt(), heard()],
        PROTOCOL,
        store=empty_store(folder),
        progress=quiet,
        listeners=3,
        recipe_of=noting.recipe_of,
    )


@pytest.fixture
def told(tmp_path: Path, noting: Noting) -> dict[str, Any]:
    return evaluated(tmp_path, noting)


def test_only_features_that_all_sets_have_are_called_common(told: dict[str, Any]) -> None:
    assert told["settings"]["features"] == ["energy", "tempo"]


def test_every_base_is_asked_about_every_set(told: dict[str, Any]) -> None:
    own = ["offset", "offset, by content"]
    assert list(told["tests"]) == ["felt", "heard"]
    assert list(told["tests"]["felt"]["learners"]) == [*own, "felt", "heard", "simulated listeners"]
    assert list(told["tests"]["heard"]["learners"]) == [
        *own,
        "heard",
        "felt",
        "simulated listeners",
    ]
    cell = told["tests"]["heard"]["learners"]["felt"]["liking"]["2"]["rmse"]
    truth = common.on_common_ground(heard(), ["liking"]).answers
    asked = truth[np.arange(len(truth)) % 5 >= 2]
    assert cell["value"] == pytest.approx(np.sqrt(np.mean(asked**2)))  # it answered 0
    assert cell["standard_error"] > 0


def test_a_base_learns_once_a_seed_from_everybody_of_the_other_set(
    told: dict[str, Any], noting: Noting
) -> None:
    transferred = [t for t, shown in noting.of("felt") if shown[0].name == "heard"]
    assert [len(np.unique(training.user)) for training in transferred] == [6, 6]


def test_own_people_who_are_asked_about_are_left_out(told: dict[str, Any], noting: Noting) -> None:
    fits = [(t, shown) for t, shown in noting.of("felt") if shown[0].name == "felt"]
    assert len(fits) == 6  # folds and seeds
    for training, shown in fits:
        people = {int(user) for rows in shown for user in rows.user}
        assert people
        assert not people & set(training.user.tolist())


def test_no_answer_of_a_question_is_shown(told: dict[str, Any], noting: Noting) -> None:
    for shown in noting.shown.values():
        for support, query in zip(shown[::2], shown[1::2], strict=True):
            assert np.isnan(query.answers).all()
            assert np.isfinite(support.answers).all()
            assert len(support) in (0, 2)


def test_both_see_the_same_columns_and_no_item_of_the_other(
    told: dict[str, Any], noting: Noting
) -> None:
    for source in ("felt", "heard", "simulated listeners"):
        for training, shown in noting.of(source):
            rows = training.features[training.item]
            mean = rows.mean(0)[common.SHARED.index("speechiness")]
            for part in shown:
                assert part.feature_names == training.feature_names == common.SHARED
                assert np.isfinite(part.features).all()
                if part.name == "felt":  # it has no speechiness
                    asked = part.features[part.item][:, common.SHARED.index("speechiness")]
                    np.testing.assert_allclose(asked, mean)
            assert len(np.unique(training.item)) == len(training)  # known by content alone
            names = {part.item_keys[item] for part in shown for item in part.item}
            assert not names & {training.item_keys[item] for item in training.item}


def test_where_one_set_has_no_mood_before_neither_uses_it(
    told: dict[str, Any], noting: Noting
) -> None:
    for training, shown in noting.of("felt"):
        alone = shown[0].name == "felt"
        assert common.asks_for_moods(training) == alone
        assert all(part.answerable.all() for part in shown)
        assert (shown[1].targets[1].carries == 0) == alone


def test_the_table_says_who_was_learned_from(told: dict[str, Any]) -> None:
    table = transfer_report.as_table(told)
    assert max(map(len, table.splitlines())) <= 100
    block = table.partition("== valence, people of heard\n")[2].partition("\n\n")[0].splitlines()
    assert [line[:48].strip() for line in block[1:]] == [
        "mean and offset, its other people",
        "mean and offset, by content, its other people",
        "base of heard, its other people",
        "base of felt",
        "base of simulated listeners",
    ]


def test_what_clearly_differs_is_marked(told: dict[str, Any]) -> None:
    differences = told["tests"]["heard"]["differences"]["felt"]["offset"]["valence"]
    differences["2"]["mse"] |= {"value": 0.3, "standard_error": 0.1}
    differences["0"]["mse"] |= {"value": -0.1, "standard_error": 0.1}
    block = transfer_report.as_table(told).partition("== valence, people of heard\n")[2]
    (line,) = [line for line in block.splitlines() if line.startswith("  base of felt")]
    assert line.endswith("*")
    assert line.count("*") == 1


def test_what_was_asked_before_is_not_asked_again(tmp_path: Path) -> None:
    first, second = Noting(), Noting()
    results = [evaluated(tmp_path, noting) for noting in (first, second)]
    assert results[0] == results[1]
    assert (len(first.fits) > 0, second.fits) == (True, [])


def test_sets_that_share_nothing_are_refused(tmp_path: Path) -> None:
    arousal = linear_set(people=4, targets=("arousal",))
    strange = replace(heard(), feature_names=tuple("abcde"))
    for sets, words in (
        ([felt(), replace(arousal, name="aroused")], "felt, aroused have no answers in common"),
        ([felt(), felt()], "the same name"),
        ([felt(), strange], "describe items by no feature in common. Known by name are loudness"),
    ):
        with pytest.raises(transfer.NothingShared, match=words):
            transfer.evaluate(sets, PROTOCOL, store=empty_store(tmp_path), progress=quiet)
    with pytest.raises(TooFew):
        transfer.evaluate(
            [felt()], FewShot((0, 6), folds=3), store=empty_store(tmp_path), progress=quiet
        )


def test_the_default_learns_on_common_ground(tmp_path: Path) -> None:
    """The real learners, on people who share a linear world."""
    told = transfer.evaluate(
        [felt(), heard()],
        FewShot((0, 2), folds=2, seeds=(0,)),
        store=empty_store(tmp_path),
        progress=quiet,
        listeners=4,
    )
    for test in told["tests"].values():
        for learner in test["learners"].values():
            assert all(0 < learner["liking"][given]["rmse"]["value"] < 2 for given in ("0", "2"))
