"""One person's values in time as an XmR chart (Wheeler & Chambers 1992): is what varies more than
what always varies?

The limits rest on how far neighbours differ, so a slow drift does not widen them. Runs are told by
the median, as in a run chart (Perla, Provost & Murray 2011, doi 10.1136/bmjqs.2009.037895): one
far value would pull the mean, and leave all others on one side of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PER_RANGE = 2.66  # 3 / 1.128: three standard deviations, from the mean range of two neighbours
RUN = 8  # so many on one side (Western Electric rule 4)
FEWEST = 6  # below this the limits themselves are hardly known; a step of ours


@dataclass(frozen=True)
class Chart:
    centre: float
    low: float
    high: float
    beyond: tuple[int, ...]
    """Places of values outside of the limits."""
    runs: tuple[tuple[int, int], ...]
    """First and last place of each run of at least RUN values on one side of the median; values on
    the median neither count nor end one."""


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
        runs=_runs(np.sign(observed - np.median(observed))),
    )


def _runs(sides: NDArray[Any]) -> tuple[tuple[int, int], ...]:
    places = np.flatnonzero(sides)
    turns = np.flatnonzero(np.diff(sides[places])) + 1
    stretches = np.split(places, turns)
    return tuple((int(one[0]), int(one[-1])) for one in stretches if len(one) >= RUN)
