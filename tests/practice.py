"""A clinic whose tracks are described in the small base's schema, with that base released."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from adaptation.learning.bases import Base
from adaptation.models import BaseModel
from adaptation.services import release_base, store_schema
from tests.factories import (
    CatalogueFactory,
    ClinicFactory,
    DeviceFactory,
    ListeningSessionFactory,
    MoodRatingFactory,
    PatientFactory,
    TrackFactory,
    TrackFeaturesFactory,
    TrackRatingFactory,
)
from tests.people import Phone
from tests.trained import SCHEMA, some_tracks
from therapy.models import Catalogue, Clinic, MoodRating, Patient, Track

Mood = tuple[float, float]


@dataclass(frozen=True)
class Practice:
    """The clinic "practice", its patient P-1, that patient's phone, and the base in use."""

    clinic: Clinic
    catalogue: Catalogue
    tracks: Sequence[Track]
    base: BaseModel
    phone: Phone

    @property
    def patient(self) -> Patient:
        return self.phone.patient

    def sit(
        self,
        *likings: tuple[Track, int],
        before: Mood | None = None,
        after: Mood | None = None,
        at: datetime | None = None,
        patient: Patient | None = None,
    ) -> UUID:
        """A sitting: mood, tracks with their liking, mood, a minute apart. Written past the
        services, so it asks for no adaptation."""
        who, clock = patient or self.patient, at or timezone.now()
        session = ListeningSessionFactory(patient=who, started_at=clock)
        shared: dict[str, Any] = {"patient": who, "session": session}
        if before is not None:
            rate_mood(before, MoodRating.Phase.BEFORE, rated_at=clock, **shared)
        for track, liking in likings:
            clock += timedelta(minutes=1)
            TrackRatingFactory(track=track, liking=liking, rated_at=clock, **shared)
        if after is not None:
            clock += timedelta(minutes=1)
            rate_mood(after, MoodRating.Phase.AFTER, rated_at=clock, **shared)
        return session.id


def rate_mood(mood: Mood, phase: str, **fields: Any) -> MoodRating:
    rating: MoodRating = MoodRatingFactory(valence=mood[0], arousal=mood[1], phase=phase, **fields)
    return rating


def open_practice(base: Base, *, tracks: int = 12) -> Practice:
    """Everything from the schema to the patient's phone."""
    schema = store_schema(SCHEMA)
    catalogue = CatalogueFactory(slug="practice-music")
    listed = [
        TrackFactory(catalogue=catalogue, title=f"Piece {number}", duration_seconds=200.0)
        for number in range(tracks)
    ]
    for track, values in zip(listed, some_tracks(tracks, seed=7).tolist(), strict=True):
        TrackFeaturesFactory(track=track, schema=schema, values=values)
    clinic = ClinicFactory(slug="practice", feature_schema=schema, catalogues=[catalogue])
    release = release_small(base)
    device = DeviceFactory(patient=PatientFactory(clinic=clinic, code="P-1"), label="practice")
    return Practice(clinic, catalogue, listed, release, Phone(device))


def release_small(base: Base, **fields: Any) -> BaseModel:
    """Release the small base, as it is or with other fields."""
    described: dict[str, Any] = {
        "name": "small",
        "schema": SCHEMA,
        "trained_on": "80 simulated listeners",
        "simulated": True,
        "seed": 1,
        "metrics": {},
    }
    return release_base(base=base, **described | fields)
