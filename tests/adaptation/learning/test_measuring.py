"""The short measuring that every release carries."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from adaptation.learning.bases import Base
from adaptation.learning.datasets.histories import rating_set
from adaptation.learning.learners import offset
from adaptation.learning.learners.base import Learner, Prediction
from adaptation.learning.learners.relation_kernel import RelationKernel
from adaptation.learning.measuring import FIRST_QUERY, Measured, measure
from adaptation.learning.outcomes import OUTCOMES
from adaptation.learning.ratings import Floats, RatingSet
from adaptation.learning.support import Support
from tests.trained import SCHEMA, some_listeners

COLUMNS = SCHEMA.columns


@cache
def plain() -> Learner:
    """Mean and offset, fitted on the listeners that the base of the tests was trained on."""
    return offset.fit(rating_set(some_listeners(80), COLUMNS, "simulated"), seed=1)


def measured(base: Base, listeners: list[Support]) -> list[Measured]:
    return measure(base, plain(), listeners, COLUMNS)


def test_the_base_of_the_tests_beats_the_offset_alone(base: Base) -> None:
    """Knowing which tracks were rated is worth something beyond the listener's mean."""
    rows = {row.shots: row for row in measured(base, some_listeners(60, ratings=30, seed=60))}
    assert list(rows) == [0, 1, 3, 5, 10]
    for outcome in OUTCOMES:
        for row in rows.values():  # one rating is not taken for the whole listener
            assert row.adapted[outcome] <= rows[0].adapted[outcome] + 0.005
            assert 0.7 < row.covered_80[outcome] < 0.9
    assert rows[10].adapted["liking"] < rows[10].offset_only["liking"] - 0.01
    assert rows[10].adapted["liking"] < rows[0].adapted["liking"] - 0.03


class Known:
    """A learner who answers every question with what it was told to say."""

    def __init__(self, says: float) -> None:
        self.says = says

    def adapt(self, support: RatingSet) -> int:
        return len(support)

    def predict(self, vector: int, query: RatingSet) -> Prediction:
        return Prediction(np.full_like(query.answers, self.says), np.ones_like(query.answers))


def test_errors_are_of_the_ratings_after_the_tenth_on_the_learners_scale(base: Base) -> None:
    listeners = some_listeners(4, ratings=14, seed=3)
    later = np.concatenate([history.outcome[FIRST_QUERY:] for history in listeners])
    for row in measure(base, Known(0.25), listeners, COLUMNS):
        expected = np.sqrt(((later - 0.25) ** 2).mean(0))
        assert list(row.offset_only.values()) == pytest.approx(expected.tolist(), abs=1e-4)


def weighted_mean(values: Floats, weight: Floats) -> list[float]:
    return [float(one) for one in (values * weight).sum(0) / weight.sum(0)]


def test_adapted_errors_are_those_of_the_base_shown_the_first_ratings(base: Base) -> None:
    """Each answer counts as much of an observation as it is."""
    shares = np.array([[1, 1, 1], [1, 0, 0], [1, 0.5, 0.5]], np.float32)[np.arange(14) % 3]
    listeners = [
        replace(history, weight=shares) for history in some_listeners(4, ratings=14, seed=3)
    ]
    served = RelationKernel(base)
    for row in measured(base, listeners):
        away, inside = [], []
        for history in listeners:
            rows = rating_set([history], COLUMNS, "one")
            said = served.predict(
                served.adapt(rows.rows(np.arange(row.shots))), rows.rows(np.arange(10, 14))
            )
            away.append(history.outcome[10:] - said.mean)
            inside.append(np.abs(away[-1]) < said.widths[0.8] * np.sqrt(said.variance))
        weight = np.tile(shares[10:], (4, 1)).astype(float)
        errors = np.sqrt(weighted_mean(np.concatenate(away) ** 2, weight)).tolist()
        assert list(row.adapted.values()) == pytest.approx(errors, abs=1e-4)
        covered = weighted_mean(np.concatenate(inside), weight)
        assert list(row.covered_80.values()) == pytest.approx(covered, abs=1e-4)


def test_intervals_are_the_calibrated_ones_of_the_base(base: Base) -> None:
    """Half as wide, they hold fewer answers."""
    listeners = some_listeners(10, seed=4)
    learner = RelationKernel(base).base.learner
    narrow = type(learner)(learner.settings)
    narrow.load_state_dict(learner.state_dict() | {"widths": learner.widths / 2})
    as_trained, halved = (
        measured(replace(base, learner=one), listeners) for one in (learner, narrow)
    )
    for row, other in zip(as_trained, halved, strict=True):
        assert row.adapted == other.adapted
        assert all(other.covered_80[name] < row.covered_80[name] - 0.1 for name in OUTCOMES)


def test_those_with_too_few_ratings_are_left_out(base: Base) -> None:
    many, few = some_listeners(5, ratings=20), some_listeners(5, ratings=10, seed=3)
    assert measured(base, [*many, *few]) == measured(base, many)
    with pytest.raises(ValueError, match="Nobody has more than 10 ratings"):
        measured(base, few)


def test_outcomes_that_were_not_observed_do_not_count(base: Base) -> None:
    """Nonsense with weight zero changes nothing, half an observation counts for half of one."""
    silenced, nonsense = [], []
    for history in some_listeners(6, ratings=14):
        weight = history.weight.copy()
        weight[::2, 1:] = 0.0
        outcome = np.where(weight > 0, history.outcome, np.float32(77.0))
        silenced.append(replace(history, weight=weight))
        nonsense.append(replace(history, weight=weight, outcome=outcome))
    assert measured(base, silenced) == measured(base, nonsense)
    two = some_listeners(2, ratings=11, seed=5)
    two[0] = replace(two[0], weight=np.full((11, 3), 0.5, np.float32))
    errors = np.array([history.outcome[10] for history in two]) ** 2
    expected = np.sqrt((0.5 * errors[0] + errors[1]) / 1.5)
    for row in measure(base, Known(0.0), two, COLUMNS):
        assert list(row.offset_only.values()) == pytest.approx(expected.tolist(), abs=1e-4)


def test_an_outcome_that_nobody_gave_has_no_error(base: Base) -> None:
    silent = [
        replace(history, weight=history.weight * np.float32([1, 0, 1]))
        for history in some_listeners(3, ratings=12)
    ]
    for row in measured(base, silent):
        for told in (row.adapted, row.offset_only, row.covered_80):
            assert list(told) == ["liking", "arousal"]
            assert all(value > 0 for value in told.values())
