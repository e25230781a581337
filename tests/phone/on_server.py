"""What the server has of a patient, by kind and id, as a phone names it."""

from collections import Counter
from typing import Any

from therapy.models import (
    ListeningSession,
    MeasureResponse,
    MoodRating,
    Patient,
    PlaylistLog,
    SessionNotHeld,
    TrackPlay,
    TrackRating,
)

ROWS: dict[str, Any] = {
    "session": ListeningSession,
    "session-not-held": SessionNotHeld,
    "mood-rating": MoodRating,
    "track-rating": TrackRating,
    "track-play": TrackPlay,
    "measure-response": MeasureResponse,
    "playlist-log": PlaylistLog,
}


def has(patient: Patient) -> Counter[tuple[str, str]]:
    """How often each is there."""
    return Counter(
        (kind, str(id))
        for kind, model in ROWS.items()
        for id in model.objects.filter(patient=patient).values_list(id_of(model), flat=True)
    )


def id_of(model: Any) -> str:
    """The field that has the phone's own id."""
    return "client_id" if hasattr(model, "client_id") else "id"
