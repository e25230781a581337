"""MAML and ANIL: the inner loop above all."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.fx.experimental.proxy_tensor import make_fx

from adaptation.learning.learners import maml
from adaptation.learning.learners.episodic_module import Build
from adaptation.learning.learners.maml import InnerLoop, TwoLayers
from tests.adaptation.learning.learners.episodic_sets import COLUMNS, ratings, stirred

both = pytest.mark.parametrize("build", [maml.maml, maml.anil])


def loop(build: Build) -> InnerLoop:
    module = stirred(build)
    assert isinstance(module, InnerLoop)
    return module


def stepped(module: InnerLoop, x: Tensor, y: Tensor, weight: Tensor) -> dict[str, Tensor]:
    """The inner loop with a network of its own and ordinary backward passes, for one person."""
    network = TwoLayers(COLUMNS)
    network.load_state_dict(module.network.state_dict())
    residual = weight * (y - x[:, -3:])
    for _ in range(module.steps):
        network.zero_grad()
        error = (weight * (residual - network(x)) ** 2).sum(0)
        (0.5 * error / (weight.sum(0) + module.log_prior.exp().item())).sum().backward()
        with torch.no_grad():
            for name, weights in network.named_parameters():
                if name in module.adapted:
                    rate = module.log_rate[module.adapted.index(name)].exp()
                    weights.sub_(rate * weights.grad)
    return {name: weights.detach() for name, weights in network.named_parameters()}


@both
def test_the_unrolled_loop_is_ordinary_gradient_descent_for_everyone(build: Build) -> None:
    module, (x, y, weight) = loop(build), ratings(4, 6)
    adapted = module.adapt_batch(x, y, weight)
    for person in range(4):
        expected = stepped(module, x[person], y[person], weight[person])
        for name in module.adapted:
            torch.testing.assert_close(adapted[name][person], expected[name], atol=1e-5, rtol=1e-4)


@both
def test_many_at_once_are_as_one_at_a_time(build: Build) -> None:
    module, (x, y, weight) = loop(build), ratings(4, 6)
    adapted = module.adapt_batch(x, y, weight)
    for person in range(4):
        alone = module.adapt_one(
            x[person], module.residual(x[person], y[person], weight[person]), weight[person]
        )
        for name in module.adapted:
            torch.testing.assert_close(adapted[name][person], alone[name], atol=1e-6, rtol=1e-5)


@both
def test_no_ratings_leave_the_weights_as_they_were(build: Build) -> None:
    module, (x, y, weight) = loop(build), ratings(2, 3)
    start = dict(module.network.named_parameters())
    for nothing in (ratings(2, 0), (x, y, torch.zeros_like(weight))):
        adapted = module.adapt_batch(*nothing)
        assert all(torch.equal(adapted[name][1], start[name]) for name in module.adapted)


def test_anil_changes_the_last_layer_only() -> None:
    assert loop(maml.anil).adapted == ("head.weight", "head.bias")
    assert set(loop(maml.maml).adapted) == {"body.weight", "body.bias", "head.weight", "head.bias"}


@both
def test_adapting_is_one_graph_that_holds_for_other_ratings(build: Build) -> None:
    module = loop(build)
    first, other = ratings(3, 4), ratings(3, 4, seed=7)

    def adapt(x: Tensor, y: Tensor, weight: Tensor) -> Any:
        return module.adapt_batch(x, y, weight)

    graph = make_fx(adapt)(*first)
    replayed, expected = graph(*other), module.adapt_batch(*other)
    for name in module.adapted:
        torch.testing.assert_close(replayed[name], expected[name])
        assert not torch.allclose(expected[name], module.adapt_batch(*first)[name])


@both
def test_training_sees_through_the_steps(build: Build) -> None:
    """The step sizes, the prior strength and the start all have a gradient."""
    module, query = loop(build), ratings(2, 3, seed=1)[0]
    mean, _ = module.predict_batch(module.adapt_batch(*ratings(2, 4)), query)
    mean.square().sum().backward()
    for name, weights in module.named_parameters():
        assert weights.grad is not None, name
        assert weights.grad.abs().sum() > 0, name


@both
def test_one_rating_moves_the_weights_less_than_ten(build: Build) -> None:
    module, (x, y, weight) = loop(build), ratings(1, 1)
    start = dict(module.network.named_parameters())

    def moved(times: int) -> float:
        support = (table.repeat(1, times, 1) for table in (x, y, weight))
        adapted = module.adapt_batch(*support)
        return sum((adapted[n][0] - start[n]).abs().sum().item() for n in module.adapted)

    assert moved(1) < 0.5 * moved(10)
