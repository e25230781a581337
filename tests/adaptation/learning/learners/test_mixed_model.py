"""The mixed model behind population, offset and ridge, against plain linear algebra."""

import numpy as np
import pytest
from scipy.optimize import minimize

from adaptation.learning.learners import mixed_learner, mixed_model, offset
from adaptation.learning.learners.mixed_learner import MixedLearner
from adaptation.learning.ratings import Floats, RatingSet
from tests.adaptation.learning.learners.closed_form import (
    NOBODY,
    TRAINED,
    answered,
    fitted,
    person,
    small,
)
from tests.adaptation.learning.learners.rating_sets import linear_world


def test_the_offset_comes_to_be_the_persons_own() -> None:
    world = linear_world(people=60, items=200, ratings=80, slope=0.0, item_effect=0.0)
    learner = offset.fit(world.ratings.of_users(range(40)), seed=0)
    for number in range(40, 60):
        rows = world.ratings.of_users([number])
        stranger = answered(learner, rows.rows(NOBODY), rows).mean
        own = answered(learner, rows, rows).mean - stranger
        everyone = world.offsets[:40].mean(axis=0)  # is in the population's answer
        np.testing.assert_allclose(own[0], world.offsets[number] - everyone, atol=0.14)


def test_the_offset_is_the_shrunken_mean_residual() -> None:
    learner = fitted("offset")
    rows = small().of_users([TRAINED])
    support = rows.rows(~rows.auxiliary & np.isfinite(rows.answers).all(axis=1))
    stranger = answered(learner, support.rows(NOBODY), support)
    own = answered(learner, support, support)
    for place, model in enumerate(learner.models):
        between, within = model.spread[0, 0], model.noise[0]
        kappa = len(support) * between / (len(support) * between + within)
        residual = (support.answers - stranger.mean)[:, place].mean()
        moved = (own.mean - stranger.mean)[:, place]
        np.testing.assert_allclose(moved, kappa * residual)
        scale = learner.inputs.answer_scale[place] ** 2
        surer = (stranger.variance - own.variance)[:, place]
        np.testing.assert_allclose(surer, kappa * between * scale)


def one_target(rows: RatingSet, learner: MixedLearner, place: int) -> tuple[Floats, ...]:
    """x, z, noise and y of the rows that answer the target, for the learner's own model of it."""
    model = learner.models[place]
    told = np.isfinite(rows.answers[:, place])
    x = mixed_learner._columns(learner.inputs, rows)[told]
    z = learner.slopes(rows)[place][told]
    noise = model.noise[rows.auxiliary[told].astype(int)]
    return x, z, noise, learner.inputs.answers(rows)[0][told, place]


@pytest.mark.parametrize("name", ["offset", "ridge"])
def test_the_belief_is_what_conditioning_a_gaussian_gives(name: str) -> None:
    learner: MixedLearner = fitted(name)
    support, _ = person()
    for place, (model, belief) in enumerate(
        zip(learner.models, learner.adapt(support), strict=True)
    ):
        x, z, noise, y = one_target(support, learner, place)
        gain = model.spread @ z.T @ np.linalg.inv(z @ model.spread @ z.T + np.diag(noise))
        np.testing.assert_allclose(belief.mean, gain @ (y - x @ model.fixed), atol=1e-9)
        np.testing.assert_allclose(
            belief.covariance, model.spread - gain @ z @ model.spread, atol=1e-9
        )


@pytest.mark.parametrize("name", ["offset", "ridge"])
def test_fixed_effects_are_what_conditioning_a_gaussian_gives(name: str) -> None:
    """With the variances that were found, over all answers at once."""
    learner: MixedLearner = fitted(name)
    rows = small().of_users(range(TRAINED))
    groups = mixed_learner._groups(learner.inputs)
    for place, model in enumerate(learner.models):
        x, z, noise, y = one_target(rows, learner, place)
        user = rows.user[np.isfinite(rows.answers[:, place])]
        between = z @ model.spread @ z.T * (user[:, None] == user)
        prior = np.diag(model.strength[groups])
        gain = prior @ x.T @ np.linalg.inv(x @ prior @ x.T + between + np.diag(noise))
        np.testing.assert_allclose(model.fixed, gain @ y, atol=2e-3)  # as far as EM has settled
        np.testing.assert_allclose(model.uncertainty, prior - gain @ x @ prior, atol=2e-3)


