"""Adapting by gradient descent, one patient after the other: what the closed form is timed against.

MAML (Finn et al. 2017, arXiv:1703.03400) at the time of use, as libraries like learn2learn (Arnold
et al. 2020, arXiv:2008.12284) do it: the module is cloned, parameter by parameter, so that
gradients flow back to the original; then, five times, the loss on the patient's ratings is
differentiated and the clone's parameters are replaced. The network is the harness's own for MAML.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from adaptation.learning.learners.episodic_module import Columns
from adaptation.learning.learners.maml import STEPS, TwoLayers

RATE = 0.1


def network(columns: Columns) -> nn.Module:
    torch.manual_seed(0)
    return TwoLayers(columns)


def adapt(
    module: nn.Module, x: Tensor, y: Tensor, weight: Tensor, *, second_order: bool
) -> nn.Module:
    """The module after the support set x [S, C], y and weight [S, T]. `second_order` keeps the
    graph of the steps, which training needs and libraries keep unless told not to."""
    own = _clone(module)
    for _ in range(STEPS):
        loss = (weight * (own(x) - y) ** 2).sum() / weight.sum()
        parameters = list(_parameters(own))
        slopes = torch.autograd.grad(loss, parameters, create_graph=second_order)
        stepped = [value - RATE * slope for value, slope in zip(parameters, slopes, strict=True)]
        _replace(own, iter(stepped))
    return own


def _clone(module: nn.Module) -> nn.Module:
    """The module with copies of its parameters that are functions of them."""
    clone = module.__new__(type(module))
    clone.__dict__ = {
        **module.__dict__,
        "_parameters": {name: value.clone() for name, value in module._parameters.items()},
        "_modules": {name: _clone(part) for name, part in module._modules.items()},
    }
    return clone


def _parameters(module: nn.Module) -> list[Tensor]:
    own = list(module._parameters.values())
    return own + [value for part in module._modules.values() for value in _parameters(part)]


def _replace(module: nn.Module, values: Iterator[Tensor]) -> None:
    for name in module._parameters:
        module._parameters[name] = next(values)
    for part in module._modules.values():
        _replace(part, values)
