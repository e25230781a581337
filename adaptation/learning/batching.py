"""Adapting many patients in one pass: what relation.py does rating by rating, for all of them.

A Gaussian belief can be carried as its precision, to which observations add up in any order (the
information filter; Särkkä 2013, *Bayesian Filtering and Smoothing*, chapter 4). With rows h, noise
R, prior N(0, P) and residuals r,

    Λ = P⁻¹ + Σ hᵀ R⁻¹ h,    covariance Λ⁻¹,    mean Λ⁻¹ Σ hᵀ R⁻¹ r.

Every patient has the same P, which is inverted once. The row of an answer is the rating's columns
x = (1, φ, mood) in the coordinates of that answer. So an entry of Λ is a sum over ratings of two
columns and an entry of R⁻¹, and only these products are summed; R hangs on which answers were given
alone, so it is inverted once for each way to give some of them. Patients lie in the last dimension
(adaptation/learning/sweeping.py).
"""

import torch
from torch import Tensor

from adaptation.learning.information import MOOD, Prior, prior_of, triangle
from adaptation.learning.rated import Ratings
from adaptation.learning.relation import SUMS, RelationLearner
from adaptation.learning.sweeping import sweep

PATIENTS = 2048  # at once: more, and what they need leaves the processor's caches


def adapt(learner: RelationLearner, ratings: Ratings) -> Tensor:
    """The vectors [B, D] of patients who began with the prior: RelationLearner.adapt's, to 1e-5.

    A prior in which a coordinate nearly follows from others is left to that function.
    """
    with torch.inference_mode():
        if not ratings.rated.numel():
            return learner.prior().repeat(len(ratings), 1)
        prior = prior_of(learner)
        if prior is None:
            return _one_after_the_other(learner, ratings)
        still = torch.zeros(len(ratings.tracks), MOOD)
        known = torch.cat(
            [learner.relations_of(ratings.tracks), learner.expected(ratings.tracks, still)], dim=-1
        ).T.contiguous()
        vectors, desk = torch.empty(learner.vector_size, len(ratings)), _Desk()
        for first in range(0, len(ratings), PATIENTS):
            some = slice(first, first + PATIENTS)
            _adapt_some(learner, prior, known, ratings.of(some), desk, vectors[:, some])
        return vectors.T


def _one_after_the_other(learner: RelationLearner, ratings: Ratings) -> Tensor:
    vectors = learner.prior().expand(len(ratings), -1)
    features = ratings.tracks[ratings.rated]
    return learner.adapt(vectors, features, ratings.mood, ratings.outcome, ratings.weight)


class _Desk:
    """Room for what a pass computes, used by the next pass again: new room for each would cost as
    much as the sums."""

    def __init__(self) -> None:
        self._room: dict[str, Tensor] = {}

    def of(self, name: str, *shape: int) -> Tensor:
        """Holding whatever was there."""
        held = self._room.get(name)
        if held is None or held.shape != shape:
            held = self._room[name] = torch.empty(shape)
        return held


def _adapt_some(
    learner: RelationLearner,
    prior: Prior,
    known: Tensor,
    ratings: Ratings,
    desk: _Desk,
    vectors: Tensor,
) -> None:
    """Into `vectors` [D, B], from what is known of the tracks [relations + T, I]."""
    columns, residual, weight = _read(learner, known, ratings, desk)
    sums = _sums(columns, _precision(prior, weight, desk), residual, desk)
    belief, told, total, squares = vectors.split([len(prior.belief), *[len(weight)] * SUMS])
    torch.index_select(_swept(prior, sums, desk), 0, prior.belief, out=belief)
    torch.sum(weight, 1, out=told)
    torch.sum(weight.mul_(residual), 1, out=total)
    torch.sum(residual.mul_(weight), 1, out=squares)
    vectors[:, told.sum(0) == 0] = prior.vector  # to the last digit


