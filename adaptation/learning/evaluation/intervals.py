"""How sure a measure is: people are drawn with replacement, all rows of a person together.

The rows of one person are not independent, and neither are the same rows under several seeds, so
the person is what is drawn (the cluster bootstrap; Efron & Tibshirani 1993, chapter 8). All
measures share the draws, so that the difference of two has an interval of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from adaptation.learning.ratings import Floats, Whole

RESAMPLES = 1_000
CELLS = 4_000_000  # of a working table at once: 32 MB


@dataclass(frozen=True)
class Estimate:
    """A measure of the people there are, and of each draw of as many. NaN: not defined there."""

    value: float
    draws: Floats  # [B]

    def minus(self, other: "Estimate") -> "Estimate":
        """The difference in the same draws."""
        return Estimate(self.value - other.value, self.draws - other.draws)

    @property
    def error(self) -> float:
        """Standard error; NaN where fewer than two draws define the measure."""
        defined = self._defined()
        return float(defined.std(ddof=1)) if len(defined) > 1 else np.nan

    def interval(self, share: float = 0.95) -> tuple[float, float]:
        """The percentile interval that holds this share of the draws."""
        defined = self._defined()
        if len(defined) < 2:
            return np.nan, np.nan
        low, high = np.quantile(defined, [(1 - share) / 2, (1 + share) / 2])
        return float(low), float(high)

    def _defined(self) -> Floats:
        defined: Floats = self.draws[np.isfinite(self.draws)]
        return defined


@dataclass(frozen=True)
class Resamples:
    """How often each of U people is in each of B draws."""

    weights: Floats  # [B, U]

    @classmethod
    def draw(cls, people: int, *, count: int = RESAMPLES, seed: int = 0) -> "Resamples":
        chances = np.full(people, 1 / people)
        return cls(np.random.default_rng(seed).multinomial(people, chances, count).astype(float))

    def of_sums(
        self, person: Whole, values: Floats, statistic: Callable[[Floats], Floats]
    ) -> Estimate:
        """A measure that is a function of the sums [..., M] over rows of `values` [N, M]; the rows
        are those of `person` [N], 0..U−1."""
        people = self.weights.shape[1]
        sums = np.stack([np.bincount(person, column, people) for column in values.T], axis=1)
        return Estimate(float(statistic(sums.sum(axis=0))), statistic(self.weights @ sums))

    def of_weights(self, person: Whole, statistic: Callable[[Floats], Floats]) -> Estimate:
        """A measure that is a function of the weights [..., N] of rows: how often each counts."""
        whole = float(statistic(np.ones((1, len(person))))[0])
        parts = max(1, len(self.weights) * len(person) // CELLS)
        draws = [statistic(some[:, person]) for some in np.array_split(self.weights, parts)]
        return Estimate(whole, np.concatenate(draws))
