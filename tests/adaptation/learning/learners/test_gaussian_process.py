"""The exact Gaussian process against plain linear algebra."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import check_grad

from adaptation.learning.learners import gaussian_process, kernel
from adaptation.learning.learners.gaussian_process import Answers, GaussianProcess
from adaptation.learning.learners.kernel import Kernel, Pairs, Points
from adaptation.learning.ratings import Floats, RatingSet
from tests.adaptation.learning.learners.closed_form import (
    NOBODY,
    TRAINED,
    answered,
    assert_same,
    fitted,
    person,
    small,
)
from tests.adaptation.learning.learners.rating_sets import linear_set, linear_world

ALIKE = np.exp(-0.5 * (2 / 1.5) ** 2)  # two apart, with a length scale of 1.5


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("item", [[1, 0, 1, 0], [0, 1, 0, 1]]),
        ("content", [[1, ALIKE, 1, ALIKE], [ALIKE, 1, ALIKE, 1]]),
        ("mood", [[6, 0, 6, 6], [0, 0, 0, 0]]),
        ("person", [[1, 1, 0, 0], [1, 1, 0, 0]]),
        ("person × content", [[1, ALIKE, 0, 0], [ALIKE, 1, 0, 0]]),
        ("person × mood", [[1, 0, 0, 0], [0, 0, 0, 0]]),
        ("person × setting", [[1, 0, 0, 0], [0, 1, 0, 0]]),
    ],
)
def test_a_part_is_shared_by_those_who_have_it_in_common(
    part: str, expected: list[list[float]]
) -> None:
    """The first person in the field, mood asked, and in the lab; then another, in the field."""
    mood = np.array([[1.0] * 6, [0.0] * 6, [1.0] * 6, [1.0] * 6])
    points = Points(
        content=np.array([[0.0], [2.0], [0.0], [2.0]]),
        mood=mood,
        personal=mood[:, :1],
        user=np.array([0, 0, 1, 1]),
        item=np.array([0, 1, 0, 1]),
        setting=np.array([0, 1, 0, 0]),
    )
    log = np.full(len(kernel.PRIOR_MEAN), -np.inf)
    log[kernel.PARTS.index(part)], log[-1] = np.log(0.3), np.log(1.5)
    shared = Kernel(log).between(points.at(np.arange(4) < 2), points)
    intercepts = np.array([[1, 1, 1, 1], [1, 2, 1, 1]])
    np.testing.assert_allclose(shared, intercepts + 0.3 * np.array(expected))


def dense(learner: GaussianProcess, rows: RatingSet, query: RatingSet, place: int) -> Any:
    """Mean and variance [N] given all of `rows` by one solve, standardised."""
    (answers, fitted_kernel) = Answers.to_each(learner.inputs, rows)[place], learner.data[place]
    of, points = fitted_kernel.kernel, Points.of(learner.inputs, query, query.targets[place])
    covariance = of.between(answers.points, answers.points) + answers.noise(of)
    cross = of.between(points, answers.points)
    solved = np.linalg.solve(covariance, np.column_stack([answers.y, cross.T]))
    before = np.diag(of.between(points, points)) + of.noise[points.setting]
    return cross @ solved[:, 0], before - (cross * solved[:, 1:].T).sum(axis=1)


@pytest.mark.parametrize("shots", [0, 1, 8])
def test_adapting_the_process_is_conditioning_it_on_everything(shots: int) -> None:
    learner = fitted("gaussian_process")
    support, query = person()
    support = support.rows(np.arange(shots))
    everything = small().rows(
        (small().user < TRAINED)
        | ((small().user == TRAINED) & np.isin(small().order, support.order))
    )
    told = answered(learner, support, query)
    for place in range(3):
        mean, variance = dense(learner, everything, query, place)
        scale = learner.inputs.answer_scale[place]
        expected = mean * scale + learner.inputs.answer_centre[place]
        np.testing.assert_allclose(told.mean[:, place], expected, atol=1e-7)
        np.testing.assert_allclose(told.variance[:, place], variance * scale**2, atol=1e-7)


def test_a_row_that_was_trained_on_is_not_counted_again() -> None:
    learner = fitted("gaussian_process")
    support, query = person(3)
    assert_same(answered(learner, support, query), answered(learner, support.rows(NOBODY), query))
    later = replace(support, order=support.order + 100)
    twice = answered(learner, later, query)
    assert np.all(twice.variance < answered(learner, support, query).variance)


def test_the_process_knows_the_people_that_it_was_trained_on() -> None:
    """Someone's other ratings are in the training set, and the only target is yes or no."""
    rows = linear_world(people=12, ratings=25, targets=("yes",), noise=0.3).ratings
    yes = (rows.answers >= np.median(rows.answers)).astype(float)
    rows = replace(rows, answers=yes, targets=(replace(rows.targets[0], low=0.0, high=1.0),))
    known, asked = rows.rows(rows.order < 17), rows.rows(rows.order >= 17)
    learner = gaussian_process.fit(known, seed=0)
    strangers = replace(asked, user=asked.user + 12)
    own = learner.predict(learner.adapt(asked.rows(NOBODY)), asked).mean
    stranger = learner.predict(learner.adapt(asked.rows(NOBODY)), strangers).mean
    assert np.abs(own - asked.answers).mean() < 0.85 * np.abs(stranger - asked.answers).mean()


