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

import numpy as np

from adaptation.learning import distributed
from adaptation.learning.distributed import Team
from adaptation.learning.expectation import (
    Design,
    Person,
    expected,
    inverse_of,
    left_out_residuals,
    person_of,
)
from adaptation.learning.ratings import Floats

ITERATIONS = 20
PRIOR_PEOPLE = 4.0
FREE = 1e2  # prior variance of the columns of group 0: they are not drawn to 0

Progress = Callable[[int, int], None]
"""Called with the iteration and the number of iterations."""


@dataclass(frozen=True)
class Hierarchy:
    """The fitted model."""

    population: Floats  # B [T, p]
    spread: Floats  # P [d, d]
    noise: Floats  # R [settings, T, T]
    strengths: Floats  # Λ [groups, T, T]
    residual: Floats  # [R, T]: y − B₋ᵤ x, with B₋ᵤ fitted without the row's own person


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
        people = [person_of(design, rows, spread, noise) for rows in mine]
        inverse, weights = _population(design, people, strengths, team)
        moments, squares = expected(design, people, weights, inverse)
        spread = _spread(team.total(moments), len(design.people))
        noise = _noises(design, team.total(squares), noise)
        strengths = _strengths(design, weights, inverse, strengths)
        if progress is not None:
            progress(iteration + 1, iterations)
    people = [person_of(design, rows, spread, noise) for rows in mine]
    inverse, weights = _population(design, people, strengths, team)
    residual = team.total(left_out_residuals(design, people, weights, inverse))
    return Hierarchy(weights.reshape(targets, -1), spread, noise, strengths, residual)


def _population(
    design: Design, people: list[Person], strengths: Floats, team: Team
) -> tuple[Floats, Floats]:
    """Covariance [Tp, Tp] and mean [Tp] of the weights of B."""
    width = strengths.shape[1] * len(design.groups)
    precision, weighted = np.zeros((width, width)), np.zeros(width)
    for person in people:
        precision[np.ix_(person.at, person.at)] += person.precision
        weighted[person.at] += person.weighted
    inverse = inverse_of(team.total(precision) + _prior(design, strengths))
    return inverse, inverse @ team.total(weighted)


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
