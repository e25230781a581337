"""Psychological satisfaction: classes and measures by hand, methods on small splits."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import f1_score

from adaptation.learning.datasets import situnes_splits
from adaptation.learning.datasets.situnes_splits import Part, Split, Splits
from adaptation.learning.evaluation import published, satisfaction, satisfaction_gp
from adaptation.learning.evaluation.satisfaction_classes import chances_of_classes, classes_of
from adaptation.learning.evaluation.store import ResultStore
from tests.adaptation.learning.datasets import small_splits
from tests.needs import data_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_splits.write(tmp_path / "data")


def of_change(part: Part, changes: list[float]) -> Part:
    zero = np.zeros((len(changes), 2))
    return replace(part, before=zero, after=np.column_stack([changes, np.ones(len(changes))]))


def test_an_edge_belongs_to_the_class_below(folder: Path) -> None:
    part = situnes_splits.read(folder, 2, [101]).splits[0].test
    changes = [-0.2, -0.125, -0.1249, 0.0, 0.125, 0.1251, 0.9]
    assert classes_of(of_change(part, changes)).tolist() == [0, 0, 1, 1, 1, 2, 2]


def test_scores_are_those_of_the_formulas() -> None:
    classes = np.array([0.0, 0, 1, 1, 1, 2])
    answer = np.array([0.0, 1, 1, 1, 2, 2])
    scores = satisfaction.scores(answer, classes)
    assert scores["accuracy"] == 4 / 6
    assert scores["macro_f1"] == pytest.approx((2 / 3 + 4 / 6 + 2 / 3) / 3)
    assert scores["macro_f1"] == pytest.approx(f1_score(classes, answer, average="macro"))


def test_a_class_that_nobody_answers_counts_as_0() -> None:
    scores = satisfaction.scores(np.ones(4), np.array([0.0, 1, 1, 2]))
    assert scores == {"accuracy": 0.5, "macro_f1": pytest.approx(2 * 2 / 6 / 3)}


def test_chances_of_a_gaussian() -> None:
    chances = chances_of_classes(np.array([0.3, 0.0]), np.array([0.01, 1.0]), np.array([0.3, 0.0]))
    assert chances.sum(axis=1) == pytest.approx(1)
    assert chances[0] == pytest.approx([0.1056, 0.7887, 0.1056], abs=1e-4)  # ±1.25 deviations
    assert chances[1, 0] == chances[1, 2] == pytest.approx(0.4503, abs=1e-4)


def test_the_expected_f1_is_that_of_counts_that_are_probabilities() -> None:
    assert satisfaction_gp.expected_f1(np.eye(3)[[0, 1, 1, 2]], np.ones(3)) == 1
    chances = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3]])
    drop, keep = 2 * 0.6 / (1 + 0.8), 2 * 0.5 / (1 + 0.8)
    assert satisfaction_gp.expected_f1(chances, np.ones(3)) == pytest.approx((drop + keep) / 3)
    keep, lift = 2 * 0.3 / (1 + 0.8), 2 * 0.3 / (1 + 0.4)
    weights = np.array([1.0, 3.0, 6.0])  # the first is kept, the second is lifted
    assert satisfaction_gp.expected_f1(chances, weights) == pytest.approx((keep + lift) / 3)


def test_balancing_answers_the_rare_classes_more_often() -> None:
    """Where keeping is always the most probable, the others are never answered but by weighing."""
    generator = np.random.default_rng(0)
    rare = generator.uniform(0.05, 0.3, (200, 2))
    chances = np.column_stack([rare[:, 0], 1 - rare.sum(axis=1), rare[:, 1]])
    best = max(satisfaction_gp.expected_f1(chances, each) for each in satisfaction_gp.WEIGHTS)
    assert best > satisfaction_gp.expected_f1(chances, np.ones(3)) + 0.05


@pytest.mark.parametrize(
    "answer",
    [satisfaction.majority, satisfaction_gp.likeliest, satisfaction_gp.balanced],
)
def test_moods_after_the_test_rows_are_not_read(folder: Path, answer: satisfaction.Answer) -> None:
    splits = situnes_splits.read(folder, 2, [101])
    (split,) = splits.splits
    spoilt = replace(split.test, after=np.full_like(split.test.after, np.nan))
    before = answer(splits, split)
    assert answer(splits, replace(split, test=spoilt)).tolist() == before.tolist()
    assert set(before.tolist()) <= {0.0, 1.0, 2.0}


@pytest.mark.parametrize("answer", [satisfaction_gp.likeliest, satisfaction_gp.balanced])
def test_the_mood_before_tells_the_class_where_moods_return_to_0(
    folder: Path, answer: satisfaction.Answer
) -> None:
    splits = situnes_splits.read(folder, 2, [101])
    split = _returning(splits)
    scores = satisfaction.score(split, answer(splits, split))
    assert scores["accuracy"] > 0.9
    assert satisfaction.score(split, satisfaction.majority(splits, split))["accuracy"] < 0.6


def _returning(splits: Splits) -> Split:
    """Everybody's valence after is 0."""
    (split,) = splits.splits
    generator = np.random.default_rng(1)
    parts = {}
    for name in ("train", "valid", "test"):
        part = getattr(split, name)
        before = generator.choice([-0.5, 0.0, 0.5], (len(part), 2))
        after = generator.normal(0, 0.02, (len(part), 2))
        parts[name] = replace(part, before=before, after=after)
    return replace(split, **parts)


def test_the_protocol_asks_both_stages(folder: Path) -> None:
    result = _evaluated(folder, ("offset",), (101,))
    assert set(result["methods"]["crossed-gp, balanced"]) == {"stage 2", "stage 3"}
    assert "offset" in result["methods"]
    table = published.as_table(result)
    assert table.count("accuracy          macro_f1") == 2


def _evaluated(folder: Path, learners: tuple[str, ...], seeds: tuple[int, ...]) -> dict[str, Any]:
    return published.evaluate(
        "situnes-psych",
        folder,
        learners=learners,
        seeds=seeds,
        store=ResultStore(folder.parent / "kept"),
        progress=lambda done, of, word: None,
    )


@pytest.mark.parametrize(
    ("setting", "accuracy", "macro_f1"), [(2, 0.5000, 0.2221), (3, 0.4656, 0.2118)]
)
def test_the_majority_of_the_real_splits(setting: int, accuracy: float, macro_f1: float) -> None:
    splits = situnes_splits.read(data_folder() / "situnes", setting)
    found = [
        satisfaction.score(split, satisfaction.majority(splits, split)) for split in splits.splits
    ]
    assert np.mean([each["accuracy"] for each in found]) == pytest.approx(accuracy, abs=5e-5)
    assert np.mean([each["macro_f1"] for each in found]) == pytest.approx(macro_f1, abs=5e-5)
