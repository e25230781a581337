"""Where the path of a playlist wants the mood to be after each track."""

from typing import Final

import torch
from torch import Tensor

GUARDS: Final = ("hold_radius", "largest_step", "lowest_valence")


def plan_waypoints(mood: Tensor, target: Tensor, curve: Tensor, guards: Tensor) -> Tensor:
    """Waypoints [K, 2] in the affect plane.

    mood and target [2] in −1..1. curve [K]: the share c of the way *back* to the mood, so that
    p_k = t + (s − t)·c_k; 1 is the mood itself, 0 the target (session plans name the curves).
    guards [3]: nearer to the target than `hold_radius` every waypoint is the target; two waypoints
    lie at most `largest_step` apart; the path matches no valence below `lowest_valence`, and goes
    no lower than the mood itself or the target.
    """
    hold_radius, largest_step, lowest_valence = guards[0], guards[1], guards[2]
    lift = torch.stack([torch.maximum(mood[0], lowest_valence), mood[1]])
    away = lift - target
    wanted = target + away * curve.unsqueeze(-1)
    floor = torch.stack([torch.minimum(mood[0], target[0]), torch.full_like(mood[1], -1.0)])
    wanted = torch.clamp(torch.maximum(wanted, floor), -1.0, 1.0)
    gap = mood - target
    near = torch.sqrt((gap * gap).sum()) < hold_radius
    wanted = torch.where(near, target.expand_as(wanted), wanted)
    return _bound_steps(wanted, largest_step)


def _bound_steps(wanted: Tensor, largest_step: Tensor) -> Tensor:
    """Follow the wanted points [K, 2], never further than `largest_step` from one to the next."""
    here = wanted[0]
    path = [here]
    for k in range(1, wanted.shape[0]):
        step = wanted[k] - here
        length = torch.sqrt((step * step).sum())
        here = here + step * torch.clamp(largest_step / (length + 1e-6), max=1.0)
        path.append(here)
    return torch.stack(path)
