"""Clinics with random catalogues, and patients with random plans and histories: as the records have
them, and as a phone does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from tests.factories import (
    CatalogueFactory,
    ClinicFactory,
    DeviceFactory,
    PatientFactory,
    PlaylistEntryFactory,
    PlaylistLogFactory,
    SessionPlanFactory,
    TrackFactory,
    TrackFeaturesFactory,
    TrackRatingFactory,
)
from tests.people import Phone
from tests.practice import Practice
from tests.trained import some_tracks
from therapy.models import Clinic, Patient, SessionPlan, Track

AT = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
TAGS = ("piano", "rain", "Straße", "drums")
LANGUAGES = ("", "de", "pt", "pt-BR", "en")

Case = dict[str, Any]


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


@dataclass
class Chance:
    """Draws of one random generator, by what they are for."""

    generator: np.random.Generator

    def is_so(self, probability: float) -> bool:
        return bool(self.generator.random() < probability)

    def one_of(self, choices: Sequence[Any]) -> Any:
        return choices[int(self.generator.integers(len(choices)))]

    def some_of(self, choices: Sequence[Any], probability: float) -> list[Any]:
        return [choice for choice in choices if self.is_so(probability)]

    def within(self, low: float, high: float) -> float:
        return round(float(self.generator.uniform(low, high)), 3)

    def instant(self) -> datetime:
        """In the four weeks before AT; some come after it, as of a clock that was set."""
        return AT - timedelta(milliseconds=int(self.generator.integers(-(10**7), 28 * 86_400_000)))


def a_clinic(practice: Practice, chance: Chance, number: int) -> Clinic:
    """With a catalogue of its own."""
    catalogue = CatalogueFactory(slug=f"music-{number}")
    count = int(chance.generator.integers(1, 60))
    for values in some_tracks(count, seed=number).tolist():
        track = TrackFactory(
            catalogue=catalogue,
            tags=chance.some_of([tag.lower() for tag in TAGS], 0.3),
            explicit=chance.is_so(0.1),
            lyrics=chance.one_of(Track.Lyrics.values),
            language=chance.one_of(LANGUAGES),
        )
        TrackFeaturesFactory(track=track, schema=practice.clinic.feature_schema, values=values)
    clinic: Clinic = ClinicFactory(
        slug=f"clinic-{number}",
        feature_schema=practice.clinic.feature_schema,
        catalogues=[catalogue],
    )
    return clinic


def a_plan(patient: Patient, tracks: Sequence[Track], chance: Chance) -> SessionPlan:
    fields: dict[str, Any] = {
        "track_count": int(chance.generator.integers(3, 9)),
        "curve": chance.one_of(SessionPlan.Curve.values),
        "start_factor": chance.within(0.5, 1),
        "hold_radius": chance.within(0, 0.5),
        "largest_step": chance.within(0.05, 1),
        "only_tags": chance.some_of(TAGS, 0.15),
        "excluded_tags": chance.some_of(TAGS, 0.15),
        "triggers": [{"tag": tag, "reason": "-"} for tag in chance.some_of(TAGS, 0.05)],
        "explicit_allowed": chance.is_so(0.5),
        "lyrics": chance.one_of(SessionPlan.LyricsRule.values),
        "lyric_languages": chance.some_of(["de", "PT"], 0.6),
    }
    fields |= {f"target_{axis}": chance.within(-1, 1) for axis in ("valence", "arousal")}
    for name, low, high in (("tempo", 60, 140), ("loudness", -35, -11), ("brightness", 0, 4000)):
        if chance.is_so(0.3):
            bounds = sorted((chance.within(low, high), chance.within(low, high)))
            fields |= {f"{name}_min": bounds[0], f"{name}_max": bounds[1]}
    if chance.is_so(0.3):  # a bound that is a track's own number, which it may be or not by a bit
        fields["tempo_min"] = chance.one_of(tracks).features.get().values[1]
        fields["tempo_max"] = None
    plan: SessionPlan = SessionPlanFactory(patient=patient, version=1, **fields)
    plan.never_tracks.set(chance.some_of(tracks, 0.1))
    return plan


def a_history(patient: Patient, tracks: Sequence[Track], chance: Chance) -> Case:
    """What the patient rated and heard: written into the records, and as their phone has it."""
    playlists, ratings = [], []
    for _ in range(int(chance.generator.integers(0, 4))):
        heard, made_at = chance.some_of(tracks, 0.2)[:8], chance.instant()
        log = PlaylistLogFactory(patient=patient, made_at=made_at)
        for position, track in enumerate(heard):
            PlaylistEntryFactory(playlist=log, position=position, track=track)
        ids = [str(track.id) for track in heard]
        playlists.append({"tracks": ids, "madeAt": milliseconds(made_at)})
    for track in chance.some_of(tracks, 0.2) + chance.some_of(tracks, 0.1):
        familiarity, rated_at = chance.one_of([None, 1, 2, 3, 4, 5]), chance.instant()
        TrackRatingFactory(
            patient=patient,
            track=track,
            liking=int(chance.generator.integers(1, 6)),
            familiarity=familiarity,
            rated_at=rated_at,
        )
        ratings.append(
            {"track": str(track.id), "familiarity": familiarity, "ratedAt": milliseconds(rated_at)}
        )
    return {"playlists": playlists, "ratings": ratings}


def a_phone(clinic: Clinic, chance: Chance, number: int) -> tuple[Phone, Case]:
    """A patient of the clinic with a plan, and the history that their phone has."""
    patient = PatientFactory(clinic=clinic)
    tracks = list(Track.objects.filter(catalogue__clinics=clinic))
    a_plan(patient, tracks, chance)
    history = a_history(patient, tracks, chance)
    return Phone(DeviceFactory(patient=patient, label=f"phone-{clinic.slug}-{number}")), history