def _read(
    learner: RelationLearner, known: Tensor, ratings: Ratings, desk: _Desk
) -> tuple[Tensor, Tensor, Tensor]:
    """x [1 + relations + 2, S, B], residuals and weights [T, S, B]."""
    relations, answers = learner.settings.relations, learner.settings.answers
    patients, size = ratings.rated.shape
    columns = desk.of("columns", 1 + relations + MOOD, size, patients)
    residual = desk.of("residual", answers, size, patients)
    weight = desk.of("weight", answers, size, patients)
    heard = ratings.rated.T.flatten()
    columns[0] = 1
    torch.index_select(known[:relations], 1, heard, out=columns[1:-MOOD].flatten(1))
    columns[-MOOD:] = ratings.mood.permute(2, 1, 0)
    torch.index_select(known[relations:], 1, heard, out=residual.flatten(1))
    residual.flatten(1).addmm_(learner.carry.weight, columns[-MOOD:].flatten(1))
    torch.sub(ratings.outcome.permute(2, 1, 0), residual, out=residual)
    return columns, residual, weight.copy_(ratings.weight.permute(2, 1, 0))


def _swept(prior: Prior, sums: Tensor, desk: _Desk) -> Tensor:
    """The covariance and the mean, [m·m + 1, B]; the last row is 0."""
    rows = len(prior.precision)
    swept = desk.of("swept", rows * rows + 1, sums.shape[-1])
    torch.index_select(sums, 0, prior.terms, out=swept[:-1])
    swept[-1] = 0
    matrices = swept[:-1].view(rows, rows, -1)
    matrices += prior.precision
    sweep(matrices, rows - 1)
    return swept


def _precision(prior: Prior, weight: Tensor, desk: _Desk) -> Tensor:
    """−R⁻¹ of every rating: its lower triangle [pairs, S, B], from weights [T, S, B]."""
    given = desk.of("given", *weight.shape[1:]).zero_()
    root = torch.sqrt(weight, out=desk.of("root", *weight.shape))
    for o, own in enumerate(root):
        given.add_(torch.sign(own, out=desk.of("told", *given.shape)), alpha=2**o)
    precision = desk.of("precision", len(prior.noise), *given.shape)
    torch.index_select(prior.noise, 1, given.flatten().int(), out=precision.flatten(1))
    for entry, (high, low) in zip(precision, triangle(len(weight)), strict=True):
        entry.mul_(root[high]).mul_(root[low])
    return precision


def _sums(columns: Tensor, precision: Tensor, residual: Tensor, desk: _Desk) -> Tensor:
    """Sums over the ratings, [·, B]: of two columns and an entry of the precision, then of a column
    and a residual that the precision weighs."""
    weighed = desk.of("weighed", *residual.shape).zero_()
    for entry, (high, low) in zip(precision, triangle(len(residual)), strict=True):
        weighed[high].addcmul_(entry, residual[low])
        if high != low:
            weighed[low].addcmul_(entry, residual[high])
    products = desk.of("products", len(triangle(len(columns))), *columns.shape[1:])
    for c, own in enumerate(products.split([*range(1, len(columns) + 1)])):
        torch.mul(columns[: c + 1], columns[c], out=own)
    quadratic = len(products) * len(precision)
    sums = desk.of("sums", quadratic + len(columns) * len(residual), columns.shape[-1])
    _over_ratings(products, precision, sums[:quadratic])
    _over_ratings(columns, weighed, sums[quadratic:])
    return sums


def _over_ratings(one: Tensor, other: Tensor, total: Tensor) -> None:
    """Σ_s one[i, s] other[j, s]: [I, S, B] and [J, S, B] → [I·J, B]."""
    total = total.view(len(one), len(other), -1)
    torch.mul(one[:, None, 0], other[None, :, 0], out=total)
    for s in range(1, one.shape[1]):
        total.addcmul_(one[:, None, s], other[None, :, s])
