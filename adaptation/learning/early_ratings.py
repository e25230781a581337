"""What a few first ratings are worth: learned on the training people's own first ratings.

The likelihood of all rows at once (adaptation/learning/hierarchy.py) takes a person to be the same
from the first rating to the last. People are not: they settle into a scale, and their lives move
on. So how far P and the noise reach is tuned on the question that the product asks, in episodes:
the first K ratings of a training person's series are the support, those after the tenth the query
(Vinyals et al. 2016, arXiv:1606.04080). The residuals are of a population that did not know the
person, so that nothing is measured on what it was fitted to.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from scipy.optimize import minimize
from torch import Tensor

from adaptation.learning.expectation import Design
from adaptation.learning.hierarchy import Hierarchy
from adaptation.learning.ratings import Floats, Whole
from adaptation.learning.relation import GAUSSIAN_WIDTHS, LEVELS, trust_after

SHOTS = (0, 1, 3, 5, 10)
FIRST = max(SHOTS)
FEWEST_SERIES = 6
PARTS = 5  # of the people, each left out of a calibration once
PRIOR_SD = 0.5  # of the logarithm of a factor that P or the noise is scaled by
STEADINESS = (2.0, 4.0, 8.0, 16.0, 32.0, 1e4)
DOUBLE = torch.float64


@dataclass(frozen=True)
class Episodes:
    """B series: their first ratings, and those after, padded with weight 0."""

    rows: Tensor  # H of the first [B, FIRST, T, d]
    residual: Tensor  # [B, FIRST, T]
    weight: Tensor  # [B, FIRST, T]
    query_rows: Tensor  # [B, Q, T, d]
    query_residual: Tensor  # [B, Q, T]
    query_weight: Tensor  # [B, Q, T]
    person: Whole  # [B]

    def of(self, people: Whole) -> "Episodes":
        """The series of some people."""
        theirs = np.isin(self.person, people)
        here = torch.from_numpy(theirs)
        tables = {
            each.name: getattr(self, each.name)[here]
            for each in fields(self)
            if each.name != "person"
        }
        return Episodes(**tables, person=self.person[theirs])


@dataclass(frozen=True)
class Calibration:
    """How a belief is made and read: see adaptation/learning/relation.py."""

    spread: Floats  # P [d, d]
    support_noise: Floats  # R [T, T] as adapting takes it
    answer_noise: Floats  # [T] variance of an answer
    caution: Floats  # [T]
    patience: Floats  # [T]
    steadiness: Floats  # [T]


@dataclass(frozen=True)
class Answers:
    """Predictions of the episodes' queries after K ratings."""

    known: Tensor  # [B, Q, T] what the patient's coordinates add to the population's answer
    unknown: Tensor  # [B, Q, T] its variance
    count: Tensor  # [B, T]
    total: Tensor  # [B, T] of the residuals
    squares: Tensor  # [B, T] of the residuals
    offset: Tensor  # [T] prior variance of the offsets


def episodes_of(design: Design, hierarchy: Hierarchy, series: Whole) -> Episodes | None:
    """The episodes of the training rows, which are in time order within a series [R]; −1 marks rows
    of no series. None when too few series are long enough to tell anything."""
    runs = [np.flatnonzero(series == one) for one in np.unique(series[series >= 0])]
    runs = [run for run in runs if len(run) > FIRST]
    if len(runs) < FEWEST_SERIES:
        return None
    longest = max(map(len, runs)) - FIRST

    def first(values: Floats) -> Tensor:
        return torch.from_numpy(np.stack([values[run[:FIRST]] for run in runs]))

    def later(values: Floats) -> Tensor:
        padded = np.zeros((len(runs), longest, *values.shape[1:]))
        for place, run in enumerate(runs):
            padded[place, : len(run) - FIRST] = values[run[FIRST:]]
        return torch.from_numpy(padded)

    return Episodes(
        first(design.rows),
        first(hierarchy.residual),
        first(design.weight),
        later(design.rows),
        later(hierarchy.residual),
        later(design.weight),
        design.person[np.array([run[0] for run in runs])],
    )


def uncalibrated(hierarchy: Hierarchy) -> Calibration:
    """The hierarchy as it is, for when there is nothing to calibrate by."""
    targets = hierarchy.noise.shape[1]
    noise = hierarchy.noise[0]
    nothing = np.zeros(targets)
    return Calibration(
        hierarchy.spread, noise, np.diag(noise).copy(), nothing, nothing, np.full(targets, 1e4)
    )


