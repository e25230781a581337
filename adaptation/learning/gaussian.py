"""A Gaussian over a patient's taste coordinates, and its exact update by one observation.

The patient vector is the belief itself: d means, then the lower triangle of the d×d covariance
row by row, D = d + d(d+1)/2 numbers. The update is the Kalman measurement update for a scalar
observation (Kalman 1960, doi 10.1115/1.3662552; Särkkä 2013, theorem 4.2): products, sums and one
division, so that it converts where a linear solve does not. It is exactly recursive: the belief
after ten ratings does not depend on their order, nor on which of them the phone applied itself.
"""

import torch
from torch import Tensor


def vector_size(coordinates: int) -> int:
    """D for d coordinates."""
    return coordinates + coordinates * (coordinates + 1) // 2


def pack(mean: Tensor, covariance: Tensor) -> Tensor:
    """mean [..., d] and covariance [..., d, d] → vector [..., D]."""
    d = mean.shape[-1]
    places = torch.tensor([row * d + column for row in range(d) for column in range(row + 1)])
    triangle = torch.index_select(covariance.flatten(-2), -1, places)
    return torch.cat([mean, triangle], dim=-1)


def unpack(vector: Tensor, coordinates: int) -> tuple[Tensor, Tensor]:
    """vector [..., D] → mean [..., d] and the symmetric covariance [..., d, d]."""
    d = coordinates
    places = torch.tensor([_place(row, column) for row in range(d) for column in range(d)])
    covariance = torch.index_select(vector[..., d:], -1, places)
    return vector[..., :d], covariance.unflatten(-1, (d, d))


def _place(row: int, column: int) -> int:
    """Where the packed lower triangle keeps an entry of the symmetric matrix."""
    low, high = sorted((row, column))
    return high * (high + 1) // 2 + low


def observe(
    mean: Tensor, covariance: Tensor, row: Tensor, residual: Tensor, noise: Tensor, weight: Tensor
) -> tuple[Tensor, Tensor]:
    """The belief after one scalar observation y = row·z + ε, ε ~ N(0, noise / weight).

    mean [..., d], covariance [..., d, d], row [..., d]; residual [...] is y minus what was
    predicted without the patient's coordinates; weight [...] in 0..1, where 0 means *not observed*
    and leaves the belief unchanged, and 1/n is one n-th of an observation.
    """
    spread = (covariance @ row.unsqueeze(-1)).squeeze(-1)
    gain = weight / (weight * (row * spread).sum(-1) + noise)
    surprise = residual - (row * mean).sum(-1)
    mean = mean + (gain * surprise).unsqueeze(-1) * spread
    scaled = gain.unsqueeze(-1) * spread
    covariance = covariance - scaled.unsqueeze(-1) * spread.unsqueeze(-2)
    return mean, covariance
