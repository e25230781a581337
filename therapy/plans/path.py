"""The shape of a playlist's path through the affect plane (docs/playlists.md draws it).

A path goes from the patient's mood s to the target t in K waypoints, p_k = t + (s − t)·c_k with
c_k = λ(1 − f(k/(K−1))). That is the iso principle, start where the patient is and lead away from
there (Altshuler 1948); `direct` does without it and is its control.
"""

from collections.abc import Callable

from therapy.plans.models import SessionPlan

RETURN = 0.2  # of the way back to the mood, for the last track of `u`
HELD = 2  # tracks at the target that end a plateau


def curve_weights(curve: str, k: int, start_factor: float) -> list[float]:
    """The weights c [k]: 1 is the mood, 0 the target.

    curve: one of SessionPlan.Curve. k ≥ 1 tracks. start_factor λ: the largest weight of a path
    that starts at the mood. A single track plays at the target: there is no way to go.
    Raises ValueError for an unknown curve or k < 1.
    """
    if k < 1:
        raise ValueError(f"A path needs at least one track, not {k}.")
    if curve not in SHARES:
        raise ValueError(f"Unknown curve '{curve}'; there are {', '.join(SHARES)}.")
    if k == 1:
        return [0.0]
    return [start_factor * (1.0 - SHARES[curve](step, k)) for step in range(k)]


# Each gives f: the share of the way to the target that is behind the listener at `step` of `k`.


def _linear(step: int, k: int) -> float:
    return step / (k - 1)


def _ease_out(step: int, k: int) -> float:
    return 1.0 - (1.0 - step / (k - 1)) ** 2


def _plateau(step: int, k: int) -> float:
    """The first matches, the last two hold the target; of two tracks the last alone can."""
    return min(1.0, step / max(k - HELD, 1))


def _u(step: int, k: int) -> float:
    """Down in the first half, held, and a little way back with the last of three or more."""
    if step == k - 1 and k > 2:
        return 1.0 - RETURN
    return min(1.0, step / max((k - 1) // 2, 1))


def _direct(step: int, k: int) -> float:
    return 1.0


SHARES: dict[str, Callable[[int, int], float]] = {
    SessionPlan.Curve.LINEAR.value: _linear,
    SessionPlan.Curve.EASE_OUT.value: _ease_out,
    SessionPlan.Curve.PLATEAU.value: _plateau,
    SessionPlan.Curve.U.value: _u,
    SessionPlan.Curve.DIRECT.value: _direct,
}
