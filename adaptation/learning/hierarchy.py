"""A hierarchical linear model of several answers at once, fitted by expectation–maximisation.

For the T answers of person u in row r

    y_r = B x_r + H_r z_u + ε_r,     z_u ~ N(0, P),     ε_r ~ N(0, R_setting)

with B the population's weights, whose columns in group g are N(0, Λ_g) across answers, and z_u the
person's coordinates, which all answers share through P. Empirical Bayes: P, R and every Λ_g are
those that make the training rows most probable, found by EM (Laird & Ware 1982,
doi 10.2307/2529876); nothing is chosen by hand or by looking at people who are tested on. With few
people P would be too sure of what it saw, so it is drawn to its own diagonal by PRIOR_PEOPLE.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from adaptation.learning import distributed
from adaptation.learning.distributed import Team
from adaptation.learning.ratings import Floats, Whole

ITERATIONS = 8
PRIOR_PEOPLE = 4.0
FREE = 1e2  # prior variance of the columns of group 0: they are not drawn to 0

Progress = Callable[[int, int], None]
"""Called with the iteration and the number of iterations."""


@dataclass(frozen=True)
class Design:
    """R rows: standardised answers, and how population and person enter them."""

    columns: Floats  # x [R, p]
    groups: Whole  # [p]; group 0 holds the columns that are always needed
    rows: Floats  # H [R, T, d]
    answers: Floats  # y [R, T]; 0 where there is none
    weight: Floats  # [R, T] in 0..1; 0: no answer, 1/n: one n-th of an observation
    setting: Whole  # [R]: which R the row's noise follows, from 0
    person: Whole  # [R]

    @cached_property
    def people(self) -> list[Whole]:
        """The rows of each person."""
        return [np.flatnonzero(self.person == person) for person in np.unique(self.person)]


@dataclass(frozen=True)
class Hierarchy:
    """The fitted model."""

    population: Floats  # B [T, p]
    spread: Floats  # P [d, d]
    noise: Floats  # R [settings, T, T]
    strengths: Floats  # Λ [groups, T, T]
    residual: Floats  # [R, T]: y − B₋ᵤ x, with B₋ᵤ fitted without the row's own person


@dataclass(frozen=True)
class _Person:
    """One person's part in the normal equations of B, with z integrated out."""

    precision: Floats  # [Tp, Tp]
    weighted: Floats  # [Tp]
    covariance: Floats  # of z given B [d, d]
    crossing: Floats  # Σ xᵀ W H [Tp, d]
    told: Floats  # Σ Hᵀ W y [d]


def fit(
    design: Design, *, iterations: int = ITERATIONS, progress: Progress | None = None
) -> Hierarchy:
    """The hierarchy that explains the design's answers.

    Under torchrun every process works on its share of the people and their sums are added up, so
    that all hold the hierarchy that one process alone would find, but for rounding.
    """
    targets, coordinates = design.rows.shape[1:]
    strengths = np.array([np.eye(targets) * 0.05 for _ in range(int(design.groups.max()) + 1)])
    strengths[0] = np.eye(targets) * FREE
    spread = np.eye(coordinates) * 0.05
    noise = np.array([np.eye(targets) * 0.6 for _ in range(int(design.setting.max()) + 1)])
    team = distributed.team()
    mine = team.part(design.people)
    for iteration in range(iterations):
        people = [_person(design, rows, spread, noise) for rows in mine]
        precision, weighted = _normal_equations(people, team)
        inverse = _inverse(_prior(design, strengths) + precision)
        weights = inverse @ weighted
        moments, squares = _expected(design, mine, people, weights, inverse)
        spread = _spread(team.total(moments), len(design.people))
        noise = _noises(design, team.total(squares), noise)
        strengths = _strengths(design, weights, inverse, strengths)
        if progress is not None:
            progress(iteration + 1, iterations)
    people = [_person(design, rows, spread, noise) for rows in mine]
    precision, weighted = _normal_equations(people, team)
    precision += _prior(design, strengths)
    population = np.asarray(np.linalg.solve(precision, weighted).reshape(targets, -1), np.float64)
    residual = team.total(_left_out_residuals(design, mine, people, precision, weighted))
    return Hierarchy(population, spread, noise, strengths, residual)


def _normal_equations(people: list[_Person], team: Team) -> tuple[Floats, Floats]:
    """Precision [Tp, Tp] and weighted answers [Tp] of everybody, without the prior."""
    precision = np.sum([person.precision for person in people], axis=0)
    weighted = np.sum([person.weighted for person in people], axis=0)
    return team.total(precision), team.total(weighted)


def _person(design: Design, rows: Whole, spread: Floats, noise: Floats) -> _Person:
    columns, seen, answers = design.columns[rows], design.rows[rows], design.answers[rows]
    weights = _row_weights(design, rows, noise)  # [n, T, T]
    weighted_rows = weights @ seen
    covariance = _inverse(_inverse(spread) + np.tensordot(seen, weighted_rows, ([0, 1], [0, 1])))
    crossing = _crossing(weighted_rows, columns)
    weighted_answers = (weights @ answers[:, :, None])[..., 0]
    told = (seen * weighted_answers[:, :, None]).sum((0, 1))
    targets = range(answers.shape[1])
    blocks = [
        [(columns.T * weights[:, one, other]) @ columns for other in targets] for one in targets
    ]
    precision = np.block(blocks) - crossing @ covariance @ crossing.T
    weighted = (weighted_answers.T @ columns).reshape(-1) - crossing @ (covariance @ told)
    return _Person(precision, weighted, covariance, crossing, told)


