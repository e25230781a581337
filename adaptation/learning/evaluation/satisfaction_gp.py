"""Gaussian processes for psychological satisfaction, fitted to the training rows alone.

The mean of two. One process expects the valence after; how its left-out training errors are
distributed, in units of a deviation that is each listener's own, says how probable the change is to
lie in each class: people often leave their mood exactly where it was, which no Gaussian does. One
process for each class expects whether it is that one. That both are used, and their terms, was
chosen by the `.valid` rows of all splits and by the training rows, each left out in turn
(docs/published-protocols.md says what that is worth).
"""

from dataclasses import dataclass

import numpy as np

from adaptation.learning.datasets.situnes_splits import Part, Split, Splits
from adaptation.learning.evaluation import published_columns
from adaptation.learning.evaluation.published_columns import WITHOUT
from adaptation.learning.evaluation.satisfaction_classes import (
    CLASSES,
    chances_of_classes,
    classes_of,
)
from adaptation.learning.learners import crossed_gaussian_process
from adaptation.learning.learners.crossed_gaussian_process import (
    Columns,
    Linear,
    Near,
    Same,
    Term,
)
from adaptation.learning.ratings import Floats, Whole

LEAST = 0.02  # a class is at least so probable, before all are made to add up to 1
OWN_DEVIATION = 12.0  # rows that the common deviation is worth beside a listener's own
WEIGHTS = np.array(
    [
        (drop, 1.0, lift)
        for drop in np.exp(np.linspace(-0.5, 2.0, 26))
        for lift in np.exp(np.linspace(-0.5, 1.5, 21))
    ]
)  # of the classes, relative to keeping

_PERSON, _MOOD = Same("person"), Linear("mood")
_SHARED: tuple[Term, ...] = (
    (_PERSON,),
    (Same("item"),),
    (Same("genre"),),
    (Linear("popularity"),),
    (Linear("streaming"),),
    (Linear("signal"),),
    (_MOOD,),
    (_PERSON, _MOOD),
    (Linear("curved"),),
    (Near("mood"),),
)
OF_VALENCE: tuple[Term, ...] = (*_SHARED, (_PERSON, Linear("signal")))
OF_CLASS = _SHARED


@dataclass(frozen=True)
class Chances:
    """Probabilities of the classes [N, 3]."""

    left_out: Floats  # of the training rows, each from all the others
    asked: Floats  # of the test rows


def likeliest(splits: Splits, split: Split) -> Floats:
    """The most probable class of each test row [N]."""
    return np.asarray(_chances(splits, split).asked.argmax(axis=1), np.float64)


def balanced(splits: Splits, split: Split) -> Floats:
    """The class that is the most probable once the classes are weighed. The weights are those for
    which the left-out probabilities of the training rows let expect the highest macro-F1."""
    chances = _chances(splits, split)
    weights = WEIGHTS[np.argmax([expected_f1(chances.left_out, each) for each in WEIGHTS])]
    return np.asarray((chances.asked * weights).argmax(axis=1), np.float64)


def expected_f1(chances: Floats, weights: Floats) -> float:
    """Macro-F1 of the weighed answers, were the probabilities [N, 3] right."""
    answer = np.eye(CLASSES)[(chances * weights).argmax(axis=1)]
    either = answer.sum(axis=0) + chances.sum(axis=0)
    return float((2 * (answer * chances).sum(axis=0) / either).mean())


def _chances(splits: Splits, split: Split) -> Chances:
    train, test = (_columns(splits, split, part) for part in (split.train, split.test))
    parts = [_by_valence(split, train, test), _by_class(split, train, test)]
    return Chances(
        np.asarray(np.mean([part.left_out for part in parts], axis=0), np.float64),
        np.asarray(np.mean([part.asked for part in parts], axis=0), np.float64),
    )


def _columns(splits: Splits, split: Split, part: Part) -> Columns:
    return {
        **published_columns.crossed(splits, split, part, WITHOUT),
        **published_columns.moods_of(part),
    }


def _by_valence(split: Split, train: Columns, test: Columns) -> Chances:
    after = split.train.after[:, 0]
    process = crossed_gaussian_process.fit(train, after, OF_VALENCE)
    mean, variance = process.left_out()
    squares = np.square(after - mean) / variance
    relative = squares / squares.mean()
    people = split.train.listener
    variance = variance * _own_variance(relative, people, people, without=relative)
    errors = np.sort((after - mean) / np.sqrt(variance))

    def below(deviations: Floats) -> Floats:
        return np.asarray(np.searchsorted(errors, deviations) / len(errors), np.float64)

    asked_mean, asked_variance = process.predict(test)
    none = np.zeros(len(split.test))
    asked_variance = asked_variance * _own_variance(
        relative, people, split.test.listener, without=none
    )
    return Chances(
        chances_of_classes(mean, variance, split.train.before[:, 0], below),
        chances_of_classes(asked_mean, asked_variance, split.test.before[:, 0], below),
    )


def _own_variance(relative: Floats, people: Whole, asked: Whole, *, without: Floats) -> Floats:
    """How much larger than common each asked person's variance is [M], from training rows'
    relative squared errors [N]. What is in `without` [M], where not 0, is taken out again."""
    size = int(max(people.max(), asked.max())) + 1
    total = np.bincount(people, relative, size)[asked] - without
    count = np.bincount(people, minlength=size)[asked] - (without > 0)
    return (OWN_DEVIATION + total) / (OWN_DEVIATION + count)


def _by_class(split: Split, train: Columns, test: Columns) -> Chances:
    classes = classes_of(split.train)
    processes = [
        crossed_gaussian_process.fit(train, (classes == each).astype(float), OF_CLASS)
        for each in range(CLASSES)
    ]
    return Chances(
        _proper(np.column_stack([process.left_out()[0] for process in processes])),
        _proper(np.column_stack([process.predict(test)[0] for process in processes])),
    )


def _proper(chances: Floats) -> Floats:
    """Probabilities [N, 3] that add up to 1."""
    within = np.clip(chances, LEAST, 1.0)
    return np.asarray(within / within.sum(axis=1, keepdims=True), np.float64)