def test_each_group_of_columns_is_what_it_is_called() -> None:
    learner: MixedLearner = fitted("ridge")
    rows, groups = small(), mixed_learner._groups(learner.inputs)
    x = mixed_learner._columns(learner.inputs, rows)
    intercepts = np.column_stack([np.ones(len(rows)), rows.auxiliary])
    np.testing.assert_array_equal(x[:, groups == 0], intercepts)
    np.testing.assert_array_equal(x[:, groups == 1], learner.inputs.content(rows))
    np.testing.assert_array_equal(x[:, groups == 2], learner.inputs.items(rows))
    np.testing.assert_array_equal(x[:, groups == 3], learner.inputs.of(rows)[:, -6:])


def test_the_variances_are_those_of_the_highest_evidence() -> None:
    """Few data, so that what is not known of the effects matters; found by general search too."""
    draw = np.random.default_rng(0)
    user, setting = np.repeat(np.arange(8), 6), np.tile([0, 0, 0, 1, 1, 1], 8)
    x = np.column_stack([np.ones(48), draw.normal(size=(48, 3))])
    z = draw.normal(1.0, 0.5, size=(48, 1))
    groups = np.array([0, 1, 1, 1])
    y = x @ [0.3, 0.8, -0.6, 0.5] + z[:, 0] * draw.normal(size=8)[user] * 0.7
    y += draw.normal(size=48) * np.array([0.4, 0.7])[setting]

    def loss(log: Floats) -> float:
        between, field, lab, strength = np.exp(log)
        noise = np.array([field, lab])
        covariance = x @ np.diag(np.array([1.0, strength])[groups]) @ x.T + np.diag(noise[setting])
        covariance += between * z @ z.T * (user[:, None] == user)
        quadratic = y @ np.linalg.solve(covariance, y)
        prior = np.log(noise).sum() + (1 / noise).sum()  # one made-up row in each setting
        return float(np.linalg.slogdet(covariance)[1] + quadratic + prior)

    best = np.exp(minimize(loss, np.log([0.3, 0.3, 0.3, 0.3])).x)
    model = mixed_model.fit(x, groups, z, user, setting, y, np.ones(48))
    found = [model.spread[0, 0], *model.noise, model.strength[1]]
    np.testing.assert_allclose(found, best, rtol=1e-3)


def test_variances_are_found() -> None:
    """400 people, one slope, two settings of different noise, one useless group of columns."""
    draw = np.random.default_rng(0)
    people, each = 400, 12
    user = np.repeat(np.arange(people), each)
    rows = len(user)
    x = np.column_stack([np.ones(rows), draw.normal(size=(rows, 8))])
    z = np.column_stack([np.ones(rows), draw.normal(size=rows)])
    spread = np.array([[0.5, 0.2], [0.2, 0.3]])
    slopes = draw.multivariate_normal(np.zeros(2), spread, people)
    setting = (draw.random(rows) < 0.4).astype(int)
    effects = np.array([0.2, *draw.normal(size=4) * 0.5, 0, 0, 0, 0])
    noise = draw.normal(size=rows) * np.array([0.5, 1.0])[setting]
    y = x @ effects + (z * slopes[user]).sum(axis=1) + noise
    groups = np.array([0, 1, 1, 1, 1, 2, 2, 2, 2])
    model = mixed_model.fit(x, groups, z, user, setting, y, np.ones(rows))
    np.testing.assert_allclose(model.spread, spread, atol=0.07)
    np.testing.assert_allclose(model.noise, [0.25, 1.0], rtol=0.06)
    np.testing.assert_allclose(model.fixed, effects, atol=0.08)
    assert model.strength[2] < 0.001 < 0.05 < model.strength[1]
