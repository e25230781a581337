"""Inverting many small matrices at once.

The matrices lie in the last dimension: a step is one long operation for all of them, where a
library's routine takes them one by one.
"""

from itertools import islice

import torch
from torch import Tensor


def sweep(matrices: Tensor, pivots: int) -> None:
    """Sweep symmetric matrices [m, m, B] in place on pivots 0..`pivots`−1 (Goodnight 1979, *The
    American Statistician* 33(3)): that block A becomes −A⁻¹, and what is beside it, b, A⁻¹ b.

    No pivots are exchanged, so A must be definite.
    """
    row, scaled = torch.empty_like(matrices[0]), torch.empty_like(matrices[0])
    down, across = row.unsqueeze(1), scaled.unsqueeze(0)
    minus = torch.full_like(row[0], -1.0)
    views = zip(
        *(each.unbind() for each in (matrices, matrices.transpose(0, 1), row, scaled)), strict=True
    )
    for its_row, its_column, pivot, scaled_pivot in islice(views, pivots):
        row.copy_(its_row)
        torch.div(row, pivot, out=scaled)
        matrices.addcmul_(down, across, value=-1)
        torch.div(minus, pivot, out=scaled_pivot)
        its_row.copy_(scaled)
        its_column.copy_(scaled)
