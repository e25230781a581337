"""GET /api/v1/patients/ID/sessions, /mood-ratings, …: what phones reported, for staff."""

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet

from therapy.access.acts import Act
from therapy.access.doors import StaffApi
from therapy.api.staff import StaffList
from therapy.api.staff_schema import listed
from therapy.sessions.api import staff_bodies as bodies
from therapy.sessions.api import staff_filters as filters
from therapy.sessions.models import (
    ListeningSession,
    MeasureResponse,
    ModelRefusal,
    MoodRating,
    MoodSkip,
    PlaylistEntry,
    PlaylistLog,
    SessionNotHeld,
    TrackPlay,
    TrackRating,
)
from therapy.sessions.selectors import reports_of


def _orders(instant: str) -> dict[str, str]:
    return {"newest": f"-{instant}", "oldest": instant}


def _described(name: str, summary: str, description: str, body: Any) -> Any:
    return listed(name, summary, description, body, tag="what happened")


class _Reports(StaffList):
    """The patient's rows of one kind."""

    door = StaffApi(Act.SEE_PATIENTS)

    def rows(self) -> QuerySet[Any]:
        return reports_of(self.access.patient(self.kwargs["patient_id"]), self.model)


@_described(
    "listSessions",
    "The listening sessions of a patient",
    "Those that are going on have no end.",
    bodies.StaffSessionBody,
)
class Sessions(_Reports):
    model = ListeningSession
    serializer_class = bodies.StaffSessionBody
    filterset_class = filters.SessionFilters
    orders: ClassVar = _orders("started_at")


@_described(
    "listSessionsNotHeld",
    "The sessions that were offered to a patient and not held",
    "Skipped or expired. A session that was missed is neither, and no phone reports it.",
    bodies.StaffSessionNotHeldBody,
)
class SessionsNotHeld(_Reports):
    model = SessionNotHeld
    serializer_class = bodies.StaffSessionNotHeldBody
    filterset_class = filters.SessionNotHeldFilters
    orders: ClassVar = _orders("offered_at")


@_described(
    "listMoodRatings",
    "The mood ratings of a patient",
    "Valence and arousal before, during and after the music.",
    bodies.StaffMoodRatingBody,
)
class MoodRatings(_Reports):
    model = MoodRating
    serializer_class = bodies.StaffMoodRatingBody
    filterset_class = filters.MoodRatingFilters
    orders: ClassVar = _orders("rated_at")


@_described(
    "listMoodSkips",
    "The moods that a patient chose not to say",
    "Asked before, during or after the music, and skipped. Where a mood was said in the same phase "
    "all the same, that counts.",
    bodies.StaffMoodSkipBody,
)
class MoodSkips(_Reports):
    model = MoodSkip
    serializer_class = bodies.StaffMoodSkipBody
    filterset_class = filters.MoodSkipFilters
    orders: ClassVar = _orders("skipped_at")


@_described(
    "listTrackRatings",
    "The track ratings of a patient",
    "How much the patient liked tracks that were just heard.",
    bodies.StaffTrackRatingBody,
)
class TrackRatings(_Reports):
    model = TrackRating
    serializer_class = bodies.StaffTrackRatingBody
    filterset_class = filters.TrackRatingFilters
    orders: ClassVar = _orders("rated_at")

    def rows(self) -> QuerySet[Any]:
        return super().rows().select_related("track")


@_described(
    "listTrackPlays",
    "The tracks that a patient heard",
    "How much of each, and how it ended.",
    bodies.StaffTrackPlayBody,
)
class TrackPlays(_Reports):
    model = TrackPlay
    serializer_class = bodies.StaffTrackPlayBody
    filterset_class = filters.TrackPlayFilters
    orders: ClassVar = _orders("started_at")

    def rows(self) -> QuerySet[Any]:
        return super().rows().select_related("track")


@_described(
    "listMeasureResponses",
    "What became of the measures that a patient was shown",
    "With the scores, as they were computed when the answers arrived.",
    bodies.StaffMeasureResponseBody,
)
class MeasureResponses(_Reports):
    model = MeasureResponse
    serializer_class = bodies.StaffMeasureResponseBody
    filterset_class = filters.MeasureResponseFilters
    orders: ClassVar = _orders("answered_at")


@_described(
    "listPlaylistLogs",
    "The playlists that a patient's phones made",
    "Enough to make each again.",
    bodies.StaffPlaylistLogBody,
)
class PlaylistLogs(_Reports):
    model = PlaylistLog
    serializer_class = bodies.StaffPlaylistLogBody
    filterset_class = filters.PlaylistLogFilters
    orders: ClassVar = _orders("made_at")

    def rows(self) -> QuerySet[Any]:
        entries = PlaylistEntry.objects.order_by("position")
        return super().rows().prefetch_related(Prefetch("entries", entries))


@_described(
    "listModelRefusals",
    "The models that a patient's phones refused",
    "With the reason, and which model stayed in use.",
    bodies.StaffModelRefusalBody,
)
class ModelRefusals(_Reports):
    model = ModelRefusal
    serializer_class = bodies.StaffModelRefusalBody
    filterset_class = filters.ModelRefusalFilters
    orders: ClassVar = _orders("refused_at")
