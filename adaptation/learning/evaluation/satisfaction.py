"""Psychological satisfaction: does the valence drop, keep or lift with a track?

The second protocol of Grigorev et al., CHIIR 2024. The change, valence after less before, is a
drop up to −.125, a lift above .125, and keeps in between (an edge belongs to the class below).
Setting 2's splits ask of stage 2, setting 3's of stage 3; both train on stage 2. The published
rows read the listener, the track, and as situation what was recorded (*objective*), the mood before
(*subjective*), or both. Measured are accuracy and the mean of the three classes' F1.

`crossed-gp` (adaptation/learning/evaluation/satisfaction_gp.py) reads no situation but the mood
before. It is asked twice: for the most probable class, and *balanced*, with the classes weighed for
F1. A learner of the registry expects the valence after, given the mood before; its Gaussian says
which class is the most probable.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from adaptation.learning.datasets.situnes_splits import Part, Split, Splits
from adaptation.learning.evaluation import published_columns, satisfaction_gp
from adaptation.learning.evaluation.published_columns import PUBLISHED
from adaptation.learning.evaluation.published_methods import rating_set
from adaptation.learning.evaluation.satisfaction_classes import (
    CLASSES,
    chances_of_classes,
    classes_of,
)
from adaptation.learning.learners import registry
from adaptation.learning.learners.base import Recipe
from adaptation.learning.ratings import Floats, Target

VALENCE = Target("valence", -1, 1, carries=0)
STAGES = {2: "stage 2", 3: "stage 3"}
"""What the test rows of a setting are of."""

OBJECTIVE, SUBJECTIVE = (True, False), (False, True)
BOTH = (True, True)
PENALTY = 10.0  # as published, of the sum of the sizes of the slopes

Answer = Callable[[Splits, Split], Floats]
"""The class of each test row [N]."""


def asked(learners: Sequence[str]) -> dict[str, dict[str, tuple[int, Answer]]]:
    """By method and stage: the setting, and what answers. Raises UnknownLearner."""
    answers: dict[str, Answer] = {
        "majority": majority,
        "logistic, objective": partial(logistic, OBJECTIVE),
        "logistic, subjective": partial(logistic, SUBJECTIVE),
        "logistic, both": partial(logistic, BOTH),
        **{name: partial(learned, registry.recipe(name)) for name in learners},
        "crossed-gp": satisfaction_gp.likeliest,
        "crossed-gp, balanced": satisfaction_gp.balanced,
    }
    return {
        name: {stage: (setting, answer) for setting, stage in STAGES.items()}
        for name, answer in answers.items()
    }


def score(split: Split, answer: Floats) -> Mapping[str, float]:
    """Accuracy and macro-F1 of classes [N]."""
    return scores(answer, classes_of(split.test).astype(float))


def scores(answer: Floats, classes: Floats) -> dict[str, float]:
    """A class that is neither there nor answered has an F1 of 0."""
    f1 = []
    for each in range(CLASSES):
        both = ((answer == each) & (classes == each)).sum()
        either = (answer == each).sum() + (classes == each).sum()
        f1.append(2 * both / max(either, 1))
    return {"accuracy": float((answer == classes).mean()), "macro_f1": float(np.mean(f1))}


def majority(splits: Splits, split: Split) -> Floats:
    """The commonest class of the training rows, for everything."""
    commonest = np.bincount(classes_of(split.train), minlength=CLASSES).argmax()
    return np.full(len(split.test), float(commonest))


def logistic(reads: tuple[bool, bool], splits: Splits, split: Split) -> Floats:
    """Logistic regression as the authors set it up, with the numbers of listener and track as
    numbers; one class against the rest, the sum of the slopes' sizes penalised."""
    train, test = (_published(reads, splits, split, part) for part in (split.train, split.test))
    one = LogisticRegression(
        l1_ratio=1.0, C=1 / PENALTY, solver="liblinear", max_iter=1000, random_state=split.seed
    )
    fitted = OneVsRestClassifier(one).fit(train, classes_of(split.train))
    return np.asarray(fitted.predict(test), np.float64)


def _published(reads: tuple[bool, bool], splits: Splits, split: Split, part: Part) -> Floats:
    """Columns [N, D]. Tracks are standardised, and told apart, among those of the split."""
    objective, subjective = reads
    numbers = [
        np.array([float(key) for key in splits.listeners])[part.listener],
        np.array([float(track.item) for track in splits.tracks])[part.track],
    ]
    of_situation = [published_columns.situation_of(part, split, PUBLISHED)]
    of_situation += [published_columns.standardised(part.time[:, None], split.train.time[:, None])]
    return np.column_stack(
        [
            *numbers,
            *(
                [published_columns.standardised(part.before, split.train.before)]
                if subjective
                else []
            ),
            *(of_situation if objective else []),
            published_columns.tracks_as_published(splits, split)[part.track],
        ]
    )


def learned(recipe: Recipe, splits: Splits, split: Split) -> Floats:
    """The class that is the most probable of the learner's Gaussian."""
    train = rating_set(splits, split.train, split.train.after[:, 0], VALENCE, moods=True)
    unknown = np.full(len(split.test), np.nan)
    test = rating_set(splits, split.test, unknown, VALENCE, moods=True)
    fitted = recipe(train, seed=split.seed)
    classes = np.empty(len(test))
    for person in np.unique(test.user):
        rows = test.user == person
        expected = fitted.predict(fitted.adapt(train.of_users([person])), test.rows(rows))
        chances = chances_of_classes(
            expected.mean[:, 0], expected.variance[:, 0], split.test.before[rows, 0]
        )
        classes[rows] = chances.argmax(axis=1)
    return classes
