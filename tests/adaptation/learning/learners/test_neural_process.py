"""The conditional and the attentive neural process."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from adaptation.learning.learners import neural_process, tanp
from adaptation.learning.learners.episodic import Settings
from adaptation.learning.learners.episodic_module import Build
from adaptation.learning.learners.neural_process import AttentiveProcess
from adaptation.learning.ratings import RatingSet
from tests.adaptation.learning.learners.episodic_sets import (
    COLUMNS,
    NOBODY,
    Fit,
    answers,
    predicted,
    ratings,
)
from tests.adaptation.learning.learners.rating_sets import linear_set

both = pytest.mark.parametrize("build", [neural_process.conditional, AttentiveProcess])


@both
def test_before_training_a_person_is_their_shrunken_mean_residual(build: Build) -> None:
    """With keys that tell nothing, for the attentive one: every rating then counts the same."""
    module = build(COLUMNS)
    if isinstance(module, AttentiveProcess):
        torch.nn.init.zeros_(module.key[-1].weight)
        torch.nn.init.zeros_(module.key[-1].bias)
    (x, y, _), query = ratings(2, 4), ratings(2, 3, seed=1)[0]
    mean, log_variance = answers(module, (x, y, torch.ones_like(y)), query)
    shrunken = (y - x[..., -3:]).sum(1, keepdim=True) / (4 + 5)
    torch.testing.assert_close(mean, query[..., -3:] + shrunken)
    assert (log_variance == 0).all()


def test_attention_goes_to_the_rated_item_that_is_most_alike() -> None:
    """With content itself as the key, a query is answered from the ratings near to it."""
    module = AttentiveProcess(COLUMNS)
    module.key = torch.nn.Linear(COLUMNS.width, 5, bias=False)
    with torch.no_grad():
        module.key.weight.copy_(8.0 * torch.eye(5, COLUMNS.width))
    x = torch.zeros(1, 2, COLUMNS.width)
    x[0, 0, 0], x[0, 1, 0] = 1.0, -1.0
    y = torch.tensor([[[2.0] * 3, [-1.0] * 3]])
    mean, _ = answers(module, (x, y, torch.ones_like(y)), x)
    torch.testing.assert_close(mean, y, atol=0.05, rtol=0.0)


def noisy_where_loud() -> RatingSet:
    """Answers about items whose first feature is above 0 are pure noise; the others are steady."""
    rows = linear_set(people=30)
    loud = rows.features[rows.item, 0] > 0
    noise = np.random.default_rng(1).normal(size=rows.answers.shape)
    spread = np.array([0.8, 0.3, 0.3])
    middle = np.array([3.0, 0.0, 0.0])
    return replace(rows, answers=middle + np.where(loud[:, None], spread * noise, 0.05 * noise))


@pytest.mark.parametrize("fit", [neural_process.fit, neural_process.fit_attentive, tanp.fit])
def test_the_variance_is_learned(fit: Fit) -> None:
    rows = noisy_where_loud()
    learner = fit(
        rows.of_users(range(25)), seed=0, settings=Settings(steps=150, learning_rate=1e-2)
    )
    new = rows.of_users(range(25, 30))
    variance = predicted(learner, new.rows(NOBODY), new).variance
    loud = new.features[new.item, 0] > 0
    assert (variance[loud].mean(axis=0) > 2 * variance[~loud].mean(axis=0)).all()
