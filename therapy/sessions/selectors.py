"""The only readers of sessions, ratings and playlists; what pages list is beside the pages."""

import uuid
from datetime import datetime
from typing import Any

from django.db.models import Max, Model, QuerySet

from therapy.people.models import Patient
from therapy.sessions.models import (
    ListeningSession,
    MeasureResponse,
    MoodRating,
    PlaylistLog,
    SessionNotHeld,
    TrackPlay,
    TrackRating,
)

REPORTS = (
    *(ListeningSession, SessionNotHeld, MoodRating, TrackRating),
    *(TrackPlay, MeasureResponse, PlaylistLog),
)


def sessions_of(patient: Patient) -> QuerySet[ListeningSession]:
    """The patient's sittings, oldest first."""
    return ListeningSession.objects.filter(patient=patient).order_by("started_at", "id")


def mood_ratings_of(patient: Patient) -> QuerySet[MoodRating]:
    """In the order of rating; rows of one instant in the order of their ids."""
    return MoodRating.objects.filter(patient=patient).order_by("rated_at", "id")


def track_ratings_of(patient: Patient) -> QuerySet[TrackRating]:
    """In the order of rating, with the track at hand; rows of one instant by their ids."""
    ratings = TrackRating.objects.filter(patient=patient).select_related("track")
    return ratings.order_by("rated_at", "id")


def playlists_of(patient: Patient) -> QuerySet[PlaylistLog]:
    """Oldest first, with entries and their tracks at hand. Three queries."""
    logs = PlaylistLog.objects.filter(patient=patient).order_by("made_at", "id")
    return logs.prefetch_related("entries__track")


def playlist_of(patient: Patient, playlist_id: uuid.UUID) -> PlaylistLog | None:
    """That playlist of the patient, with entries and their tracks at hand."""
    log = playlists_of(patient).filter(id=playlist_id).first()
    if log is not None:
        log.patient = patient  # which is at hand
    return log


def reports_of(patient: Patient, kind: type[Model]) -> QuerySet[Any]:
    """The patient's rows of one of REPORTS, in no order."""
    return kind._default_manager.filter(patient=patient).order_by()


def last_received_at(patient: Patient) -> datetime | None:
    """When the newest row that the patient's phones sent arrived. A query for each kind."""
    newest = [
        kind._default_manager.filter(patient=patient).aggregate(at=Max("received_at"))["at"]
        for kind in REPORTS
    ]
    return max((at for at in newest if at is not None), default=None)
