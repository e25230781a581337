"""The shape of a playlist's path through the affect plane (docs/playlists.md draws it).

A path goes from the patient's mood s to the target t in K waypoints, p_k = t + (s − t)·c_k with
c_k = λ(1 − f(k/(K−1))). That is the iso principle, start where the patient is and lead away from
there (Altshuler 1948); `direct` does without it and is its control.
"""

import math
from collections.abc import Callable

from therapy.plans.models import SessionPlan

Point = tuple[float, float]  # valence, arousal

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


def waypoints(plan: SessionPlan, mood: Point) -> list[Point]:
    """Where the plan wants the mood to be after each of its tracks, for a patient in `mood`: the
    path with its guards, as the exported graph computes it (docs/playlists.md).

    `mood` in −1..1 each; the plan's numbers within their bounds. Raises as `curve_weights` does.
    """
    target = (plan.target_valence, plan.target_arousal)
    weights = curve_weights(plan.curve, plan.track_count, plan.start_factor)
    if math.dist(mood, target) < plan.hold_radius:
        return [target] * len(weights)
    matched = (max(mood[0], plan.lowest_valence), mood[1])
    floor = (min(mood[0], target[0]), -1.0)
    wanted = [_towards(target, matched, weight, floor) for weight in weights]
    path = wanted[:1]
    for point in wanted[1:]:
        path.append(_step(path[-1], point, plan.largest_step))
    return path


def _towards(target: Point, mood: Point, weight: float, floor: Point) -> Point:
    """The point that lies the share `weight` of the way back from the target, within the plane."""
    valence, arousal = (
        min(max(end + (start - end) * weight, least), 1.0)
        for start, end, least in zip(mood, target, floor, strict=True)
    )
    return valence, arousal


def _step(here: Point, there: Point, largest: float) -> Point:
    length = math.dist(here, there)
    share = min(1.0, largest / length) if length else 1.0
    return here[0] + (there[0] - here[0]) * share, here[1] + (there[1] - here[1]) * share


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