def calibrate(hierarchy: Hierarchy, episodes: Episodes, kinds: Whole) -> Calibration:
    """P, noise, caution and steadiness that answer the episodes best. `kinds` [d] says which
    coordinates are scaled together."""
    calibration = _scaled(hierarchy, episodes, kinds)
    calibration = replace(calibration, caution=_caution(calibration, episodes))
    return replace(calibration, steadiness=_steadiness(calibration, episodes))


def trials(
    hierarchy: Hierarchy, episodes: Episodes, kinds: Whole
) -> list[tuple[Calibration, Episodes]]:
    """Every person's episodes, with a calibration that was tuned without them: one part of the
    people after the other is left out."""
    people = np.unique(episodes.person)
    found = []
    for part in range(min(PARTS, len(people))):
        theirs = people[part::PARTS]
        tuned = calibrate(hierarchy, episodes.of(np.setdiff1d(people, theirs)), kinds)
        found.append((tuned, episodes.of(theirs)))
    return found


def _scaled(hierarchy: Hierarchy, episodes: Episodes, kinds: Whole) -> Calibration:
    """P and both noises, each scaled as answers the episodes best."""
    targets = hierarchy.noise.shape[1]
    spread, noise = torch.from_numpy(hierarchy.spread), torch.from_numpy(hierarchy.noise[0])
    members = torch.from_numpy(kinds)

    def scaled(steps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        reach = torch.exp(steps[: -2 * targets])[members]
        support = torch.exp(steps[-2 * targets : -targets])
        answer = torch.exp(2 * steps[-targets:])
        return (
            reach[:, None] * spread * reach,
            support[:, None] * noise * support,
            noise.diagonal() * answer,
        )

    def loss(at: Floats) -> tuple[float, Floats]:
        steps = torch.tensor(at, dtype=DOUBLE, requires_grad=True)
        scaled_spread, support, answer = scaled(steps)
        surprise = steps.square().sum() / (2 * PRIOR_SD**2)
        for shots in SHOTS:
            after = answers_after(episodes, shots, scaled_spread, support)
            each = _surprise(episodes, after.known, after.unknown + answer)
            surprise = surprise + each.sum() / len(SHOTS)
        (gradient,) = torch.autograd.grad(surprise, steps)
        return surprise.item(), gradient.numpy()

    start = np.zeros(int(kinds.max()) + 1 + 2 * targets)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 40})
    reach, support, answer = (part.numpy() for part in scaled(torch.from_numpy(found.x)))
    nothing = np.zeros(targets)
    return Calibration(reach, support, answer, nothing, nothing, np.full(targets, 1e4))


def answers_after(episodes: Episodes, shots: int, spread: Tensor, support_noise: Tensor) -> Answers:
    """What the first `shots` ratings of every series tell of its queries."""
    series, _, targets, width = episodes.rows.shape
    weight = episodes.weight[:, :shots]
    seen = episodes.rows[:, :shots].reshape(series, shots * targets, width)
    residual = episodes.residual[:, :shots]
    mean, covariance = torch.zeros(series, width, dtype=DOUBLE), spread.expand(series, -1, -1)
    if shots:
        noise = torch.kron(torch.eye(shots, dtype=DOUBLE), support_noise)
        told = weight.reshape(series, -1)
        # An answer that was not given has no part: its row is 0, and its noise stands alone.
        given = (told > 0).to(DOUBLE)
        noise = noise * given[:, :, None] * given[:, None, :] + torch.diag_embed(1 - given)
        seen = seen * told.sqrt()[:, :, None]
        known = residual.reshape(series, -1) * told.sqrt()
        spread_seen = seen @ spread
        gain = torch.linalg.solve(spread_seen @ seen.transpose(1, 2) + noise, spread_seen)
        mean = (gain.transpose(1, 2) @ known[:, :, None])[..., 0]
        covariance = spread - gain.transpose(1, 2) @ spread_seen
    known = torch.einsum("bqtd,bd->bqt", episodes.query_rows, mean)
    unknown = torch.einsum(
        "bqtd,bde,bqte->bqt", episodes.query_rows, covariance, episodes.query_rows
    )
    sums = (weight.sum(1), (weight * residual).sum(1), (weight * residual**2).sum(1))
    return Answers(known, unknown, *sums, spread.diagonal()[_offsets(targets, width, episodes)])


def _offsets(targets: int, width: int, episodes: Episodes) -> list[int]:
    """Which coordinate is each answer's offset: the first that is 1 in all its rows."""
    constant = (episodes.rows == 1).all(dim=0).all(dim=0)  # [T, d]
    return [int(torch.nonzero(constant[target])[0]) for target in range(targets)]


