"""Reading what a playlist needs beside the model: what a phone knows by itself."""

from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from therapy.models import Patient, PlaylistEntry, TrackRating

DAY_SECONDS = 24 * 3600.0


def days_since_heard(
    patient: Patient, tracks: tuple[UUID, ...], at: datetime
) -> NDArray[np.float64]:
    """Days [N] since each track was last put in a playlist or rated; infinite: never."""
    heard: dict[UUID, datetime] = {}
    played = PlaylistEntry.objects.filter(playlist__patient=patient)
    rated = TrackRating.objects.filter(patient=patient)
    for track, when in (
        *played.values_list("track_id", "playlist__made_at"),
        *rated.values_list("track_id", "rated_at"),
    ):
        heard[track] = max(when, heard.get(track, when))
    return np.array(
        [
            max((at - heard[track]).total_seconds(), 0.0) / DAY_SECONDS
            if track in heard
            else np.inf
            for track in tracks
        ]
    )


def familiarity_of(patient: Patient, tracks: tuple[UUID, ...]) -> NDArray[np.float32]:
    """How well the patient knows each track [N], 0..1, as last rated; 0 where never asked."""
    rated = TrackRating.objects.filter(patient=patient, familiarity__isnull=False)
    known = {
        track: (familiarity - 1) / 4
        for track, familiarity in rated.order_by("rated_at").values_list("track_id", "familiarity")
        if familiarity is not None
    }
    return np.array([known.get(track, 0.0) for track in tracks], np.float32)
