"""The published settings: labels and measures by hand, methods on small splits, the leak."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptation.learning.datasets import situnes_splits
from adaptation.learning.datasets.bad_data import BadData
from adaptation.learning.evaluation import published, published_methods
from adaptation.learning.evaluation.published_columns import CLEAN, PUBLISHED, SITUATIONS
from adaptation.learning.evaluation.published_methods import Question
from adaptation.learning.evaluation.store import ResultStore
from adaptation.learning.learners.registry import UnknownLearner
from tests.adaptation.learning.datasets import small_splits
from tests.needs import data_folder

SEEDS = (101, 102)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_splits.write(tmp_path / "data", SEEDS)


def evaluate(folder: Path, protocol: str, **options: Any) -> dict[str, Any]:
    arguments = {
        "learners": ("offset",),
        "seeds": SEEDS,
        "store": ResultStore(folder.parent / "kept"),
        "progress": lambda done, of, word: None,
    }
    return published.evaluate(protocol, folder, **{**arguments, **options})


def test_a_rating_of_3_is_liked_and_one_of_2_is_not(folder: Path) -> None:
    part = situnes_splits.read(folder, 2, [101]).splits[0].test
    assert part.rating.tolist() == [1, 2, 3, 4, 5, 1, 2, 3]
    assert published_methods.liked(part).tolist() == [0, 0, 1, 1, 1, 0, 0, 1]


def test_scores_are_those_of_the_formulas() -> None:
    chance = np.array([0.9, 0.4, 0.4, 0.1])
    labels = np.array([1.0, 1.0, 0.0, 0.0])
    scores = published.scores(chance, labels)
    pairs = [(0.9, 0.4), (0.9, 0.1), (0.4, 0.4), (0.4, 0.1)]
    assert scores["auc"] == sum((a > b) + 0.5 * (a == b) for a, b in pairs) / 4
    assert scores["mae"] == pytest.approx((0.1 + 0.6 + 0.4 + 0.1) / 4)
    assert scores["rmse"] == pytest.approx(((0.01 + 0.36 + 0.16 + 0.01) / 4) ** 0.5)


def test_a_figure_is_the_mean_of_the_splits(folder: Path) -> None:
    found = evaluate(folder, "situnes-2")["methods"]["logistic"]["clean"]["rmse"]
    splits = situnes_splits.read(folder, 2, SEEDS)
    errors = []
    for split in splits.splits:
        chance = published_methods.logistic(Question(splits, split, CLEAN))
        errors.append(np.sqrt(np.mean((chance - (split.test.rating >= 3)) ** 2)))
    assert found["value"] == pytest.approx(np.mean(errors))
    assert found["standard_error"] == pytest.approx(abs(errors[0] - errors[1]) / 2)


def test_the_constants(folder: Path) -> None:
    methods = evaluate(folder, "situnes-2")["methods"]
    assert methods["always"]["without"]["auc"]["value"] == 0.5
    assert methods["always"]["without"]["mae"]["value"] == 0.5  # four of eight are liked
    rate = 14 / 24  # of the training rows
    expected = ((rate**2 + (1 - rate) ** 2) / 2) ** 0.5
    assert methods["base-rate"]["without"]["rmse"]["value"] == pytest.approx(expected)


def test_every_figure_with_the_situation_stands_beside_a_clean_one(folder: Path) -> None:
    for protocol in ("situnes-2", "situnes-3"):
        methods = evaluate(folder, protocol)["methods"]
        assert set(methods) == {"always", "base-rate", "logistic", "offset", "crossed-gp"}
        for columns in methods.values():
            assert ("published" in columns) == ("clean" in columns)
        assert set(methods["crossed-gp"]) == {"without", "published", "clean", "walking"}


def test_the_lab_has_no_situation_to_train_on(folder: Path) -> None:
    methods = evaluate(folder, "situnes-1")["methods"]
    assert {column for columns in methods.values() for column in columns} == {"without"}


def test_clean_leaves_out_the_activity_type_and_nothing_else() -> None:
    activity = {"still", "act2still", "walking", "none", "sleeping", "running"}
    assert set(SITUATIONS[PUBLISHED]) - set(SITUATIONS[CLEAN]) == activity


@pytest.mark.parametrize("method", ["logistic", "crossed_gp"])
def test_a_column_that_is_left_out_changes_nothing(folder: Path, method: str) -> None:
    """Walking is spoilt in the test rows: only what may read it answers otherwise."""
    answers = getattr(published_methods, method)

    def answered(situation: str) -> list[float]:
        splits = situnes_splits.read(folder, 2, [101])
        chance: list[float] = answers(Question(splits, splits.splits[0], situation)).tolist()
        return chance

    before = {each: answered(each) for each in ("without", "clean", "published", "walking")}
    path = small_splits.path_of(folder, 2, 101, "test")
    header, *rows = small_splits.read(path)
    place = header.index("walking:float")
    small_splits.rewrite(path, [header, *([*r[:place], "3", *r[place + 1 :]] for r in rows)])
    changed = [each for each, of in before.items() if answered(each) != of]
    assert changed == ["published", "walking"]


@pytest.mark.parametrize("method", ["logistic", "crossed_gp"])
def test_ratings_of_the_test_and_valid_rows_are_not_read(folder: Path, method: str) -> None:
    def answered() -> list[float]:
        splits = situnes_splits.read(folder, 2, [101])
        question = Question(splits, splits.splits[0], PUBLISHED)
        chance: list[float] = getattr(published_methods, method)(question).tolist()
        return chance

    before = answered()
    for part in ("valid", "test"):
        path = small_splits.path_of(folder, 2, 101, part)
        header, *rows = small_splits.read(path)
        small_splits.rewrite(path, [header, *([*row[:2], "5", *row[3:]] for row in rows)])
    assert answered() == before


def test_a_second_run_reads_the_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = evaluate(folder, "situnes-2")

    def fail(question: Question) -> None:
        raise AssertionError("asked again")

    monkeypatch.setattr(published_methods, "crossed_gp", fail)
    monkeypatch.setattr(published_methods, "logistic", fail)
    assert evaluate(folder, "situnes-2") == first
    evaluate(folder, "situnes-2", seeds=SEEDS[:1])  # a split is kept by itself
    path = small_splits.path_of(folder, 2, 101, "test")
    header, first_row, *rows = small_splits.read(path)
    first_row[2] = "5"
    small_splits.rewrite(path, [header, first_row, *rows])
    with pytest.raises(AssertionError, match="asked again"):
        evaluate(folder, "situnes-2")  # other data


def test_the_result_is_json_and_a_table(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    result = evaluate(folder, "situnes-2", progress=lambda done, of, word: told.append((done, of)))
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert told == [(done, 22) for done in range(1, 23)]
    table = published.as_table(result)
    assert table.startswith("situnes-2: mean of 2 splits ± standard error\n")
    value = result["methods"]["crossed-gp"]["clean"]["auc"]
    assert f"{value['value']:.4f} ± {value['standard_error']:.4f}" in table
    assert max(map(len, table.splitlines())) <= 100


def test_one_split_has_no_standard_error(folder: Path) -> None:
    result = evaluate(folder, "situnes-1", seeds=(101,))
    assert result["methods"]["offset"]["without"]["auc"]["standard_error"] is None
    assert "±" not in published.as_table(result).split("\n", 1)[1]


def test_what_cannot_be_evaluated_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="There is no protocol 'situnes-4'"):
        evaluate(folder, "situnes-4")
    with pytest.raises(UnknownLearner, match="There is no learner 'nobody'"):
        evaluate(folder, "situnes-2", learners=("nobody",))
    with pytest.raises(BadData, match="is missing"):
        evaluate(folder.parent, "situnes-2")


@pytest.mark.parametrize("setting", [2, 3])
def test_the_activity_type_leaks_the_rating(setting: int) -> None:
    """Of the real situation the flag `walking` alone tells more than all but the activity type."""
    splits = situnes_splits.read(data_folder() / "situnes", setting, [101, 102, 103])

    def area(situation: str) -> float:
        """The mean of the splits."""
        areas = [
            published.scores(
                published_methods.logistic(Question(splits, split, situation)),
                published_methods.liked(split.test),
            )["auc"]
            for split in splits.splits
        ]
        return float(np.mean(areas))

    assert area("walking") > max(area("without"), area("clean")) + 0.05


def test_nobody_rates_3_where_walking_is_flagged_without_steps() -> None:
    (split,) = situnes_splits.read(data_folder() / "situnes", 2, [101]).splits
    names = situnes_splits.SITUATION
    parts = (split.train, split.valid, split.test)
    situation = np.concatenate([part.situation for part in parts])
    ratings = np.concatenate([part.rating for part in parts])
    steps = situation[:, names.index("activity_step_mean")]
    flagged = (situation[:, names.index("walking")] > 0) & (steps < 1)
    assert flagged.sum() > 50
    assert not (ratings[flagged] == 3).any()
    assert 0.3 < (ratings == 3).mean() < 0.4
