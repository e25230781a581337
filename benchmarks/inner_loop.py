"""Adapting by gradient descent, one patient after the other: what the closed form is timed against.

MAML (Finn et al. 2017, arXiv:1703.03400) at the time of use, as libraries write it: clone the
network, then five times differentiate the loss on the patient's ratings and replace the parameters.
The network has two layers and about as many parameters as the default has weights.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.func import functional_call

STEPS, RATE, HIDDEN = 5, 0.1, 16


def network(columns: int, answers: int) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(columns, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, answers))


def adapt(
    module: nn.Module, x: Tensor, y: Tensor, weight: Tensor, *, second_order: bool
) -> dict[str, Tensor]:
    """The parameters after the support set x [S, C], y and weight [S, T]. `second_order` keeps the
    graph of the steps, which training needs and libraries keep unless told not to."""
    weights = {name: parameter.clone() for name, parameter in module.named_parameters()}
    for _ in range(STEPS):
        error = functional_call(module, weights, (x,)) - y
        loss = (weight * error**2).sum() / weight.sum()
        slopes = torch.autograd.grad(loss, list(weights.values()), create_graph=second_order)
        weights = _stepped(weights, slopes)
    return weights


def _stepped(weights: dict[str, Tensor], slopes: Iterable[Tensor]) -> dict[str, Tensor]:
    return {
        name: value - RATE * slope
        for (name, value), slope in zip(weights.items(), slopes, strict=True)
    }
