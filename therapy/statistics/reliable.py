"""Whether one person's change is more than the measure's own unreliability (Jacobson & Truax 1991,
doi 10.1037/0022-006X.59.1.12)."""

from enum import StrEnum

SURE = 1.96  # standard errors of a difference


class Verdict(StrEnum):
    IMPROVED = "improved"
    UNCERTAIN = "uncertain"
    DETERIORATED = "deteriorated"


def reliable_change(deviation: float, reliability: float) -> float:
    """The smallest change that is reliable, in the measure's units, from the standard deviation in
    a reference group and the reliability, 0..1 (not 1). Raises ValueError."""
    if deviation <= 0 or not 0 <= reliability < 1:
        raise ValueError("A deviation is above 0, and a reliability from 0 to under 1.")
    return float(SURE * deviation * (2 * (1 - reliability)) ** 0.5)


def verdict(change: float, smallest: float, *, lower_is_better: bool) -> Verdict:
    """Of a change from before to after, by the smallest that is reliable."""
    if abs(change) < smallest:
        return Verdict.UNCERTAIN
    return Verdict.IMPROVED if (change < 0) == lower_is_better else Verdict.DETERIORATED
