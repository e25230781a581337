"""The only readers of sessions, ratings and playlists; what pages list is beside the pages."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, Model, OuterRef, Q, QuerySet

from therapy.people.models import Patient
from therapy.sessions.models import (
    ListeningSession,
    MeasureResponse,
    ModelRefusal,
    MoodRating,
    MoodSkip,
    PlaylistLog,
    SessionNotHeld,
    TrackPlay,
    TrackRating,
)

REPORTS = (
    *(ListeningSession, SessionNotHeld, MoodRating, MoodSkip, TrackRating),
    *(TrackPlay, MeasureResponse, PlaylistLog, ModelRefusal),
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


def was_changed() -> Exists:
    """Of a track rating: the patient said something else of the track later in the same session,
    and that counts."""
    same = TrackRating.objects.filter(session=OuterRef("session"), track=OuterRef("track"))
    return Exists(
        same.filter(
            Q(rated_at__gt=OuterRef("rated_at"))
            | Q(rated_at=OuterRef("rated_at"), id__gt=OuterRef("id"))
        )
    )


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


@dataclass(frozen=True, kw_only=True)
class RefusedModel:
    """What one phone refused for one reason, however often it said so. `version` is None where it
    could not be read, `in_use` where no model stayed in use. `phone` is its label, if it has one.
    """

    phone: str
    reason: str
    version: int | None
    in_use: int | None
    times: int
    last: datetime


def refused_models(patient: Patient, most: int) -> list[RefusedModel]:
    """The models that the patient's phones refused, those of late first, at most so many. One
    query."""
    found = ModelRefusal.objects.filter(patient=patient).order_by()
    grouped = found.values("device", "device__label", "reason", "version").annotate(
        times=Count("id"),
        last=Max("refused_at"),
        stayed=Max("in_use"),  # the newest: a phone takes no older version
    )
    return [
        RefusedModel(
            phone=row["device__label"] or "",
            reason=row["reason"],
            version=row["version"],
            in_use=row["stayed"],
            times=row["times"],
            last=row["last"],
        )
        for row in grouped.order_by("-last", "reason")[:most]
    ]


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
