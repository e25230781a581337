"""One person's values in time as an XmR chart (Wheeler & Chambers 1992): is what varies more than
what always varies?

The limits rest on how far neighbours differ, so a slow drift does not widen them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PER_RANGE = 2.66  # 3 / 1.128: three standard deviations, from the mean range of two neighbours
RUN = 8  # so many on one side of the centre line (Western Electric rule 4)
FEWEST = 6  # below this the limits themselves are hardly known; a step of ours


@dataclass(frozen=True)
class Chart:
    centre: float
    low: float
    high: float
    beyond: tuple[int, ...]
    """Places of values outside of the limits."""
    shifted: tuple[int, ...]
    """Places that belong to a run on one side of the centre line."""


def xmr(values: Sequence[float]) -> Chart | None:
    """None of fewer than FEWEST values."""
    if len(values) < FEWEST:
        return None
    observed = np.asarray(values, float)
    centre = float(observed.mean())
    half = PER_RANGE * float(np.abs(np.diff(observed)).mean())
    beyond = np.flatnonzero(np.abs(observed - centre) > half)
    return Chart(
        centre=centre,
        low=centre - half,
        high=centre + half,
        beyond=tuple(int(place) for place in beyond),
        shifted=_runs(np.sign(observed - centre)),
    )


def _runs(sides: NDArray[Any]) -> tuple[int, ...]:
    found: list[int] = []
    begin = 0
    for place in range(1, len(sides) + 1):
        if place < len(sides) and sides[place] == sides[begin]:
            continue
        if sides[begin] != 0 and place - begin >= RUN:
            found.extend(range(begin, place))
        begin = place
    return tuple(found)
