"""How well a base answers for listeners it has never met, after K of their ratings.

Beside it stands the simplest thing that adapts, fitted on the same training listeners: the
population's answer plus the listener's own offset (adaptation/learning/learners/offset.py). What
the base gains over it is what knowing *which* tracks someone rated is worth. The full evaluation,
with folds, other learners and intervals, is `manage.py evaluate`; this is the short one that every
release carries.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from adaptation.learning.bases import Base
from adaptation.learning.datasets.histories import rating_set
from adaptation.learning.early_ratings import SHOTS
from adaptation.learning.learners.base import Learner, Prediction
from adaptation.learning.learners.relation_kernel import RelationKernel
from adaptation.learning.outcomes import OUTCOMES
from adaptation.learning.ratings import Floats, RatingSet
from adaptation.learning.relation import LEVELS
from adaptation.learning.support import Support

FIRST_QUERY = max(SHOTS)


@dataclass(frozen=True)
class Measured:
    """Root-mean-square errors after K ratings, by outcome, on the scale −1..1. An outcome that
    nobody was asked for is in none of them."""

    shots: int
    adapted: dict[str, float]
    offset_only: dict[str, float]
    covered_80: dict[str, float]  # share of answers within the stated 80 % interval


def measure(
    base: Base, plain: Learner, listeners: Sequence[Support], columns: Sequence[str]
) -> list[Measured]:
    """Errors on every rating after the tenth, for K = 0, 1, 3, 5, 10 of the first ten.

    `plain` is the offset learner. Listeners with no eleventh rating are left out. Raises ValueError
    when that leaves nobody.
    """
    usable = [history for history in listeners if len(history) > FIRST_QUERY]
    if not usable:
        raise ValueError(f"Nobody has more than {FIRST_QUERY} ratings to measure on.")
    sets = [rating_set([history], columns, "held out") for history in usable]
    return [_measure(RelationKernel(base), plain, sets, shots) for shots in SHOTS]


def _measure(
    learner: RelationKernel, plain: Learner, listeners: Sequence[RatingSet], shots: int
) -> Measured:
    adapted = [_answers(learner, listener, shots) for listener in listeners]
    offset = [_answers(plain, listener, shots) for listener in listeners]
    queries = [_queries(listener) for listener in listeners]
    answers = np.concatenate([query.answers for query in queries])
    weight = np.concatenate([query.told for query in queries])
    middle = LEVELS[1]
    inside = np.concatenate(
        [
            np.abs(query.answers - said.mean) < said.widths[middle] * np.sqrt(said.variance)
            for query, said in zip(queries, adapted, strict=True)
        ]
    )
    return Measured(
        shots,
        _root_mean_square(answers - _means(adapted), weight),
        _root_mean_square(answers - _means(offset), weight),
        _by_outcome(inside, weight),
    )


def _answers(learner: Learner, listener: RatingSet, shots: int) -> Prediction:
    support = listener.rows(np.arange(shots))
    return learner.predict(learner.adapt(support), _queries(listener))


def _queries(listener: RatingSet) -> RatingSet:
    return listener.rows(np.arange(FIRST_QUERY, len(listener)))


def _means(predictions: Sequence[Prediction]) -> Floats:
    return np.concatenate([prediction.mean for prediction in predictions])


def _root_mean_square(error: Floats, weight: Floats) -> dict[str, float]:
    squares = np.where(weight > 0, error, 0.0) ** 2
    return _by_outcome(squares, weight, lambda mean: float(np.sqrt(mean)))


def _by_outcome(
    values: Floats, weight: Floats, then: Callable[[float], float] = float
) -> dict[str, float]:
    """A function of the weighed mean of values [N, T]."""
    total = weight.sum(0)
    means = (values * weight).sum(0) / np.where(total > 0, total, 1.0)
    return {
        name: round(then(mean), 4)
        for name, mean, told in zip(OUTCOMES, means, total, strict=True)
        if told > 0
    }
