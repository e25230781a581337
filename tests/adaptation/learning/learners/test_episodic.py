"""Training, and the learner around a module. The relation network stands for all of them."""

from dataclasses import replace

import numpy as np
import pytest

from adaptation.learning.learners import relation_network
from adaptation.learning.learners.episode_rows import SHOTS
from adaptation.learning.learners.episodic import EpisodicLearner, Settings
from adaptation.learning.ratings import Floats, RatingSet
from tests.adaptation.learning.learners.episodic_sets import FEW, UNTRAINED, everything, predicted
from tests.adaptation.learning.learners.rating_sets import linear_set, linear_world


def fitted(rows: RatingSet, settings: Settings = FEW) -> EpisodicLearner:
    return relation_network.fit(rows, seed=0, settings=settings)


def both_parts(rows: RatingSet, person: int) -> tuple[RatingSet, RatingSet]:
    own = rows.of_users([person])
    return own.rows(np.arange(8)), own.rows(np.arange(8, len(own)))


def test_weights_that_answer_worse_for_those_watched_are_not_kept() -> None:
    rows = everything()
    wild = Settings(steps=20, episodes=4, learning_rate=50.0, strength_rate=50.0)
    start, trained = fitted(rows, UNTRAINED), fitted(rows, wild)
    for name, weights in start.module.state_dict().items():
        assert weights.equal(trained.module.state_dict()[name]), name


def test_training_changes_what_it_finds_better() -> None:
    rows = linear_world(people=30, offset=2.0, slope=0.0, noise=0.3).ratings
    start, trained = fitted(rows, UNTRAINED), fitted(rows, replace(FEW, steps=40))
    assert trained.module.log_prior.max() < start.module.log_prior.min()


def test_progress_is_told_of_every_step() -> None:
    told: list[tuple[int, int, float]] = []
    fitted(everything(), replace(FEW, progress=lambda *step: told.append(step)))
    assert [(step, steps) for step, steps, _ in told] == [(n, 10) for n in range(1, 11)]
    assert all(np.isfinite(loss) for _, _, loss in told)


def test_with_nothing_usable_it_says_so() -> None:
    with pytest.raises(ValueError, match="at least one series of two ratings"):
        fitted(linear_set(people=6, ratings=1))


def test_answers_that_are_missing_do_not_count() -> None:
    """Neither in training nor in a support."""
    rows = everything()
    learner = fitted(rows.of_users(range(11)))
    support, query = both_parts(rows, 11)
    missing = np.isnan(support.answers).all(axis=1)
    silent = support.answers.copy()
    silent[2:4] = np.nan
    expected = predicted(learner, support.rows(np.array([0, 1, 4, 5, 6, 7])), query)
    answered = predicted(learner, replace(support, answers=silent), query)
    assert not missing.any()
    np.testing.assert_allclose(answered.mean, expected.mean, atol=1e-5)
    np.testing.assert_allclose(answered.variance, expected.variance, atol=1e-5)


def standardised_errors(learner: EpisodicLearner, rows: RatingSet, shots: int) -> Floats:
    """Mean squared error over predicted variance, of each target [T], after `shots` ratings."""
    ratio = []
    for person in np.unique(rows.user):
        own = rows.of_users([person])
        query = own.rows(np.arange(10, len(own)))
        told = predicted(learner, own.rows(np.arange(shots)), query)
        ratio.append((told.mean - query.answers) ** 2 / told.variance)
    average: Floats = np.concatenate(ratio).mean(axis=0)
    return average


def test_the_variance_is_that_of_people_who_were_not_trained_on() -> None:
    rows = linear_world(people=120, offset=1.0).ratings
    learner = fitted(rows.of_users(range(80)))
    new = rows.of_users(range(80, 120))
    for shots in SHOTS:
        ratio = standardised_errors(learner, new, shots)
        assert (ratio > 0.6).all(), (shots, ratio)
        assert (ratio < 1.6).all(), (shots, ratio)


def test_the_variance_falls_with_every_rating_that_tells_something() -> None:
    rows = linear_world(people=40, offset=1.5, slope=0.0).ratings
    learner = fitted(rows.of_users(range(39)))
    own = rows.of_users([39])
    query = own.rows(np.arange(10, 12))
    variances = [
        predicted(learner, own.rows(np.arange(shots)), query).variance[0] for shots in (0, 3, 10)
    ]
    assert (variances[0] > variances[1]).all()
    assert (variances[1] > variances[2]).all()


def test_between_two_numbers_of_shots_the_lower_ones_variance_holds() -> None:
    rows = everything()
    learner = fitted(rows.of_users(range(11)))
    own = rows.of_users([11])
    told = own.rows(np.isfinite(own.answers).all(axis=1))
    query = own.rows(np.arange(2))
    four, three = (
        predicted(learner, told.rows(np.arange(count)), query).variance for count in (4, 3)
    )
    np.testing.assert_array_equal(four, three)
