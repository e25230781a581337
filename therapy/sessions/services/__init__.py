"""The only writers of what phones report. A file for each thing that is reported.

A phone sends a row again whenever it did not hear the answer, so every writer here takes the same
row any number of times: the key is the phone's, the first arrival is stored, a repeat is answered
with what is stored and asks for nothing more. The same key with other content is a ConflictError.

Each takes the `arrival` that the row is part of (`therapy.sessions.arrivals.arriving`), which knows
the patient.
"""

from therapy.sessions.services.histories import Imported, import_ratings_of
from therapy.sessions.services.measures import record_measure_response
from therapy.sessions.services.playlists import EntryRow, record_playlist
from therapy.sessions.services.plays import record_track_play
from therapy.sessions.services.ratings import (
    record_mood_rating,
    record_mood_skip,
    record_track_rating,
)
from therapy.sessions.services.refusals import record_model_refusal
from therapy.sessions.services.sittings import (
    end_session,
    record_session,
    record_session_not_held,
)

__all__ = [
    "EntryRow",
    "Imported",
    "end_session",
    "import_ratings_of",
    "record_measure_response",
    "record_model_refusal",
    "record_mood_rating",
    "record_mood_skip",
    "record_playlist",
    "record_session",
    "record_session_not_held",
    "record_track_play",
    "record_track_rating",
]
