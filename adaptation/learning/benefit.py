"""Whether it helps to know *which* tracks someone rated, among these people.

The base is held against the simplest thing that adapts: what people answer on average, and the
person's own offset from it (adaptation/learning/learners/offset.py). The plain learner is fitted
on the same people, each one asked by a fit that left them out; the base has the advantage of what
it was trained on, and the plain learner that of knowing these people's average.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from adaptation.learning.bases import Base
from adaptation.learning.datasets.histories import rating_set
from adaptation.learning.early_ratings import FIRST
from adaptation.learning.learners import offset
from adaptation.learning.learners.base import Learner
from adaptation.learning.learners.relation_kernel import RelationKernel
from adaptation.learning.outcomes import OUTCOMES
from adaptation.learning.ratings import Floats, RatingSet
from adaptation.learning.support import Support

SHOTS = (3, FIRST)
PARTS = 5
FEWEST_PEOPLE = 10  # two in each part

Progress = Callable[[int, int], None]
"""How many of how many people were asked."""


class TooFewPeople(Exception):
    """Too few have rated enough tracks to be asked about those after; the text says how many."""


@dataclass(frozen=True)
class Benefit:
    """Of one outcome after so many ratings: means over people of their mean absolute errors, on
    −1..1, and the difference with its 95 % interval by people. Below 0 adapting is better."""

    outcome: str
    shots: int
    people: int
    answers: int
    adapted: float
    plain: float
    difference: float
    low: float
    high: float


def benefits(
    base: Base, histories: Sequence[Support], columns: Sequence[str], progress: Progress
) -> list[Benefit]:
    """By outcome and SHOTS, asked of every answer after the tenth. `columns` are the names of the
    base's features; histories are in time order. Outcomes that fewer than FEWEST_PEOPLE answered
    are left out. Raises TooFewPeople."""
    usable = [history for history in histories if len(history) > FIRST]
    if len(usable) < FEWEST_PEOPLE:
        raise TooFewPeople(
            f"{len(usable)} people have rated more than {FIRST} tracks; at least {FEWEST_PEOPLE}."
        )
    everybody = rating_set(usable, columns, "here")
    asked = list(_asked(RelationKernel(base), everybody, progress))
    return [found for shots in SHOTS for found in _summed(asked, shots)]


@dataclass(frozen=True)
class _Asked:
    """Of one person after so many ratings: mean absolute errors [T], NaN where nothing was
    answered."""

    shots: int
    adapted: Floats
    plain: Floats
    answers: Floats  # [T], how many


def _asked(adapting: Learner, everybody: RatingSet, progress: Progress) -> Iterator[_Asked]:
    people = np.unique(everybody.user)
    done = 0
    for part in range(PARTS):
        theirs = people[part::PARTS]
        plain = offset.fit(everybody.rows(~np.isin(everybody.user, theirs)), seed=0)
        for person in theirs:
            one = everybody.of_users([person])
            yield from (_ask(adapting, plain, one, shots) for shots in SHOTS)
            done += 1
            progress(done, len(people))


def _ask(adapting: Learner, plain: Learner, one: RatingSet, shots: int) -> _Asked:
    support, query = one.rows(np.arange(shots)), one.rows(np.arange(FIRST, len(one)))
    return _Asked(
        shots=shots,
        adapted=_error(adapting, support, query),
        plain=_error(plain, support, query),
        answers=(query.told > 0).sum(axis=0).astype(float),
    )


def _error(learner: Learner, support: RatingSet, query: RatingSet) -> Floats:
    """Mean absolute errors [T]."""
    means = learner.predict(learner.adapt(support), query).mean
    weight = query.told
    errors = np.where(weight > 0, np.abs(query.answers - means), 0.0)
    total = weight.sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(total > 0, (errors * weight).sum(axis=0) / total, np.nan))


def _summed(asked: Sequence[_Asked], shots: int) -> Iterator[Benefit]:
    these = [one for one in asked if one.shots == shots]
    adapted = np.stack([one.adapted for one in these])
    plain = np.stack([one.plain for one in these])
    answers = np.stack([one.answers for one in these])
    for place, outcome in enumerate(OUTCOMES):
        told = np.isfinite(adapted[:, place])
        people = int(told.sum())
        if people < FEWEST_PEOPLE:
            continue
        differences = (adapted - plain)[told, place]
        half = float(t.ppf(0.975, people - 1) * differences.std(ddof=1) / people**0.5)
        mean = float(differences.mean())
        yield Benefit(
            outcome=outcome,
            shots=shots,
            people=people,
            answers=int(answers[told, place].sum()),
            adapted=float(adapted[told, place].mean()),
            plain=float(plain[told, place].mean()),
            difference=mean,
            low=mean - half,
            high=mean + half,
        )
