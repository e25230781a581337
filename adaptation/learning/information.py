"""The prior where many patients are adapted in one pass (adaptation/learning/batching.py): its
precision, that of a rating's noise, and where the sums over ratings go.
"""

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from adaptation.learning.relation import RelationLearner, RelationSettings

CONDITION = 1e3  # of the prior's correlations, up to which 32 bits are enough
MOOD: Final = 2  # columns: valence and arousal before


@dataclass(frozen=True)
class Prior:
    """What every patient begins with, for the n of d coordinates that can move, and where things
    lie. The matrix that is swept is −(Λ b; bᵀ ·), b = Σ hᵀ R⁻¹ r, with m = n + 1 rows."""

    vector: Tensor  # [D, 1], the vector itself
    precision: Tensor  # −P⁻¹ with zeros around [m, m, 1]
    noise: Tensor  # [pairs of answers, 2^T] −R⁻¹, under bit o where answer o was given
    terms: Tensor  # [m·m] which of the sums is added to each entry
    belief: Tensor  # [d + d (d + 1) / 2] which entry each number of a belief is; m·m: none, 0


def prior_of(learner: RelationLearner) -> Prior | None:
    """None where the precision would be inexact."""
    used = torch.nonzero(learner.covariance.diagonal() > 0).flatten()
    covariance = learner.covariance[used][:, used].double()
    deviation = covariance.diagonal().sqrt()
    values = torch.linalg.eigvalsh(covariance / deviation / deviation.unsqueeze(1))
    if len(used) and not values[0] * CONDITION > values[-1]:
        return None
    precision = torch.zeros(len(used) + 1, len(used) + 1)
    precision[:-1, :-1] = -torch.linalg.inv(covariance)
    shape = learner.settings
    return Prior(
        learner.prior().unsqueeze(-1),
        precision.unsqueeze(-1),
        _noise(learner),
        _terms(shape, used),
        _belief(shape, used),
    )


def _terms(shape: RelationSettings, used: Tensor) -> Tensor:
    """A coordinate is a column of x in the row of an answer; two of them meet in the product of the
    columns and the precision between the answers."""
    slopes = 1 + shape.relations
    answer = [o for o in range(shape.answers) for _ in range(slopes)] + list(shape.moods)
    column = [*range(slopes)] * shape.answers
    column += [slopes + axis for axis in shape.carries if axis is not None]
    o, c = torch.tensor(answer)[used], torch.tensor(column)[used]
    pairs, products = (size * (size + 1) // 2 for size in (shape.answers, slopes + MOOD))
    terms = torch.zeros(len(used) + 1, len(used) + 1, dtype=torch.long)
    terms[:-1, :-1] = pair(c, c.unsqueeze(1)) * pairs + pair(o, o.unsqueeze(1))
    terms[-1, :-1] = terms[:-1, -1] = products * pairs + c * shape.answers + o
    return terms.flatten()


def _belief(shape: RelationSettings, used: Tensor) -> Tensor:
    """As adaptation/learning/gaussian.py packs mean and covariance."""
    rows, nothing = len(used) + 1, (len(used) + 1) ** 2
    place = torch.full((shape.coordinates,), -1)
    place[used] = torch.arange(len(used))
    row, column = place[torch.tril_indices(shape.coordinates, shape.coordinates)]
    covariance = torch.where((row < 0) | (column < 0), nothing, row * rows + column)
    mean = torch.where(place < 0, nothing, (rows - 1) * rows + place)
    return torch.cat([mean, covariance])


def pair(one: Tensor, other: Tensor) -> Tensor:
    """The place of an unordered pair in 0 0, 1 0, 1 1, 2 0, …"""
    high = torch.maximum(one, other)
    return high * (high + 1) // 2 + torch.minimum(one, other)


def _noise(learner: RelationLearner) -> Tensor:
    """An answer is freed of what the given ones before it say, as RelationLearner.adapt_one does
    it."""
    answers = learner.settings.answers
    given = (torch.arange(2**answers) >> torch.arange(answers).unsqueeze(1)) & 1
    told = given.to(learner.coupling.dtype)
    coupling, noise = learner.coupling, learner.support_noise
    freed = told.new_zeros(answers, answers, told.shape[-1])  # L⁻¹: shares of the answers before
    variance = noise.unsqueeze(-1).expand_as(told).clone()
    for o in range(answers):
        freed[o, o] = told[o]
        for e in range(o):
            share = told[o] * told[e] * coupling[o, e]
            freed[o] -= share * freed[e]
            variance[o] += (1 - told[e]) * coupling[o, e] ** 2 * noise[e]
    precision = -torch.einsum("oap,op,obp->abp", freed, 1 / variance, freed)
    return precision[*torch.tril_indices(answers, answers)]


def triangle(size: int) -> list[tuple[int, int]]:
    """The unordered pairs in the order of `pair`."""
    return [(high, low) for high in range(size) for low in range(high + 1)]
