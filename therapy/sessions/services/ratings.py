"""What the patient says of the mood and of tracks, or would rather not say. A new rating has the
model adapted."""

import uuid
from datetime import datetime

from therapy.sessions.arrivals import Arrival
from therapy.sessions.models import MoodRating, MoodSkip, TrackRating
from therapy.sessions.once import store_once


def record_mood_rating(
    *,
    arrival: Arrival,
    id: uuid.UUID,
    phase: str,
    valence: float,
    arousal: float,
    rated_at: datetime,
    session_id: uuid.UUID | None = None,
) -> MoodRating:
    """What the patient said of the mood; valence and arousal −1..1.

    Raises ValidationError by field, ConflictError.
    """
    rating = MoodRating(
        id=id,
        session_id=session_id,
        phase=phase,
        valence=valence,
        arousal=arousal,
        rated_at=rated_at,
    )
    return store_once(rating, arrival=arrival)


def record_mood_skip(
    *,
    arrival: Arrival,
    id: uuid.UUID,
    phase: str,
    skipped_at: datetime,
    session_id: uuid.UUID | None = None,
) -> MoodSkip:
    """The patient was asked for the mood, and chose not to say it. No rating, so no adaptation.

    Raises ValidationError by field, ConflictError.
    """
    skip = MoodSkip(id=id, session_id=session_id, phase=phase, skipped_at=skipped_at)
    return store_once(skip, arrival=arrival)


def record_track_rating(
    *,
    arrival: Arrival,
    id: uuid.UUID,
    track_id: uuid.UUID,
    liking: int,
    rated_at: datetime,
    familiarity: int | None = None,
    session_id: uuid.UUID | None = None,
) -> TrackRating:
    """What the patient said of a track; liking and familiarity 1..5.

    Raises ValidationError by field, ConflictError.
    """
    rating = TrackRating(
        id=id,
        session_id=session_id,
        track_id=track_id,
        liking=liking,
        familiarity=familiarity,
        rated_at=rated_at,
    )
    return store_once(rating, arrival=arrival)
