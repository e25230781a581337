"""Where tracks lie in the valence–arousal plane, which rooms above know and therapy does not.

An app registers what knows it in `AppConfig.ready()`; the pages of the catalogue ask here.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from therapy.catalogue.models import FeatureSchema


@dataclass(frozen=True)
class Place:
    """The mood, valence and arousal each −1..1, that most people report after a track that they
    heard in a neutral mood; `spread` is one standard deviation of what one person reports."""

    valence: float
    arousal: float
    valence_spread: float
    arousal_spread: float


@dataclass(frozen=True)
class Places:
    """By track; those that are not placed yet are left out. `model` says it, in words, and
    `address` leads to what is known of it."""

    model: str = ""
    simulated: bool = False
    trained_on: str = ""
    address: str = ""
    of: Mapping[uuid.UUID, Place] = field(default_factory=dict)


class Knows(Protocol):
    def places(self, schema: FeatureSchema, tracks: Collection[uuid.UUID]) -> Places | None:
        """Of tracks that are described under a schema; None where no model reads it. A fixed
        number of queries."""
        ...


_known_by: list[Knows] = []


def register(knows: Knows) -> None:
    """Have this asked where tracks lie, before what was registered earlier."""
    _known_by.insert(0, knows)


def places_of(schema: FeatureSchema, tracks: Collection[uuid.UUID]) -> Places | None:
    """The first answer of what knows; None where nothing does."""
    answers = (one.places(schema, tracks) for one in _known_by)
    return next((found for found in answers if found is not None), None)
