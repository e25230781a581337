"""Tracks as they were heard."""

import uuid
from datetime import datetime

from therapy.sessions.arrivals import Arrival
from therapy.sessions.models import TrackPlay
from therapy.sessions.once import store_once


def record_track_play(
    *,
    arrival: Arrival,
    id: uuid.UUID,
    track_id: uuid.UUID,
    position: int,
    started_at: datetime,
    seconds_heard: float,
    ending: str,
    session_id: uuid.UUID | None = None,
) -> TrackPlay:
    """A track that was played to its end, skipped or stopped, after so many seconds of listening.

    Raises ValidationError by field, ConflictError.
    """
    play = TrackPlay(
        id=id,
        session_id=session_id,
        track_id=track_id,
        position=position,
        started_at=started_at,
        seconds_heard=seconds_heard,
        ending=ending,
    )
    return store_once(play, arrival=arrival)