def _surprise(episodes: Episodes, mean: Tensor, variance: Tensor) -> Tensor:
    """Negative log-likelihood of each series' queries [B], in nats, a mean over answers."""
    error = episodes.query_residual - mean
    each = 0.5 * (error**2 / variance + torch.log(variance)) * episodes.query_weight
    return each.sum((1, 2)) / episodes.rows.shape[2]


def tensors(calibration: Calibration) -> tuple[Tensor, Tensor]:
    """P and R of `answers_after`."""
    return torch.from_numpy(calibration.spread), torch.from_numpy(calibration.support_noise)


def surprises(calibration: Calibration, episodes: Episodes) -> Floats:
    """Negative log-likelihood of each series' queries under what is served [B], in nats, a mean
    over K and answers."""
    total = torch.zeros(len(episodes.rows), dtype=DOUBLE)
    for shots in SHOTS:
        after = answers_after(episodes, shots, *tensors(calibration))
        total = total + _surprise(episodes, *read(after, calibration))
    return np.asarray(total.numpy() / len(SHOTS))


def _caution(calibration: Calibration, episodes: Episodes) -> Floats:
    """c of relation.trust_after, the least squared error on the episodes, by answer."""
    after = [answers_after(episodes, shots, *tensors(calibration)) for shots in SHOTS[1:]]
    grid = np.concatenate([[0.0], np.geomspace(0.05, 20, 60)])
    at_once = torch.tensor(0.0)
    errors = []
    for caution in grid:
        total = torch.zeros(episodes.rows.shape[2], dtype=DOUBLE)
        for answers in after:
            trust = trust_after(answers.count, torch.tensor(caution), at_once)[:, None]
            error = episodes.query_residual - trust * answers.known
            total = total + (error**2 * episodes.query_weight).sum((0, 1))
        errors.append(total.numpy())
    return np.asarray(grid[np.argmin(errors, axis=0)])


def _steadiness(calibration: Calibration, episodes: Episodes) -> Floats:
    """ν of the inverse-gamma noise that makes the queries most probable, by answer."""
    after = [answers_after(episodes, shots, *tensors(calibration)) for shots in SHOTS[1:]]
    surprises = []
    for steadiness in STEADINESS:
        total = torch.zeros(episodes.rows.shape[2], dtype=DOUBLE)
        for answers in after:
            mean, variance = read(answers, calibration, np.full(len(total), steadiness))
            error = episodes.query_residual - mean
            each = (error**2 / variance + torch.log(variance)) * episodes.query_weight
            total = total + each.sum((0, 1))
        surprises.append(total.numpy())
    return np.asarray(np.array(STEADINESS)[np.argmin(surprises, axis=0)])


def read(
    answers: Answers, calibration: Calibration, steadiness: Floats | None = None
) -> tuple[Tensor, Tensor]:
    """Mean and variance [B, Q, T] of the residuals that the served model predicts."""
    own = torch.from_numpy(calibration.steadiness if steadiness is None else steadiness)
    noise = torch.from_numpy(calibration.answer_noise)
    caution = torch.from_numpy(calibration.caution)
    patience = torch.from_numpy(calibration.patience)
    trust = trust_after(answers.count, caution, patience)[:, None]
    unexplained = answers.total**2 * answers.offset / (answers.count * answers.offset + noise)
    around = (answers.squares - unexplained).clamp(min=0)
    scaled = (own * noise + around) / (own + answers.count)
    return trust * answers.known, answers.unknown + scaled[:, None]


def interval_widths(calibration: Calibration, episodes: Episodes) -> Floats:
    """Half-widths [levels, T], in stated standard deviations, of the central intervals that hold
    as many of the episodes' answers as their level says: answers are no Gaussians."""
    sizes = []
    for shots in SHOTS:
        mean, variance = read(answers_after(episodes, shots, *tensors(calibration)), calibration)
        sizes.append(((episodes.query_residual - mean).abs() / variance.sqrt()).numpy())
    size = np.concatenate(sizes).reshape(-1, episodes.rows.shape[2])
    weight = np.tile(episodes.query_weight.numpy(), (len(SHOTS), 1, 1)).reshape(size.shape)
    columns = [
        np.quantile(size[weight[:, at] > 0, at], LEVELS)
        if (weight[:, at] > 0).any()
        else GAUSSIAN_WIDTHS
        for at in range(size.shape[1])
    ]
    return np.column_stack(columns)


def gaussian_widths(targets: int) -> Floats:
    """Half-widths [levels, T] where there is nothing to calibrate by."""
    return np.tile(np.array(GAUSSIAN_WIDTHS)[:, None], targets)
