"""People with an offset of their own and nothing else, as episodes."""

import numpy as np
import torch
from torch import Tensor

from adaptation.learning.early_ratings import FIRST, Episodes
from adaptation.learning.hierarchy import Hierarchy
from adaptation.learning.ratings import Floats

QUERIES = 20


def hierarchy_of(spread: Floats, noise: Floats) -> Hierarchy:
    """One that says P [d, d] and R [T, T], and nothing that episodes are not given."""
    nothing = np.zeros((len(noise), 0))
    return Hierarchy(nothing, spread, noise[None], np.zeros((0, 0, 0)), nothing)


def episodes_from(first: Floats, later: Floats) -> Episodes:
    """Series of one answer whose residuals are these: [B, FIRST] and [B, QUERIES]."""

    def column(values: Floats) -> Tensor:
        return torch.from_numpy(np.asarray(values, np.float64)[:, :, None])

    ones = torch.ones(1, dtype=torch.float64)
    return Episodes(
        ones.expand(*first.shape, 1, 1),
        column(first),
        ones.expand(*first.shape, 1),
        ones.expand(*later.shape, 1, 1),
        column(later),
        ones.expand(*later.shape, 1),
        np.arange(len(first)),
    )


def people(
    count: int = 150,
    *,
    offset: float = 1.0,
    noise: Floats | float = 1.0,
    misled: Floats | float = 0.0,
    seed: int = 0,
    tails: float | None = None,
) -> Episodes:
    """Everybody's offset has the deviation `offset`; `noise` is a deviation, for all or for each
    person [B, 1]. Each of the first ratings is off by something of the person's own, times `misled`
    [FIRST]. With `tails` the noise is Student's t with so many degrees of freedom."""
    draw = np.random.default_rng(seed)
    own = offset * draw.normal(size=(count, 1))
    errors = draw.normal(size=(count, FIRST + QUERIES))
    if tails is not None:
        errors /= np.sqrt(draw.chisquare(tails, errors.shape) / tails)
    said = own + noise * errors
    said[:, :FIRST] += misled * draw.normal(size=(count, 1))
    return episodes_from(said[:, :FIRST], said[:, FIRST:])
