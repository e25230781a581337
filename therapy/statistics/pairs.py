"""Moods before and after, summed by person: all that the headline needs, however many sessions
there were. Sums of months add up to those of a year."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from therapy.statistics.drift import Drift

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """Sums over the sessions of P people, each [P]; who had none has zeros. Moods are of one axis,
    −1..1."""

    n: Array
    before: Array
    after: Array
    before_squared: Array
    after_squared: Array
    product: Array

    @classmethod
    def of(cls, person: ArrayLike, before: ArrayLike, after: ArrayLike, people: int) -> "Pairs":
        """Of N sessions, each [N]: whose it was as 0..people − 1, and the moods."""
        whose = np.asarray(person, int)
        first, second = np.asarray(before, float), np.asarray(after, float)
        terms = (np.ones(len(whose)), first, second, first**2, second**2, first * second)
        return cls(*(np.bincount(whose, each, people).astype(float) for each in terms))

    def __add__(self, more: "Pairs") -> "Pairs":
        """With other sessions of the same people."""
        return Pairs(
            *(getattr(self, each.name) + getattr(more, each.name) for each in fields(self))
        )

    @property
    def sessions(self) -> int:
        return int(self.n.sum())

    @property
    def people(self) -> int:
        """Who had at least one session."""
        return int((self.n > 0).sum())

    def of_those(self, chosen: NDArray[np.bool_]) -> "Pairs":
        """Of the people [P] that are chosen; the others go."""
        return Pairs(*(getattr(self, each.name)[chosen] for each in fields(self)))

    def beyond(self, drift: Drift) -> Array:
        """Σ (after − expected) of each person [P]."""
        return self.after - drift.intercept * self.n - drift.slope * self.before

    def beyond_squared(self, drift: Drift) -> float:
        """Σ (after − expected)² of all sessions."""
        line, slope = drift.intercept, drift.slope
        total = (
            self.after_squared
            + line**2 * self.n
            + slope**2 * self.before_squared
            - 2 * line * self.after
            - 2 * slope * self.product
            + 2 * line * slope * self.before
        )
        return float(total.sum())