def test_the_evidence_has_the_gradient_that_it_says() -> None:
    rows = small().of_users(range(4))
    inputs = fitted("ridge").inputs
    draw = np.random.default_rng(0)
    for answers in Answers.to_each(inputs, rows):
        pairs = Pairs.of(answers.points, answers.points)
        settings = np.eye(2)[answers.points.setting] / draw.uniform(0.3, 1, (len(answers.y), 1))

        def loss(
            log: Floats, pairs: Pairs = pairs, settings: Floats = settings, y: Floats = answers.y
        ) -> tuple[float, Floats]:
            return kernel._loss(Kernel(log), pairs, settings, y)

        for _ in range(3):
            log = kernel.PRIOR_MEAN + draw.normal(size=len(kernel.PRIOR_MEAN))
            apart = check_grad(lambda at: loss(at)[0], lambda at: loss(at)[1], log, epsilon=1e-6)
            assert apart < 1e-3


def test_the_evidence_is_that_of_a_gaussian() -> None:
    """But for the prior and a constant: differences between two kernels agree."""
    answers = Answers.to_each(fitted("ridge").inputs, small().of_users(range(3)))[1]
    pairs = Pairs.of(answers.points, answers.points)
    settings = np.eye(2)[answers.points.setting]
    draw = np.random.default_rng(1)
    differences = []
    for _ in range(2):
        one = Kernel(kernel.PRIOR_MEAN + draw.normal(size=len(kernel.PRIOR_MEAN)))
        apart = (one.log - kernel.PRIOR_MEAN) / kernel.PRIOR_SPREAD
        covariance = one.between(answers.points, answers.points) + answers.noise(one)
        _, size = np.linalg.slogdet(covariance)
        quadratic = answers.y @ np.linalg.solve(covariance, answers.y)
        said = kernel._loss(one, pairs, settings, answers.y)[0]
        differences.append(said - 0.5 * (quadratic + size + apart @ apart))
    assert differences[0] == pytest.approx(differences[1], abs=1e-8)


def test_the_kernel_tells_noise_from_what_it_can_know() -> None:
    world = linear_world(people=25, ratings=16, targets=("liking",), noise=0.8)
    learner = gaussian_process.fit(world.ratings, seed=0)
    scale = learner.inputs.answer_scale[0]
    found = np.sqrt(learner.data[0].kernel.noise[0]) * scale
    assert found == pytest.approx(world.noise[0], rel=0.1)


def test_a_set_that_is_too_large_is_cut_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaussian_process, "MOST_ROWS", 40)
    monkeypatch.setattr(gaussian_process, "EVIDENCE_ROWS", 20)
    monkeypatch.setattr(gaussian_process, "EVIDENCE_EACH", 10)
    rows = linear_set(people=8, ratings=15)
    learner = gaussian_process.fit(rows, seed=0)
    assert len(learner.seen) == 30
    assert {len(data.points) for data in learner.data} == {30}
    assert len({user for user, _, _ in learner.seen}) == 2
    left = next(number for number in range(8) if number not in {one for one, _, _ in learner.seen})
    own = rows.of_users([left])  # was left out, so that these rows are news
    assert np.any(answered(learner, own, own).mean != answered(learner, own.rows(NOBODY), own).mean)
