"""From before to after in the same people: the mean change with its interval, and two effect sizes
that are not each other (Lakens 2013, PMC3840331)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t


class TooFew(Exception):
    """Fewer than two pairs: nothing can be said of how they differ."""


@dataclass(frozen=True)
class Change:
    """`mean`, `low` and `high` in the units of what was measured."""

    n: int
    mean: float
    low: float
    high: float
    d_z: float | None
    """The mean by the standard deviation of the changes: says how sure the direction is, and grows
    as before and after go together; not comparable between designs. None where all changes are
    the same."""
    g_av: float | None
    """The mean by the average of the two standard deviations, corrected for small samples: how
    large the change is beside how people differ. None where nobody differs from another."""


def change(before: ArrayLike, after: ArrayLike) -> Change:
    """Of pairs, both [N]. Raises TooFew, and ValueError where they do not pair."""
    first, second = np.asarray(before, float), np.asarray(after, float)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError("Before and after must be as many.")
    n = len(first)
    if n < 2:
        raise TooFew(f"{n} pairs")
    changes = second - first
    mean, deviation = float(changes.mean()), float(changes.std(ddof=1))
    half = float(t.ppf(0.975, n - 1)) * deviation / n**0.5
    between = (float(first.std(ddof=1)) + float(second.std(ddof=1))) / 2
    # Hedges' correction as Lakens' formula 4 has it, with n people before and n after.
    correction = 1 - 3 / (4 * (2 * n) - 9) if n > 2 else 1.0
    return Change(
        n=n,
        mean=mean,
        low=mean - half,
        high=mean + half,
        d_z=mean / deviation if deviation > 0 else None,
        g_av=correction * mean / between if between > 0 else None,
    )
