"""The protocols that the authors of SiTunes publish, on their ten splits.

Grigorev et al., "SiTunes: A Situational Music Recommendation Dataset with Physiological and
Psychological Signals", CHIIR 2024; docs/published-protocols.md has their defects. `situnes-1`
trains on the lab (stage 1) and asks of daily life (stage 2), `situnes-2` splits the rows of every
listener of stage 2 at random, `situnes-3` trains on stage 2 and asks of stage 3. Methods train on
`.train.inter`, and answer for `.test.inter` how probable a rating of 3 or more is. The area under
the ROC curve is of all test rows together, errors are of the probability against 0 or 1. Every
figure is the mean of the splits, ± the standard deviation among them / √splits. `situnes-psych`
is described in adaptation/learning/evaluation/satisfaction.py.

No figure with the situation stands alone: *clean* leaves out the activity type, which tells the
rating (the column *walking* reads nothing else of the situation).
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from adaptation.learning.datasets import situnes_splits
from adaptation.learning.datasets.situnes_splits import Split, Splits
from adaptation.learning.evaluation import published_methods, satisfaction
from adaptation.learning.evaluation.published_columns import SITUATIONS, WITHOUT
from adaptation.learning.evaluation.published_methods import Method, Question
from adaptation.learning.evaluation.ranks import auc_within
from adaptation.learning.evaluation.store import Arrays, ResultStore
from adaptation.learning.ratings import Floats

SETTINGS = {"situnes-1": 1, "situnes-2": 2, "situnes-3": 3}
PSYCHOLOGICAL = "situnes-psych"
PROTOCOLS = (*SETTINGS, PSYCHOLOGICAL)
LAB = 1  # the setting that trains where no situation was recorded

Progress = Callable[[int, int, str], None]
"""Called with how many answers are done, of how many, and a word on the last."""

Job = tuple[str, str, int, int]  # method, column, setting, place of the split
Measures = Mapping[str, float]
Asked = Mapping[str, Mapping[str, tuple[int, Callable[[Splits, Split], Floats]]]]
"""By method and column: the setting, and what answers for the test rows of one of its splits."""

Scored = Callable[[Split, Floats], Measures]


def evaluate(
    protocol: str,
    folder: Path,
    *,
    learners: Sequence[str],
    seeds: Sequence[int],
    store: ResultStore,
    progress: Progress,
) -> dict[str, Any]:
    """What every method scores in each column, ready for JSON. A split that the store has is not
    run again. Raises BadData, UnknownLearner, ValueError for another protocol."""
    asked: Asked
    score: Scored
    if protocol == PSYCHOLOGICAL:
        asked, score = satisfaction.asked(learners), satisfaction.score
    elif protocol in SETTINGS:
        asked, score = _asked(SETTINGS[protocol], learners), _score
    else:
        raise ValueError(f"There is no protocol '{protocol}'. There are {', '.join(PROTOCOLS)}.")
    return _evaluated(protocol, folder, seeds, store, progress, asked, score)


def _asked(setting: int, learners: Sequence[str]) -> Asked:
    everywhere = [column for column in SITUATIONS if setting != LAB or column == WITHOUT]
    methods: dict[str, tuple[Method, list[str]]] = {
        "always": (published_methods.always, [WITHOUT]),
        "base-rate": (published_methods.base_rate, [WITHOUT]),
        "logistic": (published_methods.logistic, everywhere),
        **{name: (published_methods.learner(name), [WITHOUT]) for name in learners},
        "crossed-gp": (published_methods.crossed_gp, everywhere),
    }
    return {
        name: {column: (setting, partial(_answer, method, column)) for column in columns}
        for name, (method, columns) in methods.items()
    }


def _answer(method: Method, column: str, splits: Splits, split: Split) -> Floats:
    return method(Question(splits, split, column))


def _score(split: Split, chance: Floats) -> Measures:
    return scores(chance, published_methods.liked(split.test))


def scores(chance: Floats, labels: Floats) -> Measures:
    """AUC, MAE and RMSE of probabilities [N] of labels [N] of 0 and 1."""
    error = chance - labels
    (area,) = auc_within(np.zeros(len(labels), np.int64), 1, chance, labels > 0)
    return {
        "auc": float(area),
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt(np.square(error).mean())),
    }


def _evaluated(
    protocol: str,
    folder: Path,
    seeds: Sequence[int],
    store: ResultStore,
    progress: Progress,
    asked: Asked,
    score: Scored,
) -> dict[str, Any]:
    settings = sorted({setting for columns in asked.values() for setting, _ in columns.values()})
    data = {setting: situnes_splits.read(folder, setting, seeds) for setting in settings}
    jobs: list[Job] = [
        (method, column, setting, place)
        for method, columns in asked.items()
        for column, (setting, _) in columns.items()
        for place in range(len(seeds))
    ]
    found: dict[str, dict[str, list[Measures]]] = {name: {} for name in asked}
    for done, (method, column, setting, place) in enumerate(jobs, start=1):
        splits = data[setting]
        split = splits.splits[place]
        parts = {"protocol": protocol, "method": method, "column": column, "seed": split.seed}
        made = store.once(
            {**parts, "data": _digest(splits, split)},
            partial(_arrays, asked[method][column][1], splits, split),
        )
        found[method].setdefault(column, []).append(score(split, made["answer"]))
        progress(done, len(jobs), f"{method}, {column}, {split.seed}")
    return {
        "protocol": protocol,
        "seeds": list(seeds),
        "code": store.code,
        "methods": {
            name: {column: _summary(of) for column, of in columns.items()}
            for name, columns in found.items()
        },
    }


def _arrays(answers: Callable[[Splits, Split], Floats], splits: Splits, split: Split) -> Arrays:
    return {"answer": answers(splits, split)}


def _digest(splits: Splits, split: Split) -> str:
    """Of everything that an answer for the split depends on."""
    digest = hashlib.sha256(repr((splits.listeners, splits.tracks)).encode())
    for part in (split.train, split.valid, split.test):
        for each in fields(part):
            digest.update(np.ascontiguousarray(getattr(part, each.name)).tobytes())
    return digest.hexdigest()


def _summary(measured: Sequence[Measures]) -> dict[str, Any]:
    return {name: _mean([each[name] for each in measured]) for name in measured[0]}


def _mean(values: Sequence[float]) -> dict[str, float | None]:
    error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else None
    return {"value": float(np.mean(values)), "standard_error": error and float(error)}


def as_table(result: Mapping[str, Any]) -> str:
    """A block for each column, a line for each method that was asked there."""
    lines = [f"{result['protocol']}: mean of {len(result['seeds'])} splits ± standard error"]
    columns = dict.fromkeys(name for of in result["methods"].values() for name in of)
    for column in columns:
        lines += ["", *_block(result, column)]
    return "\n".join(lines) + "\n"


def _block(result: Mapping[str, Any], column: str) -> Iterator[str]:
    rows = {name: of[column] for name, of in result["methods"].items() if column in of}
    measures = list(next(iter(rows.values())))
    yield f"{TITLES.get(column, column):<36}" + "".join(f"{name:>18}" for name in measures)
    for name, row in rows.items():
        yield f"  {name:<34}" + "".join(f"{_told(row[each]):>18}" for each in measures)


TITLES = {
    "without": "without situation",
    "published": "situation as published",
    "clean": "situation clean (no activity type)",
    "walking": "only the flag `walking`",
}


def _told(estimate: Mapping[str, float | None]) -> str:
    value, error = estimate["value"], estimate["standard_error"]
    return f"{value:.4f}" + ("" if error is None else f" ± {error:.4f}")
