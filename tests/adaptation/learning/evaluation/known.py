"""A set whose answers follow from the item alone, and learners that are right or wrong by
construction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from adaptation.learning.evaluation.store import ResultStore
from adaptation.learning.learners.base import Learner, Prediction, Recipe
from adaptation.learning.ratings import Floats, RatingSet, Target

TARGETS = (Target("liking", 1.0, 5.0, liked_from=4.0), Target("valence", -1.0, 1.0, carries=0))
ITEMS = 5


def known_set(*, users: int = 6, rows: int = 8, auxiliary: int = 2) -> RatingSet:
    """Every user rates `rows` items in turn, the first `auxiliary` of them in another setting.

    Item i has the feature i; it is liked 1 + i and leaves a valence of i/10. Rows of different
    users alternate, and `order` counts back, so that neither may be mistaken for the other.
    """
    place = np.arange(users * rows)
    user, turn = place % users, place // users
    item = (turn + user) % ITEMS
    return RatingSet(
        name="known",
        licence="made up",
        targets=TARGETS,
        feature_names=("number",),
        features=np.arange(ITEMS, dtype=float)[:, None],
        item_keys=tuple(f"item {number}" for number in range(ITEMS)),
        user_keys=tuple(f"user {number}" for number in range(users)),
        user=user,
        item=item,
        answers=truth(item),
        mood=np.where((turn < rows - auxiliary)[:, None], 0.1, np.nan) * np.ones((1, 2)),
        order=-place.astype(float),
        series=(turn < rows - auxiliary).astype(np.int64),
        auxiliary=turn >= rows - auxiliary,
        groups={"half": ["first" if number < users / 2 else "second" for number in range(users)]},
    )


def truth(item: Floats) -> Floats:
    """[N, 2]"""
    return np.column_stack([1.0 + item, item / 10])


@dataclass
class Known:
    """Answers the truth and `off` more; each rating that is given takes `better` away from it."""

    off: float = 0.0
    better: float = 0.0
    sign: float = 1.0

    def adapt(self, support: RatingSet) -> float:
        return self.off - self.better * len(support)

    def predict(self, vector: float, query: RatingSet) -> Prediction:
        mean = self.sign * truth(query.features[query.item, 0]) + vector
        return Prediction(mean, np.ones_like(mean))


def recipe_for(learner: Learner) -> Callable[[str], Recipe]:
    """Whatever the name, this learner."""

    def recipe(training: RatingSet, *, seed: int) -> Learner:
        return learner

    return lambda name: recipe


@dataclass
class Watcher(Known):
    """Remembers all that it was shown, fit by fit."""

    training: list[RatingSet] = field(default_factory=list)
    seeds: list[int] = field(default_factory=list)
    supports: list[list[RatingSet]] = field(default_factory=list)
    queries: list[list[RatingSet]] = field(default_factory=list)

    def recipe(self, training: RatingSet, *, seed: int) -> Learner:
        self.training.append(training)
        self.seeds.append(seed)
        self.supports.append([])
        self.queries.append([])
        return self

    def adapt(self, support: RatingSet) -> float:
        self.supports[-1].append(support)
        return super().adapt(support)

    def predict(self, vector: float, query: RatingSet) -> Prediction:
        self.queries[-1].append(query)
        return super().predict(vector, query)


def quiet(done: int, total: int, note: str) -> None:
    """Progress that nobody watches."""


def empty_store(folder: Path) -> ResultStore:
    return ResultStore(folder / "evaluations")