def _crossing(weighted_rows: Floats, columns: Floats) -> Floats:
    """Σ xᵀ W H over rows: [n, T, d] and [n, p] → [Tp, d]."""
    blocks = np.tensordot(weighted_rows, columns, (0, 0)).transpose(0, 2, 1)  # [T, p, d]
    return np.asarray(blocks.reshape(-1, blocks.shape[-1]), np.float64)


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), np.float64)


def _row_weights(design: Design, rows: Whole, noise: Floats) -> Floats:
    """Inverse noise [n, T, T] of the answers that each row has; 0 for those it lacks."""
    weight, setting = design.weight[rows], design.setting[rows]
    told = weight > 0
    pattern = np.column_stack([told, setting])
    result = np.zeros((len(rows), *noise.shape[1:]))
    for known in np.unique(pattern, axis=0):
        these = np.flatnonzero((pattern == known).all(axis=1))
        at = np.flatnonzero(known[:-1])
        block = np.ix_(at, at)
        inverse = np.zeros(noise.shape[1:])
        inverse[block] = np.linalg.inv(noise[known[-1]][block])
        root = np.sqrt(weight[these])
        result[these] = root[:, :, None] * inverse * root[:, None, :]
    return result


def _prior(design: Design, strengths: Floats) -> Floats:
    """Prior precision of B [Tp, Tp]."""
    targets, width = strengths.shape[1], len(design.groups)
    prior = np.zeros((targets, width, targets, width))
    inverse = np.linalg.inv(strengths)[design.groups]  # [p, T, T]
    place = np.arange(width)
    for one in range(targets):
        for other in range(targets):
            prior[one, place, other, place] = inverse[:, one, other]
    return prior.reshape(targets * width, targets * width)


def _expected(
    design: Design, mine: list[Whole], people: list[_Person], weights: Floats, inverse: Floats
) -> tuple[Floats, Floats]:
    """Expected Σ z zᵀ over these people [d, d], and expected products of errors of their rows
    [R, T, T], 0 in all others."""
    targets, coordinates = design.rows.shape[1:]
    population = weights.reshape(targets, -1)
    moments = np.zeros((coordinates, coordinates))
    squares = np.zeros((len(design.answers), targets, targets))
    short = inverse.astype(np.float32)  # an average of variances needs no more digits
    for rows, person in zip(mine, people, strict=True):
        pulled = person.covariance @ person.crossing.T  # how z follows B [d, Tp]
        mean = person.covariance @ person.told - pulled @ weights
        moments += np.outer(mean, mean) + person.covariance + pulled @ inverse @ pulled.T
        seen, columns = design.rows[rows], design.columns[rows]
        error = design.answers[rows] - columns @ population.T - seen @ mean
        lever = np.einsum("ab,np->nabp", np.eye(targets), columns)
        lever = (lever.reshape(len(rows), targets, -1) - seen @ pulled).astype(np.float32)
        unsure = (lever @ (lever @ short).transpose(0, 2, 1)).astype(np.float64)
        unsure += seen @ person.covariance @ seen.transpose(0, 2, 1)
        squares[rows] = error[:, :, None] * error[:, None, :] + unsure
    return moments, squares


def _spread(moments: Floats, people: int) -> Floats:
    """P, drawn to its diagonal."""
    own = PRIOR_PEOPLE * np.diag(np.diag(moments)) / people
    return (moments + own) / (people + PRIOR_PEOPLE)


def _noises(design: Design, squares: Floats, before: Floats) -> Floats:
    """R of every setting."""
    return np.array([_noise(design, squares, at, noise) for at, noise in enumerate(before)])


def _noise(design: Design, squares: Floats, setting: int, before: Floats) -> Floats:
    """R of a setting from expected squares and products of errors, pair by pair of answers."""
    root = np.sqrt(design.weight[design.setting == setting])
    paired = root[:, :, None] * root[:, None, :]
    total = paired.sum(0)
    mean = (squares[design.setting == setting] * paired).sum(0) / np.maximum(total, 1e-9)
    noise = np.where(total > 0, mean, np.where(np.eye(len(before)) > 0, before, 0.0))
    values, vectors = np.linalg.eigh((noise + noise.T) / 2)
    return np.asarray((vectors * np.maximum(values, 1e-4)) @ vectors.T)


def _strengths(design: Design, weights: Floats, inverse: Floats, before: Floats) -> Floats:
    """Λ of every group but the first, from the expected squares of its columns' weights."""
    targets, width = before.shape[1], len(design.groups)
    population = weights.reshape(targets, width)
    covariance = inverse.reshape(targets, width, targets, width)
    strengths = before.copy()
    for group in range(1, len(before)):
        at = np.flatnonzero(design.groups == group)
        if len(at):
            unsure = covariance[:, at, :, at].mean(0)  # [T, T]
            strengths[group] = population[:, at] @ population[:, at].T / len(at) + unsure
            strengths[group] += 1e-6 * np.eye(targets)
    return strengths


def _left_out_residuals(
    design: Design,
    mine: list[Whole],
    people: list[_Person],
    precision: Floats,
    weighted: Floats,
) -> Floats:
    """What the population would have got wrong about each of these people had it not known them;
    0 in the rows of all others."""
    residual = np.zeros_like(design.answers)
    targets = residual.shape[1]
    for rows, person in zip(mine, people, strict=True):
        without = np.linalg.solve(precision - person.precision, weighted - person.weighted)
        population = without.reshape(targets, -1)
        residual[rows] = design.answers[rows] - design.columns[rows] @ population.T
    return residual
