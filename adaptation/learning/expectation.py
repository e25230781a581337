"""What the rows say of each person, given everything else: the E-step of the hierarchy.

Notation as in adaptation/learning/hierarchy.py: y = B x + H z + ε, with p columns, T answers, and d
coordinates of a person; weights of B are in the order of its rows, Tp in all.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from adaptation.learning.ratings import Floats, Whole


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
class Person:
    """One person's part in the normal equations of B, with z integrated out. Of the Tp weights only
    the a are kept that the person's rows touch: most items were not rated by them."""

    rows: Whole  # [n]
    active: Whole  # [a / T] columns
    at: Whole  # [a] places of their weights among the Tp
    precision: Floats  # [a, a]
    weighted: Floats  # [a]
    covariance: Floats  # of z given B [d, d]
    crossing: Floats  # Σ xᵀ W H [a, d]
    told: Floats  # Σ Hᵀ W y [d]


def person_of(design: Design, rows: Whole, spread: Floats, noise: Floats) -> Person:
    active = np.flatnonzero(design.columns[rows].any(axis=0))
    columns, seen, answers = (
        design.columns[rows][:, active],
        design.rows[rows],
        design.answers[rows],
    )
    weights = _row_weights(design, rows, noise)  # [n, T, T]
    weighted_rows = weights @ seen
    covariance = inverse_of(
        inverse_of(spread) + np.tensordot(seen, weighted_rows, ([0, 1], [0, 1]))
    )
    crossing = _crossing(weighted_rows, columns)
    weighted_answers = (weights @ answers[:, :, None])[..., 0]
    told = (seen * weighted_answers[:, :, None]).sum((0, 1))
    targets = range(answers.shape[1])
    blocks = [
        [(columns.T * weights[:, one, other]) @ columns for other in targets] for one in targets
    ]
    at = (np.arange(answers.shape[1])[:, None] * design.columns.shape[1] + active).reshape(-1)
    precision = np.block(blocks) - crossing @ covariance @ crossing.T
    weighted = (weighted_answers.T @ columns).reshape(-1) - crossing @ (covariance @ told)
    return Person(rows, active, at, precision, weighted, covariance, crossing, told)


def _crossing(weighted_rows: Floats, columns: Floats) -> Floats:
    """Σ xᵀ W H over rows: [n, T, d] and [n, a / T] → [a, d]."""
    blocks = np.tensordot(weighted_rows, columns, (0, 0)).transpose(0, 2, 1)
    return np.asarray(blocks.reshape(-1, blocks.shape[-1]), np.float64)


def inverse_of(matrix: Floats) -> Floats:
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


def expected(
    design: Design, people: list[Person], weights: Floats, inverse: Floats
) -> tuple[Floats, Floats]:
    """Expected Σ z zᵀ over these people [d, d], and expected products of errors of their rows
    [R, T, T], 0 in all others."""
    targets, coordinates = design.rows.shape[1:]
    moments = np.zeros((coordinates, coordinates))
    squares = np.zeros((len(design.answers), targets, targets))
    for person in people:
        unsure = inverse[np.ix_(person.at, person.at)]
        pulled = person.covariance @ person.crossing.T  # how z follows B [d, a]
        mean = person.covariance @ person.told - pulled @ weights[person.at]
        moments += np.outer(mean, mean) + person.covariance + pulled @ unsure @ pulled.T
        error = _errors(design, person, weights) - design.rows[person.rows] @ mean
        squares[person.rows] = error[:, :, None] * error[:, None, :]
        squares[person.rows] += _unsure_rows(design, person, pulled, unsure)
    return moments, squares


def _errors(design: Design, person: Person, weights: Floats) -> Floats:
    """What the population gets wrong in the person's rows [n, T]."""
    population = weights[person.at].reshape(-1, len(person.active))
    columns = design.columns[person.rows][:, person.active]
    return np.asarray(design.answers[person.rows] - columns @ population.T)


def _unsure_rows(design: Design, person: Person, pulled: Floats, unsure: Floats) -> Floats:
    """Covariance of what is expected in the person's rows [n, T, T], B and z both being unsure."""
    seen = design.rows[person.rows]
    columns = design.columns[person.rows][:, person.active]
    lever = np.einsum("ab,np->nabp", np.eye(seen.shape[1]), columns)
    lever = lever.reshape(*seen.shape[:2], -1) - seen @ pulled
    return np.asarray(
        lever @ (lever @ unsure).transpose(0, 2, 1)
        + seen @ person.covariance @ seen.transpose(0, 2, 1)
    )


def left_out_residuals(
    design: Design, people: list[Person], weights: Floats, inverse: Floats
) -> Floats:
    """What the population would have got wrong about each of these people had it not known them
    (Woodbury's identity takes their part out of the inverse); 0 in the rows of all others."""
    residual = np.zeros_like(design.answers)
    for person in people:
        unsure = inverse[np.ix_(person.at, person.at)]
        without = weights.copy()
        less = weights[person.at] - unsure @ person.weighted
        inner = np.eye(len(person.at)) - person.precision @ unsure
        without[person.at] = less + unsure @ np.linalg.solve(inner, person.precision @ less)
        residual[person.rows] = _errors(design, person, without)
    return residual
