"""Who is left out, and what each of them is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from adaptation.learning.ratings import RatingSet, Whole


class TooFew(ValueError):
    """The data cannot be evaluated as asked; the text says what would do."""


@dataclass(frozen=True)
class Task:
    """One person's series cut in two. Rows are indices into the set."""

    user: int
    support: Whole  # [max(shots)], of which the first K are given
    query: Whole  # the others, later is later; the same for every K


@dataclass(frozen=True)
class Fold:
    """Some people who are left out together, and their tasks."""

    seed: int
    number: int
    people: Whole
    tasks: Sequence[Task]


def tasks_of(
    data: RatingSet, *, given: int, seed: int = 0, random_support: bool = False
) -> list[Task]:
    """A task from every series with more than `given` rows that are not auxiliary.

    What may be given are the first `given` rows in order, or so many drawn at random by the seed,
    in the order drawn. Raises TooFew where no series is long enough.
    """
    runs = _series(data)
    tasks = [
        _task(data, run, given, np.random.default_rng([seed, place]) if random_support else None)
        for place, run in enumerate(runs)
        if len(run) > given
    ]
    if not tasks:
        longest = max(map(len, runs), default=0)
        raise TooFew(
            f"No query is left: nobody has more than {given} ratings in one series, the longest "
            f"has {longest}. Give fewer shots."
        )
    return tasks


def _series(data: RatingSet) -> list[Whole]:
    """The rows of every person's every series, in order; ties as they stand in the data."""
    asked = np.flatnonzero(~data.auxiliary)
    by_series = np.lexsort((data.order[asked], data.series[asked], data.user[asked]))
    rows = asked[by_series]
    changes = np.diff(data.user[rows]).astype(bool) | np.diff(data.series[rows]).astype(bool)
    return [run for run in np.split(rows, np.flatnonzero(changes) + 1) if len(run)]


def _task(data: RatingSet, rows: Whole, given: int, generator: np.random.Generator | None) -> Task:
    places = np.arange(len(rows)) if generator is None else generator.permutation(len(rows))
    return Task(int(data.user[rows[0]]), rows[places[:given]], rows[np.sort(places[given:])])


def folds_of(tasks: Sequence[Task], *, count: int, seed: int) -> list[Fold]:
    """The people with a task, shuffled by the seed and cut into `count` folds. Raises TooFew where
    there are fewer people than folds."""
    people = np.unique([task.user for task in tasks])
    if len(people) < count:
        raise TooFew(
            f"{len(people)} people have a task, too few for {count} folds. Ask for fewer folds."
            if len(people) > 1
            else "Only one person has a task: nobody is left to learn from."
        )
    shuffled = np.random.default_rng(seed).permutation(people)
    return [
        Fold(seed, number, left_out, [task for task in tasks if task.user in left_out])
        for number, left_out in enumerate(np.array_split(shuffled, count))
    ]
