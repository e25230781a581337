"""Shares of people, with Wilson's interval (1927, doi 10.1080/01621459.1927.10502953), which holds
its level for small groups and shares near 0 or 1 where the usual one does not."""

from dataclasses import dataclass

from scipy.stats import binomtest


@dataclass(frozen=True)
class Share:
    """`count` of `n` people."""

    count: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.count / self.n


def share(count: int, n: int) -> Share:
    """Raises ValueError: nobody, or more than all."""
    if not 0 <= count <= n or n == 0:
        raise ValueError(f"{count} of {n} is no share.")
    interval = binomtest(count, n).proportion_ci(confidence_level=0.95, method="wilson")
    return Share(count, n, float(interval.low), float(interval.high))
