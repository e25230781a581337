"""From predictions to what is reported: every learner measured, and compared with plain ones."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from adaptation.learning.evaluation.folds import Fold
from adaptation.learning.evaluation.intervals import Estimate, Resamples
from adaptation.learning.evaluation.measures import Predicted, errors_of, measures_of
from adaptation.learning.evaluation.questions import Questions
from adaptation.learning.evaluation.reliability import reliability
from adaptation.learning.evaluation.store import Arrays
from adaptation.learning.ratings import Floats, RatingSet, Truths

BASELINES = ("offset", "ridge")
COMPARED = ("mse", "mae", "auc", "auc_within")
NONE = 0  # ratings given

Cases = dict[str, dict[int, Predicted]]  # by target and number of ratings
Measured = dict[str, dict[int, dict[str, Estimate]]]
Told = dict[str, Any]


def summarise(
    data: RatingSet,
    plan: Sequence[Fold],
    shots: Sequence[int],
    asked: Mapping[str, Sequence[Arrays]],
    *,
    baselines: Sequence[str] = BASELINES,
) -> Told:
    """Measures, differences and errors by group, ready for JSON.

    `asked` has the means and variances [K, Q, T] of every fold of the plan, by learner.
    """
    questions = Questions.of(data, plan)
    resamples = Resamples.draw(len(questions.people))
    cases = {name: questions.cases(folds, shots) for name, folds in asked.items()}
    measured = {name: _measured(data, of, resamples) for name, of in cases.items()}
    return {
        "data": questions.described(plan),
        "resamples": len(resamples.weights),
        "learners": {name: _told_measures(of) for name, of in measured.items()},
        "differences": _differences(measured, baselines),
        "against_no_ratings": {name: _against_none(of) for name, of in measured.items()},
        "reliability": {name: _reliability(data, of, resamples) for name, of in cases.items()},
        "groups": _groups(questions, cases, resamples),
    }


def _measured(data: RatingSet, cases: Cases, resamples: Resamples) -> Measured:
    whole = {
        target.name: _are_whole(data.answers[:, place]) for place, target in enumerate(data.targets)
    }
    return {
        target.name: {
            given: measures_of(answered, target, resamples, whole=whole[target.name])
            for given, answered in cases[target.name].items()
        }
        for target in data.targets
        if target.name in cases
    }


def _reliability(data: RatingSet, cases: Cases, resamples: Resamples) -> Told:
    """Of the targets that can be liked."""
    return {
        target.name: {
            str(given): reliability(
                answered,
                target.liked_from,
                resamples,
                whole=_are_whole(data.answers[:, place]),
            )
            for given, answered in cases[target.name].items()
        }
        for place, target in enumerate(data.targets)
        if target.liked_from is not None and target.name in cases
    }


def _are_whole(answers: Floats) -> bool:
    told = answers[np.isfinite(answers)]
    return bool((told == np.round(told)).all())


def _differences(measured: Mapping[str, Measured], baselines: Sequence[str]) -> Told:
    """Every learner less each baseline that was run: an error below 0 is better, an area above.
    Of two baselines the later is compared with the earlier."""
    return {
        name: {
            baseline: {
                target: {
                    str(given): _less(measures, measured[baseline][target][given])
                    for given, measures in by_shots.items()
                }
                for target, by_shots in of.items()
            }
            for place, baseline in enumerate(baselines)
            if baseline in measured and name not in baselines[: place + 1]
        }
        for name, of in measured.items()
    }


def _less(measures: Mapping[str, Estimate], others: Mapping[str, Estimate]) -> Told:
    return {
        name: _told_difference(measures[name].minus(others[name]))
        for name in COMPARED
        if name in measures
    }


def _against_none(measured: Measured) -> Told:
    """The squared error after K ratings less that after none; above 0 the ratings did harm."""
    return {
        target: {
            str(given): _told_difference(measures["mse"].minus(by_shots[NONE]["mse"]))
            for given, measures in by_shots.items()
            if given > NONE and NONE in by_shots
        }
        for target, by_shots in measured.items()
    }


def _groups(questions: Questions, cases: Mapping[str, Cases], resamples: Resamples) -> Told:
    """Errors by what the set tells of its people: under its name and each of its values."""
    return {
        kind: {
            value: {
                "users": int(members.sum()),
                "learners": {
                    name: _errors_of(of, members, resamples) for name, of in cases.items()
                },
            }
            for value, members in questions.groups(kind).items()
        }
        for kind in questions.data.groups
    }


def _errors_of(cases: Cases, members: Truths, resamples: Resamples) -> Told:
    """Of the people who are members [U]."""
    return _told_measures(
        {
            target: {
                given: errors_of(answered.rows(members[answered.person]), resamples)
                for given, answered in by_shots.items()
            }
            for target, by_shots in cases.items()
        }
    )


def _told_measures(measured: Measured) -> Told:
    return {
        target: {
            str(given): {
                name: {"value": _number(found.value), "standard_error": _number(found.error)}
                for name, found in measures.items()
            }
            for given, measures in by_shots.items()
        }
        for target, by_shots in measured.items()
    }


def _told_difference(difference: Estimate) -> Told:
    low, high = difference.interval()
    return {
        "value": _number(difference.value),
        "standard_error": _number(difference.error),
        "low": _number(low),
        "high": _number(high),
    }


def _number(value: float) -> float | None:
    """JSON has no NaN."""
    return float(value) if np.isfinite(value) else None
