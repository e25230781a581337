"""How well a base answers for listeners it has never met, after K of their ratings.

Beside the learner stands the simplest thing that adapts: the population's answer plus the
listener's own offset, shrunk as far as the offset's prior says (the same base with every slope
forgotten). What the learner gains over it is what knowing *which* tracks someone rated is worth.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from adaptation.learning import gaussian
from adaptation.learning.episodes import SHOTS, Batch, rows_of
from adaptation.learning.outcomes import OUTCOMES
from adaptation.learning.relation import RelationLearner
from adaptation.learning.support import Support

FIRST_QUERY = max(SHOTS)


@dataclass(frozen=True)
class Measured:
    """Root-mean-square errors after K ratings, by outcome, on the scale −1..1."""

    shots: int
    adapted: dict[str, float]
    offset_only: dict[str, float]
    covered_80: dict[str, float]  # share of answers within the stated 80 % interval


def measure(learner: RelationLearner, listeners: Sequence[Support]) -> list[Measured]:
    """Errors on every rating after the tenth, for K = 0, 1, 3, 5, 10 of the first ten.

    Listeners with no eleventh rating are left out. Raises ValueError when that leaves nobody.
    """
    usable = [history for history in listeners if len(history) > FIRST_QUERY]
    if not usable:
        raise ValueError(f"Nobody has more than {FIRST_QUERY} ratings to measure on.")
    query = Batch.of([rows_of(history, FIRST_QUERY, len(history)) for history in usable])
    with torch.inference_mode():
        return [_measure(learner, usable, query, shots) for shots in SHOTS]


def _measure(
    learner: RelationLearner, listeners: Sequence[Support], query: Batch, shots: int
) -> Measured:
    support = Batch.of([rows_of(history, 0, shots) for history in listeners])
    vector = learner.prior().expand(len(listeners), -1)
    vector = learner.adapt(vector, support.features, support.mood, support.outcome, support.weight)
    mean, variance = learner.predict(vector, query.features, query.mood)
    plain = learner.expected(query.features, query.mood) + _offsets(learner, support).unsqueeze(1)
    inside = ((query.outcome - mean).abs() < 1.2816 * variance.sqrt()).float()
    return Measured(
        shots,
        _by_outcome(_root_mean_square(query.outcome - mean, query.weight)),
        _by_outcome(_root_mean_square(query.outcome - plain, query.weight)),
        _by_outcome((inside * query.weight).sum((0, 1)) / query.weight.sum((0, 1))),
    )


def _offsets(learner: RelationLearner, support: Batch) -> Tensor:
    """Each listener's shrunken mean residual [B, 3]."""
    _, covariance = gaussian.unpack(learner.prior(), learner.settings.coordinates)
    places = [block * (1 + learner.settings.relations) for block in range(len(OUTCOMES))]
    shrinkage = learner.noise() / covariance.diagonal()[places]
    residual = support.outcome - learner.expected(support.features, support.mood)
    return (residual * support.weight).sum(1) / (support.weight.sum(1) + shrinkage)


def _root_mean_square(error: Tensor, weight: Tensor) -> Tensor:
    return ((error**2 * weight).sum((0, 1)) / weight.sum((0, 1))).sqrt()


def _by_outcome(values: Tensor) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(OUTCOMES, values, strict=True)}
