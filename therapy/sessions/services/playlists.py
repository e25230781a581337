"""Playlists that phones made."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from therapy.sessions.arrivals import Arrival
from therapy.sessions.models import PlaylistEntry, PlaylistLog
from therapy.sessions.once import store_once


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


def record_playlist(
    *,
    arrival: Arrival,
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
    chosen_first: bool = False,
) -> PlaylistLog:
    """A playlist that a phone made, with all its tracks or not at all. `chosen_first`: its first
    track was not drawn, but the patient's choice among equivalent ones.

    Raises ValidationError by field (`entries.2.track`), ConflictError.
    """
    playlist = PlaylistLog(
        id=id,
        session_id=session_id,
        model_version=model_version,
        package_sha256=package_sha256,
        seed=seed,
        mood_valence=mood_valence,
        mood_arousal=mood_arousal,
        target_valence=target_valence,
        target_arousal=target_arousal,
        chosen_first=chosen_first,
        made_at=made_at,
    )
    return store_once(playlist, arrival=arrival, entries=[row.of(playlist) for row in entries])
