"""A playlist to try a plan by, made by the patient's model, which a room above contributes.

Nothing of it is stored: it is no session of the patient's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from therapy.catalogue.models import Track
from therapy.people.models import Patient
from therapy.plans.models import SessionPlan
from therapy.plans.path import Point


class NoTryout(Exception):
    """No playlist can be made; the text says why and what to do, for who writes the plan."""


@dataclass(frozen=True)
class TryoutTrack:
    """A track, the mood that the path wants after it, and the one that the model expects, with its
    standard deviations. `reason` is why it is there, in words."""

    track: Track
    waypoint: Point
    predicted: Point
    deviation: Point
    reason: str


@dataclass(frozen=True)
class Tryout:
    """A playlist; `made_by` names the model, `note` says what the asker should know, or nothing."""

    tracks: Sequence[TryoutTrack]
    made_by: str
    note: str
    seed: int


class TryoutMaker(Protocol):
    def __call__(self, *, patient: Patient, plan: SessionPlan, mood: Point, seed: int) -> Tryout:
        """By a plan that need not be saved. Stores nothing. Raises NoTryout."""
        ...


_makers: list[TryoutMaker] = []


def register(maker: TryoutMaker) -> None:
    """Say what makes tryouts. Raises ValueError where something does already."""
    if _makers:
        raise ValueError("Tryouts are made already; a plan is tried by one model.")
    _makers.append(maker)


def make_tryout(*, patient: Patient, plan: SessionPlan, mood: Point, seed: int) -> Tryout:
    """Raises NoTryout."""
    if not _makers:
        raise NoTryout("This installation publishes no models, so there is nothing to try.")
    return _makers[0](patient=patient, plan=plan, mood=mood, seed=seed)
