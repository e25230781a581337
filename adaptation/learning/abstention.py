"""For which answers adapting has been shown to help, and abstaining where it has not.

On the training people's own first ratings (adaptation/learning/early_ratings.py), the squared error
after ten ratings is compared, person by person, with and without a part of the model, under a
calibration that was tuned on others. A part is kept for an answer when it gains more than one
standard error; otherwise its prior variance is set to 0, so that no rating can move it, and the
served prediction is the simpler one.

What is kept is served from as many ratings on as were shown to help, by the same rule: a first
rating is often worth less than the population's answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from adaptation.learning.early_ratings import (
    FIRST,
    SHOTS,
    Calibration,
    Episodes,
    answers_after,
    read,
    tensors,
)
from adaptation.learning.ratings import Floats, Truths, Whole
from adaptation.learning.relation import RelationSettings

Served = Literal["relation", "offset", "population"]
SIMPLER: Final[tuple[Served, ...]] = ("population", "offset", "relation")
"""From the simplest: everybody's answer; with the person's own mean; with how rated tracks relate
to new ones and how the person's moods persist."""


Trials = Sequence[tuple[Calibration, Episodes]]
"""Calibrations, each with the episodes of people whom it was not tuned on."""


@dataclass(frozen=True)
class Evidence:
    """What adapting gains for one answer after ten ratings, in shares of the population's squared
    error; a positive gain is less error. `people` is how many it was measured on: 0 where there
    were too few, and nothing is abstained from. `begins` is the number of ratings from which on
    adapting is served; 0: no rating moves the answer."""

    answer: str
    served: Served
    offset_gain: float  # of the person's own mean over the population's answer
    offset_error: float  # its standard error
    relation_gain: float  # of the relations over the person's own mean
    relation_error: float
    people: int
    begins: int = 1


def nothing_known(answers: list[str]) -> tuple[Evidence, ...]:
    """For training people with too few ratings to tell."""
    return tuple(Evidence(answer, "relation", 0.0, 0.0, 0.0, 0.0, 0) for answer in answers)


def kinds(shape: RelationSettings) -> Whole:
    """Which coordinates are of one kind [d]: an answer's offset, its slopes, a persistence."""
    slopes = [
        answer + (shape.answers if place else 0)
        for answer in range(shape.answers)
        for place in range(1 + shape.relations)
    ]
    return np.array([*slopes, *(2 * shape.answers + at for at in range(len(shape.moods)))])


def weigh(answers: list[str], shape: RelationSettings, trials: Trials) -> tuple[Evidence, ...]:
    """The evidence for every answer."""
    errors = {
        served: _errors([(_with_all(shape, tuned, served), asked) for tuned, asked in trials])
        for served in SIMPLER
    }
    person = _people(trials)
    return tuple(_evidence(name, at, errors, person) for at, name in enumerate(answers))


def abstain(
    shape: RelationSettings, calibration: Calibration, evidence: tuple[Evidence, ...]
) -> Calibration:
    """The calibration in which each answer is served as its evidence says."""
    spread = calibration.spread.copy()
    for at, found in enumerate(evidence):
        gone = _beyond(shape, at, found.served)
        spread[gone, :] = 0.0
        spread[:, gone] = 0.0
    return replace(calibration, spread=spread)


def wait(
    shape: RelationSettings,
    calibration: Calibration,
    evidence: tuple[Evidence, ...],
    trials: Trials,
) -> tuple[Calibration, tuple[Evidence, ...]]:
    """The calibration that adapts from as many ratings on as help, and the evidence that says so.

    Those are the fewest of SHOTS at which, and at every larger number, the gain over no ratings is
    more than one standard error. Where there is none at ten ratings, nothing is adapted.
    """
    served = [(abstain(shape, tuned, evidence), asked) for tuned, asked in trials]
    errors = {shots: _errors(served, shots) for shots in SHOTS}
    person = _people(trials)
    found = tuple(_since(one, _begins(at, errors, person)) for at, one in enumerate(evidence))
    patience = np.array([_midway(one.begins) for one in found])
    return replace(abstain(shape, calibration, found), patience=patience), found


def _since(evidence: Evidence, begins: int) -> Evidence:
    if evidence.served == "population" or not begins:
        return replace(evidence, served="population", begins=0)
    return replace(evidence, begins=begins)


def _begins(at: int, errors: dict[int, Floats], person: Whole) -> int:
    """0: at no number of ratings."""
    total = float(errors[0][:, at].sum())
    if total <= 0:  # nobody was asked
        return SHOTS[1]
    begins = 0
    for shots in reversed(SHOTS[1:]):
        gain, unsure = _gain(errors[0][:, at] - errors[shots][:, at], person, total)
        if gain <= unsure:
            break
        begins = shots
    return begins


def _midway(begins: int) -> float:
    """Between the last number of ratings that was not shown to help and the first that was."""
    if begins <= SHOTS[1]:
        return 0.0
    return (SHOTS[SHOTS.index(begins) - 1] + begins) / 2


def without_relations(shape: RelationSettings, evidence: tuple[Evidence, ...]) -> Truths:
    """The coordinates [d] of relations that are not served; offsets are none of them."""
    offsets = kinds(shape) < shape.answers
    gone = [_beyond(shape, at, found.served) for at, found in enumerate(evidence)]
    return np.asarray(np.any(gone, axis=0) & ~offsets)


def _with_all(shape: RelationSettings, calibration: Calibration, served: Served) -> Calibration:
    same = tuple(Evidence("", served, 0, 0, 0, 0, 0) for _ in range(shape.answers))
    return abstain(shape, calibration, same)


def _beyond(shape: RelationSettings, answer: int, served: Served) -> Truths:
    """The coordinates [d] of an answer that are more than what is served."""
    kind = kinds(shape)
    relation = kind == shape.answers + answer
    if answer in shape.moods:
        relation |= kind == 2 * shape.answers + shape.moods.index(answer)
    if served == "relation":
        return np.zeros(len(kind), bool)
    return np.asarray(relation if served == "offset" else relation | (kind == answer))


def _errors(trials: Trials, shots: int = FIRST) -> Floats:
    """Squared errors of every series after so many ratings [B, T], sums over its queries."""
    found = []
    for tuned, asked in trials:
        mean, _ = read(answers_after(asked, shots, *tensors(tuned)), tuned)
        error = (asked.query_residual - mean) ** 2 * asked.query_weight
        found.append(error.sum(1).numpy())
    return np.concatenate(found)


def _people(trials: Trials) -> Whole:
    """Whose each series is [B]."""
    return np.concatenate([asked.person for _, asked in trials])


def _evidence(name: str, at: int, errors: dict[Served, Floats], person: Whole) -> Evidence:
    total = float(errors["population"][:, at].sum())
    people = len(np.unique(person))
    if total <= 0:
        return nothing_known([name])[0]
    offset = _gain(errors["population"][:, at] - errors["offset"][:, at], person, total)
    relation = _gain(errors["offset"][:, at] - errors["relation"][:, at], person, total)
    served: Served = "population"
    if offset[0] > offset[1]:
        served = "offset"
    if relation[0] > relation[1]:
        served = "relation"
    return Evidence(name, served, *offset, *relation, people)


def _gain(less: Floats, person: Whole, total: float) -> tuple[float, float]:
    """A gain and its standard error, persons being what varies."""
    _, who = np.unique(person, return_inverse=True)
    by_person = np.bincount(who, less)
    spread = float(np.sqrt(len(by_person)) * by_person.std(ddof=1)) if len(by_person) > 1 else 0.0
    return float(by_person.sum()) / total, spread / total
