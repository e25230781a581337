"""Training rows as tensors, and episodes drawn from them.

An episode is one person's series cut in two: a few ratings to adapt to, and others to answer
(Vinyals et al. 2016, arXiv:1606.04080).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from adaptation.learning.learners.population_ridge import PopulationRidge
from adaptation.learning.ratings import Floats, RatingSet, Whole

SHOTS = (0, 1, 3, 5, 10)
QUERIES = 12
WATCHED = 5  # one person in five is not trained on, but says when to stop and how sure to be


def tensor(values: Floats) -> Tensor:
    """The same numbers in single precision, which is what the networks compute in."""
    return torch.from_numpy(values.astype(np.float32))


@dataclass(frozen=True)
class Rows:
    """R rows as tensors, and one row of zeros after them: index −1 takes that one, as padding."""

    x: Tensor  # [R + 1, C]
    y: Tensor  # [R + 1, T]
    weight: Tensor  # [R + 1, T]

    @classmethod
    def of(cls, population: PopulationRidge, rows: RatingSet) -> "Rows":
        tables = (population.columns(rows), *population.inputs.answers(rows))
        return cls(*(tensor(np.pad(table, ((0, 1), (0, 0)))) for table in tables))

    def at(self, index: Whole) -> tuple[Tensor, Tensor, Tensor]:
        """x [B, S, C], y and weight [B, S, T] at index [B, S]."""
        place = torch.from_numpy(index)
        return self.x[place], self.y[place], self.weight[place]


def draw(
    series: Sequence[Whole], shots: Sequence[int] | Whole, generator: np.random.Generator
) -> tuple[Whole, Whole]:
    """One episode from each of B series of two rows or more: K of its rows at random (K from
    `shots` [B], but one row is always left) and up to QUERIES others.

    Indices of rows, support [B, max(SHOTS)] and query [B, QUERIES], padded with −1.
    """
    support = np.full((len(series), max(SHOTS)), -1)
    query = np.full((len(series), QUERIES), -1)
    for place, (rows, wanted) in enumerate(zip(series, shots, strict=True)):
        shuffled = generator.permutation(rows)
        known = min(int(wanted), len(rows) - 1)
        asked = shuffled[known : known + QUERIES]
        support[place, :known] = shuffled[:known]
        query[place, : len(asked)] = asked
    return support, query


def split_people(
    training: RatingSet, generator: np.random.Generator
) -> tuple[list[Whole], list[Whole]]:
    """Series to train on, and those of one person in five to watch; very few people are both.

    Auxiliary series are trained on but not watched, unless there is nothing else. Raises ValueError
    when no series has two ratings.
    """
    run = training.run
    series = [np.flatnonzero(run == number) for number in np.unique(run)]
    usable = [rows for rows in series if len(rows) > 1]
    if not usable:
        raise ValueError("Training needs at least one series of two ratings or more.")
    main = [rows for rows in usable if not training.auxiliary[rows].any()] or usable
    people = generator.permutation(np.unique([training.user[rows[0]] for rows in main]))
    if len(people) < WATCHED:
        return usable, main
    held = set(people[::WATCHED].tolist())
    return (
        [rows for rows in usable if training.user[rows[0]] not in held],
        [rows for rows in main if training.user[rows[0]] in held],
    )
