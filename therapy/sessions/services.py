"""The only writers of listening sessions, ratings and playlist logs.

A phone sends a row again whenever it did not hear the answer, so every writer here takes the same
row any number of times: the key is the phone's, the first arrival is stored, a repeat is answered
with what is stored and asks for nothing more. The same key with other content is a ConflictError.
After the consent to care was taken back nothing new is stored (CareEnded).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from therapy.people.care import refuse_after_care
from therapy.people.models import Patient
from therapy.people.services import ask_for_adaptation
from therapy.records import refuse
from therapy.sessions.checks import end_problem, known_to
from therapy.sessions.models import (
    ListeningSession,
    MoodRating,
    PlaylistEntry,
    PlaylistLog,
    TrackRating,
)
from therapy.sessions.once import end_difference, other_content, store_missing, store_once

Rating = TypeVar("Rating", MoodRating, TrackRating)


@transaction.atomic
def record_session(
    *,
    patient: Patient,
    id: uuid.UUID,
    started_at: datetime,
    ended_at: datetime | None = None,
    plan_id: uuid.UUID | None = None,
) -> ListeningSession:
    """A sitting. A repeat that brings the end of an open session ends it; one that comes late,
    without the end that is stored, changes nothing.

    Raises ValidationError by field, ConflictError.
    """
    session = ListeningSession(
        id=id, patient=patient, started_at=started_at, ended_at=ended_at, plan_id=plan_id
    )
    stored, is_new = store_once(session)
    if ended_at is not None and not is_new:
        return end_session(session=stored, ended_at=ended_at)
    return stored


@transaction.atomic
def end_session(*, session: ListeningSession, ended_at: datetime) -> ListeningSession:
    """Close a session. The same end again changes nothing; another end is a ConflictError.

    Raises CareEnded, ValidationError for an end before the start, or at an impossible time.
    """
    if session.ended_at is None:
        refuse_after_care(session.patient)
    if text := end_problem(session, ended_at):
        refuse({"ended_at": [text]})
    ListeningSession.objects.filter(id=session.id, ended_at=None).update(ended_at=ended_at)
    session.refresh_from_db(fields=["ended_at"])
    if differences := end_difference(session, ListeningSession(ended_at=ended_at)):
        raise other_content(differences)
    return session


@transaction.atomic
def record_mood_rating(
    *,
    patient: Patient,
    id: uuid.UUID,
    phase: str,
    valence: float,
    arousal: float,
    rated_at: datetime,
    session_id: uuid.UUID | None = None,
) -> MoodRating:
    """What the patient said of the mood; valence and arousal −1..1. A new one asks for adaptation.

    Raises ValidationError by field, ConflictError.
    """
    return _record_rating(
        MoodRating(
            id=id,
            patient=patient,
            session_id=session_id,
            phase=phase,
            valence=valence,
            arousal=arousal,
            rated_at=rated_at,
        )
    )


@transaction.atomic
def record_track_rating(
    *,
    patient: Patient,
    id: uuid.UUID,
    track_id: uuid.UUID,
    liking: int,
    rated_at: datetime,
    familiarity: int | None = None,
    session_id: uuid.UUID | None = None,
) -> TrackRating:
    """What the patient said of a track; liking and familiarity 1..5. A new one asks for adaptation.

    Raises ValidationError by field, ConflictError.
    """
    return _record_rating(
        TrackRating(
            id=id,
            patient=patient,
            session_id=session_id,
            track_id=track_id,
            liking=liking,
            familiarity=familiarity,
            rated_at=rated_at,
        )
    )


@dataclass(frozen=True, kw_only=True)
class EntryRow:
    """One track of a playlist as it arrives. Pairs are (valence, arousal)."""

    position: int
    track_id: uuid.UUID
    waypoint: Sequence[float]
    predicted: Sequence[float]
    deviation: Sequence[float]
    log_probability: float

    def of(self, playlist: PlaylistLog) -> PlaylistEntry:
        pairs = {
            f"{name}_{axis}": value
            for name in ("waypoint", "predicted", "deviation")
            for axis, value in zip(("valence", "arousal"), getattr(self, name), strict=True)
        }
        return PlaylistEntry(
            playlist=playlist,
            position=self.position,
            track_id=self.track_id,
            log_probability=self.log_probability,
            **pairs,
        )


@transaction.atomic
def record_playlist(
    *,
    patient: Patient,
    id: uuid.UUID,
    model_version: int,
    package_sha256: str,
    seed: int,
    mood_valence: float,
    mood_arousal: float,
    target_valence: float,
    target_arousal: float,
    made_at: datetime,
    entries: Sequence[EntryRow],
    session_id: uuid.UUID | None = None,
) -> PlaylistLog:
    """A playlist that a phone made, with all its tracks or not at all.

    Raises ValidationError by field (`entries.2.track`), ConflictError.
    """
    playlist = PlaylistLog(
        id=id,
        patient=patient,
        session_id=session_id,
        model_version=model_version,
        package_sha256=package_sha256,
        seed=seed,
        mood_valence=mood_valence,
        mood_arousal=mood_arousal,
        target_valence=target_valence,
        target_arousal=target_arousal,
        made_at=made_at,
    )
    stored, _ = store_once(playlist, entries=[entry.of(playlist) for entry in entries])
    return stored


@dataclass(frozen=True)
class Imported:
    """How many rows of a history were not there yet."""

    sessions: int
    moods: int
    tracks: int


@transaction.atomic
def import_ratings_of(
    *,
    patient: Patient,
    sessions: Sequence[ListeningSession] = (),
    moods: Sequence[MoodRating] = (),
    tracks: Sequence[TrackRating] = (),
) -> Imported:
    """A history of unsaved rows with ids of their own, which become `patient`'s: all or none.

    Writes what is missing and leaves what is there; asks for one adaptation if a rating was new.
    Raises CareEnded, ValidationError that names the first refused row, ConflictError where an id is
    taken by other content.
    """
    Patient.objects.select_for_update(no_key=True).get(id=patient.id)  # one import at a time
    refuse_after_care(patient)
    known = known_to(patient, [*sessions, *moods, *tracks], arriving=sessions)
    written = Imported(
        sessions=store_missing(patient, sessions, known),
        moods=store_missing(patient, moods, known),
        tracks=store_missing(patient, tracks, known),
    )
    if written.moods or written.tracks:
        ask_for_adaptation(patient)
    return written


def _record_rating(rating: Rating) -> Rating:
    stored, is_new = store_once(rating)
    if is_new:
        ask_for_adaptation(rating.patient)
    return stored
