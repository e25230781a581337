"""Adapting many patients in one pass: what relation.py does rating by rating, for all of them.

A Gaussian belief can be carried as its precision, to which observations add up in any order (the
information filter; Särkkä 2013, *Bayesian Filtering and Smoothing*, chapter 4). With rows h, noise
R, prior N(0, P) and residuals r,

    Λ = P⁻¹ + Σ hᵀ R⁻¹ h,    covariance Λ⁻¹,    mean Λ⁻¹ Σ hᵀ R⁻¹ r.

Every patient has the same P, which is inverted once. The row of an answer is the rating's columns
x = (1, φ, mood) in the coordinates of that answer. So an entry of Λ is a sum over ratings of two
columns and an entry of R⁻¹, and only these products are summed. Patients lie in the last dimension
(adaptation/learning/sweeping.py).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from adaptation.learning.rated import Ratings
from adaptation.learning.relation import RelationLearner, RelationSettings
from adaptation.learning.sweeping import sweep

PATIENTS = 1024  # at once: more, and what they need leaves the processor's caches
CONDITION = 1e3  # of the prior's correlations, up to which 32 bits are enough
MOOD = 2  # columns: valence and arousal before


def adapt(learner: RelationLearner, ratings: Ratings) -> Tensor:
    """The vectors [B, D] of patients who began with the prior: RelationLearner.adapt's, to 1e-5.

    A prior in which a coordinate nearly follows from others is left to that function.
    """
    with torch.inference_mode():
        prior = _prior(learner)
        if prior is None:
            return _one_after_the_other(learner, ratings)
        still = torch.zeros(len(ratings.tracks), MOOD)
        known = torch.cat(
            [learner.relations_of(ratings.tracks), learner.expected(ratings.tracks, still)], dim=-1
        ).T.contiguous()
        vectors = torch.empty(len(ratings), learner.vector_size)
        for first in range(0, len(ratings), PATIENTS):
            some = slice(first, first + PATIENTS)
            vectors[some] = _vectors(learner, prior, known, ratings.of(some)).T
        vectors[~(ratings.weight > 0).flatten(1).any(1)] = learner.prior()  # to the last digit
        return vectors


def _one_after_the_other(learner: RelationLearner, ratings: Ratings) -> Tensor:
    vectors = learner.prior().expand(len(ratings), -1)
    features = ratings.tracks[ratings.rated]
    return learner.adapt(vectors, features, ratings.mood, ratings.outcome, ratings.weight)


@dataclass(frozen=True)
class _Prior:
    """What every patient begins with, for the n of d coordinates that can move, and where things
    lie. The matrix that is swept is −(Λ b; bᵀ ·), b = Σ hᵀ R⁻¹ r, with m = n + 1 rows."""

    precision: Tensor  # −P⁻¹ with zeros around [m, m, 1]
    terms: Tensor  # [m·m] which of `_sums` is added to each entry
    belief: Tensor  # [d + d (d + 1) / 2] which entry each number of a belief is; m·m: none, 0


def _prior(learner: RelationLearner) -> _Prior | None:
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
    return _Prior(precision.unsqueeze(-1), _terms(shape, used), _belief(shape, used))


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
    terms[:-1, :-1] = _pair(c, c.unsqueeze(1)) * pairs + _pair(o, o.unsqueeze(1))
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


def _pair(one: Tensor, other: Tensor) -> Tensor:
    """The place of an unordered pair in 0 0, 1 0, 1 1, 2 0, …"""
    high = torch.maximum(one, other)
    return high * (high + 1) // 2 + torch.minimum(one, other)


def _vectors(learner: RelationLearner, prior: _Prior, known: Tensor, ratings: Ratings) -> Tensor:
    """[D, B], from what is known of the tracks [relations + T, I]."""
    relations = learner.settings.relations
    mood, outcome, weight = (
        part.permute(2, 1, 0).contiguous()  # [·, S, B]
        for part in (ratings.mood, ratings.outcome, ratings.weight)
    )
    heard = known.index_select(1, ratings.rated.T.flatten()).unflatten(1, mood.shape[1:])
    carried = (learner.carry.weight @ mood.flatten(1)).view_as(outcome)
    residual = outcome - heard[relations:] - carried
    columns = torch.cat([torch.ones_like(mood[:1]), heard[:relations], mood])
    sums = _sums(columns, _precision(learner, weight), residual)
    rows = len(prior.precision)
    swept = torch.zeros(rows * rows + 1, mood.shape[-1])
    matrices = swept[:-1].view(rows, rows, -1)
    torch.index_select(sums, 0, prior.terms, out=swept[:-1])
    matrices += prior.precision
    sweep(matrices, rows - 1)
    belief = swept.index_select(0, prior.belief)
    total = weight * residual
    return torch.cat([belief, weight.sum(1), total.sum(1), (total * residual).sum(1)])


def _precision(learner: RelationLearner, weight: Tensor) -> list[list[Tensor]]:
    """−R⁻¹ of every rating: its lower triangle, [S, B] each, from weights [T, S, B]. An answer is
    freed of what the given ones before it say, as RelationLearner.adapt_one does it."""
    told = (weight > 0).to(weight.dtype)
    coupling, noise = learner.coupling.tolist(), learner.support_noise.tolist()
    freed: list[list[Tensor]] = []  # shares of the answers before
    precision: list[list[Tensor]] = []
    for o in range(len(weight)):
        variance = torch.full_like(weight[o], -noise[o])
        shares = [told[e] * -coupling[o][e] for e in range(o)]
        row = list(shares)
        for e in range(o):
            variance -= (1 - told[e]) * (coupling[o][e] ** 2 * noise[e])
            for f in range(e):
                row[f] = row[f] + shares[e] * freed[e][f]
        own = told[o] / variance
        freed.append(row)
        precision.append([*(own * share for share in row), own])
    root = weight.sqrt()
    for a, entries in enumerate(precision):
        for b, entry in enumerate(entries):
            for o in range(a + 1, len(precision)):
                entry.addcmul_(precision[o][a], freed[o][b])
            entry.mul_(root[a] * root[b])
    return precision


def _sums(columns: Tensor, precision: list[list[Tensor]], residual: Tensor) -> Tensor:
    """Sums over the ratings, [·, B]: of two columns and an entry of the precision, then of a column
    and a residual that the precision weighs."""
    weighed = torch.zeros_like(residual)
    for a in range(len(residual)):
        for b in range(len(residual)):
            weighed[a].addcmul_(precision[max(a, b)][min(a, b)], residual[b])
    pairs = torch.stack([entry for entries in precision for entry in entries])
    products = torch.cat([columns[: c + 1] * columns[c] for c in range(len(columns))])
    return torch.cat([_over_ratings(products, pairs), _over_ratings(columns, weighed)])


def _over_ratings(one: Tensor, other: Tensor) -> Tensor:
    """Σ_s one[i, s] other[j, s]: [I, S, B] and [J, S, B] → [I·J, B]."""
    total = torch.zeros(len(one), len(other), one.shape[-1])
    for s in range(one.shape[1]):
        total.addcmul_(one[:, None, s], other[None, :, s])
    return total.flatten(0, 1)
