"""Where a mood would have gone by itself.

A mood that is further from somebody's usual than most drifts back, whatever is played (regression
to the mean), so a mean change says little. Expected is a line: after = intercept + slope·before.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Drift:
    """The line of one axis, both on −1..1, and how sure its coefficients are."""

    intercept: float
    slope: float
    covariance: NDArray[np.float64]  # [2, 2] of intercept and slope
    residual: float
    """Standard deviation of single sessions around the line."""
    source: str

    def expected(self, before: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.intercept + self.slope * before

    def variance_at(self, before: float) -> float:
        """Of the line at this mean of moods before."""
        at = np.array([1.0, before])
        return float(at @ self.covariance @ at)


ORDINARY_LISTENING = (
    "Ordinary listening, 897 logs of 30 people (SiTunes, stage 2; mixed model with an intercept "
    "for each person)"
)


def _published(
    intercept: float, slope: float, errors: tuple[float, float], residual: float
) -> Drift:
    # How the two errors go together was not published; apart is where the moods before are centred
    # near 0, as they were there.
    return Drift(intercept, slope, np.diag(np.square(errors)), residual, ORDINARY_LISTENING)


PRIOR = {
    "valence": _published(0.158, 0.565, (0.015, 0.024), 0.24),
    "arousal": _published(0.032, 0.511, (0.019, 0.023), 0.27),
}
"""By axis: what is expected where a clinic has too few control sessions of its own."""
