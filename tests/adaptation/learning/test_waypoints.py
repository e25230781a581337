"""The path through the affect plane keeps its promises for whatever is asked."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptation.learning.waypoints import GUARDS, plan_waypoints

TRACKS = 8
LINEAR = np.linspace(1, 0, TRACKS)
FREE = {"hold_radius": 0.0, "largest_step": 3.0, "lowest_valence": -1.0}
CLOSE = 1e-5  # a coordinate is a float32 near 1

steady = settings(deadline=None, derandomize=True, max_examples=200)
axis = st.floats(-1, 1, width=32)
points = st.tuples(axis, axis)
curves = st.lists(st.floats(0, 1, width=32), min_size=TRACKS, max_size=TRACKS)
# What no plan offers, but a phone might send.
beyond = st.lists(st.floats(-3, 3, width=32), min_size=TRACKS, max_size=TRACKS)
guards = st.fixed_dictionaries(
    {
        "hold_radius": st.floats(0, 1, width=32),
        "largest_step": st.floats(0.0625, 3, width=32),
        "lowest_valence": axis,
    }
)

Point = tuple[float, float]


def path(
    mood: Point, target: Point, curve: object = LINEAR, **changed: float
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Waypoints [K, 2], free of every guard that is not named."""
    bounds = [{**FREE, **changed}[name] for name in GUARDS]
    given = (
        torch.tensor(np.asarray(x), dtype=torch.float32) for x in (mood, target, curve, bounds)
    )
    return plan_waypoints(*given).numpy()


def distance(one: object, other: object) -> float:
    return float(np.linalg.norm(np.asarray(one, np.float64) - np.asarray(other, np.float64)))


@steady
@given(mood=points, target=points)
def test_a_linear_path_begins_at_the_mood_ends_at_the_target_and_is_even(
    mood: Point, target: Point
) -> None:
    waypoints = path(mood, target)
    assert distance(waypoints[0], mood) < CLOSE
    assert distance(waypoints[-1], target) < CLOSE
    even = np.linspace(mood, target, TRACKS)
    np.testing.assert_allclose(waypoints, even, atol=CLOSE)


@steady
@given(mood=points, target=points)
def test_a_direct_path_is_at_the_target_at_once(mood: Point, target: Point) -> None:
    np.testing.assert_allclose(path(mood, target, np.zeros(TRACKS)), [target] * TRACKS, atol=CLOSE)


@steady
@given(mood=points, target=points, curve=curves, bounds=guards)
def test_no_step_is_larger_than_the_largest(
    mood: Point, target: Point, curve: list[float], bounds: dict[str, float]
) -> None:
    steps = np.diff(path(mood, target, curve, **bounds).astype(np.float64), axis=0)
    assert np.linalg.norm(steps, axis=1).max() <= bounds["largest_step"] + CLOSE


@steady
@given(mood=points, target=points, curve=beyond, bounds=guards)
def test_every_waypoint_is_a_possible_mood(
    mood: Point, target: Point, curve: list[float], bounds: dict[str, float]
) -> None:
    waypoints = path(mood, target, curve, **bounds)
    assert np.abs(waypoints).max() <= 1.0 + CLOSE


@steady
@given(mood=points, target=points, curve=beyond, bounds=guards)
def test_the_path_goes_no_lower_than_the_mood_or_the_target(
    mood: Point, target: Point, curve: list[float], bounds: dict[str, float]
) -> None:
    waypoints = path(mood, target, curve, **bounds)
    assert waypoints[:, 0].min() >= min(mood[0], target[0]) - CLOSE


@steady
@given(mood=points, target=points, curve=curves, bounds=guards)
def test_no_valence_below_the_lowest_is_matched(
    mood: Point, target: Point, curve: list[float], bounds: dict[str, float]
) -> None:
    waypoints = path(mood, target, curve, **bounds)
    assert waypoints[:, 0].min() >= min(bounds["lowest_valence"], target[0]) - CLOSE


@steady
@given(mood=points, target=points, curve=curves, bounds=guards)
def test_near_the_target_the_path_holds_it(
    mood: Point, target: Point, curve: list[float], bounds: dict[str, float]
) -> None:
    waypoints = path(mood, target, curve, **bounds)
    if distance(mood, target) < bounds["hold_radius"] - CLOSE:
        np.testing.assert_allclose(waypoints, [target] * TRACKS, atol=CLOSE)


def test_just_outside_the_radius_the_path_begins_at_the_mood() -> None:
    near, far = (0.3, 0.14), (0.3, 0.16)
    assert distance(path(near, (0.3, 0.0), hold_radius=0.15)[0], (0.3, 0.0)) < CLOSE
    assert distance(path(far, (0.3, 0.0), hold_radius=0.15)[0], far) < CLOSE


def test_a_very_low_mood_is_met_higher_up_and_the_arousal_is_still_matched() -> None:
    waypoints = path((-0.95, 0.4), (0.5, -0.5), lowest_valence=-0.6)
    np.testing.assert_allclose(waypoints[0], (-0.6, 0.4), atol=CLOSE)


def test_a_path_that_may_not_leap_follows_behind_and_stops_short() -> None:
    waypoints = path((-1.0, 1.0), (1.0, -1.0), largest_step=0.2)
    steps = np.linalg.norm(np.diff(waypoints, axis=0), axis=1)
    np.testing.assert_allclose(steps, 0.2, atol=CLOSE)
    assert distance(waypoints[-1], (-1.0, 1.0)) < 1.41
