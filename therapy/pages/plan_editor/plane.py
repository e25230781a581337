"""The valence–arousal plane as it is drawn: a square of which one unit is a pixel, so that where it
was clicked says which mood is meant.

Valence goes to the right and arousal up; SVG counts down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from therapy.pages.plan_words import signed
from therapy.plans.models import SessionPlan
from therapy.plans.path import Point, waypoints

SIZE: Final = 280
EDGE: Final = 20
REACH: Final = (SIZE - 2 * EDGE) / 2  # from the middle to the rim, of 1


@dataclass(frozen=True)
class Spot:
    """A point of the plane where it is drawn; `valence` and `arousal` −1..1."""

    valence: float
    arousal: float
    wide: float = 0.0  # half of the ellipse around it, in pixels
    high: float = 0.0

    @property
    def x(self) -> str:
        return f"{SIZE / 2 + REACH * self.valence:.1f}"

    @property
    def y(self) -> str:
        return f"{SIZE / 2 - REACH * self.arousal:.1f}"

    @property
    def in_words(self) -> str:
        return f"{signed(self.valence)}, {signed(self.arousal)}"


@dataclass(frozen=True)
class Plane:
    """What is drawn: the mood, the target, the way, and the moods that a model predicts on it."""

    mood: Spot
    target: Spot
    way: tuple[Spot, ...]
    predicted: tuple[Spot, ...] = ()
    size: int = SIZE
    edge: int = EDGE

    @property
    def far_edge(self) -> int:
        return self.size - self.edge

    @property
    def line(self) -> str:
        """The way as the points of a polyline."""
        return " ".join(f"{spot.x},{spot.y}" for spot in self.way)

    @property
    def description(self) -> str:
        way = "; ".join(spot.in_words for spot in self.way)
        return (
            f"Valence and arousal, from the mood {self.mood.in_words} "
            f"to the target {self.target.in_words}: {way}."
        )


def path_of(plan: SessionPlan, mood: Point) -> Plane:
    """The path that the plan asks for, for a patient in that mood."""
    return plane_of(plan, mood, waypoints(plan, mood))


def plane_of(
    plan: SessionPlan,
    mood: Point,
    way: Sequence[Point],
    predicted: Sequence[tuple[Point, Point]] = (),
) -> Plane:
    """A way in the plane; `predicted` moods each with their standard deviations."""
    return Plane(
        mood=Spot(*mood),
        target=Spot(plan.target_valence, plan.target_arousal),
        way=tuple(Spot(*point) for point in way),
        predicted=tuple(
            Spot(*point, wide=REACH * spread[0], high=REACH * spread[1])
            for point, spread in predicted
        ),
    )


def mood_at(x: int, y: int) -> Point:
    """The mood that was meant by a click there, in hundredths; beyond the rim, on it."""
    valence, arousal = (x - SIZE / 2) / REACH, (SIZE / 2 - y) / REACH
    return round(min(max(valence, -1.0), 1.0), 2), round(min(max(arousal, -1.0), 1.0), 2)
