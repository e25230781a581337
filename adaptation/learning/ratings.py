"""A set of ratings as the evaluation harness and every learner read it, whatever it came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True)
class Target:
    """Something that people answer about an item, on a scale `low`..`high`.

    `carries` is the mood axis (0 valence, 1 arousal) that persists into the answer, None where the
    answer is no mood. An answer of `liked_from` or more counts as liked; None where that makes no
    sense.
    """

    name: str
    low: float
    high: float
    carries: int | None = None
    liked_from: float | None = None


@dataclass(frozen=True)
class RatingSet:
    """R answers of U people about I items, T targets each. A part of a set shares its tables.

    `auxiliary` rows were given in another setting (a lab session, say): learners may train on
    them, no task is made of them. A `series` is one run of one person's ratings in one setting: a
    few-shot task is a person's series. `groups` has one value a person under each name.
    """

    name: str
    licence: str
    targets: tuple[Target, ...]  # T
    feature_names: tuple[str, ...]  # F
    features: Floats  # [I, F], what is known of an item by itself
    item_keys: tuple[str, ...]  # I
    user_keys: tuple[str, ...]  # U
    user: Whole  # [R], index into user_keys
    item: Whole  # [R], index into item_keys
    answers: Floats  # [R, T] on the targets' own scales; NaN: not answered
    mood: Floats  # [R, 2] valence and arousal before, −1..1; NaN: not asked
    order: Floats  # [R], later is larger
    series: Whole  # [R]; numbered within each person
    auxiliary: Truths  # [R]
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    weight: Floats | None = None  # [R, T] in 0..1, 1/n for one n-th of an observation; None: all 1
    simulated: bool = False  # the people do not exist

    @property
    def run(self) -> Whole:
        """[R] a number for each person's each series, from 0."""
        pairs = np.column_stack([self.user, self.series])
        _, number = np.unique(pairs, axis=0, return_inverse=True)
        return number.reshape(-1)

    def __len__(self) -> int:
        return len(self.user)

    @property
    def unit(self) -> Floats:
        """The answers [R, T] on one scale: `low` is −1, `high` is 1."""
        low = np.array([target.low for target in self.targets])
        high = np.array([target.high for target in self.targets])
        return np.asarray((self.answers - low) / (high - low) * 2 - 1)

    @property
    def told(self) -> Floats:
        """How much of an observation each answer is [R, T]; 0 where there is none."""
        given = np.isfinite(self.answers).astype(float)
        return given if self.weight is None else given * self.weight

    @property
    def answerable(self) -> Truths:
        """[R, T]: whether an answer says what it is asked for. A mood after, with none before, does
        not say what the track did to it."""
        asked = np.isfinite(self.mood.sum(axis=1))
        carries = np.array([target.carries is not None for target in self.targets])
        return np.asarray(asked[:, None] | ~carries)

    def rows(self, which: Truths | Whole) -> "RatingSet":
        """The part of the set with these rows, by mask or by index, in that order."""
        return replace(
            self,
            user=self.user[which],
            item=self.item[which],
            answers=self.answers[which],
            mood=self.mood[which],
            order=self.order[which],
            series=self.series[which],
            auxiliary=self.auxiliary[which],
            weight=None if self.weight is None else self.weight[which],
        )

    def of_users(self, users: Sequence[int] | Whole) -> "RatingSet":
        return self.rows(np.isin(self.user, users))
