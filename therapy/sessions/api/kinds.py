"""The kinds of what phones report, a line each."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models

from therapy.sessions import services
from therapy.sessions.api import bodies
from therapy.sessions.api.bodies import ReportBody
from therapy.sessions.models import (
    ListeningSession,
    MeasureResponse,
    ModelRefusal,
    MoodRating,
    MoodSkip,
    PlaylistLog,
    Report,
    SessionNotHeld,
    TrackPlay,
    TrackRating,
)


@dataclass(frozen=True)
class Kind:
    """How a kind arrives and what stores it."""

    body: type[ReportBody]
    record: Callable[..., models.Model]
    """Takes `arrival` and what `body` validated, by name."""
    model: type[Report]


# In the order in which a batch is stored: a kind names rows of those above it only.
KINDS = {
    "session": Kind(bodies.SessionBody, services.record_session, ListeningSession),
    "session-not-held": Kind(
        bodies.SessionNotHeldBody, services.record_session_not_held, SessionNotHeld
    ),
    "mood-rating": Kind(bodies.MoodRatingBody, services.record_mood_rating, MoodRating),
    "mood-skip": Kind(bodies.MoodSkipBody, services.record_mood_skip, MoodSkip),
    "track-rating": Kind(bodies.TrackRatingBody, services.record_track_rating, TrackRating),
    "track-play": Kind(bodies.TrackPlayBody, services.record_track_play, TrackPlay),
    "measure-response": Kind(
        bodies.MeasureResponseBody, services.record_measure_response, MeasureResponse
    ),
    "playlist-log": Kind(bodies.PlaylistLogBody, services.record_playlist, PlaylistLog),
    "model-refusal": Kind(bodies.ModelRefusalBody, services.record_model_refusal, ModelRefusal),
}
