"""GET /api/v1/patients/ID/sessions, /mood-ratings, …: what phones reported, for staff."""

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django_filters import FilterSet, filters

from therapy.access.acts import Act
from therapy.access.doors import StaffApi
from therapy.api.filters import after, before
from therapy.api.staff import StaffList, listed
from therapy.measures.registry import newest
from therapy.sessions.api import staff_bodies as bodies
from therapy.sessions.models import (
    ListeningSession,
    MeasureResponse,
    MoodRating,
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


class SessionFilters(FilterSet):  # type: ignore[misc]
    ending = filters.ChoiceFilter(
        field_name="ending", choices=ListeningSession.Ending.choices, help_text="How it ended."
    )
    started_after = after("started_at")
    started_before = before("started_at")


@_described(
    "listSessions",
    "The listening sessions of a patient",
    "Those that are going on have no end.",
    bodies.StaffSessionBody,
)
class Sessions(_Reports):
    model = ListeningSession
    serializer_class = bodies.StaffSessionBody
    filterset_class = SessionFilters
    orders: ClassVar = _orders("started_at")


class SessionNotHeldFilters(FilterSet):  # type: ignore[misc]
    outcome = filters.ChoiceFilter(
        field_name="outcome",
        choices=SessionNotHeld.Outcome.choices,
        help_text="Whether the patient said no, or nothing.",
    )
    offered_after = after("offered_at")
    offered_before = before("offered_at")


@_described(
    "listSessionsNotHeld",
    "The sessions that were offered to a patient and not held",
    "Skipped or expired. A session that was missed is neither, and no phone reports it.",
    bodies.StaffSessionNotHeldBody,
)
class SessionsNotHeld(_Reports):
    model = SessionNotHeld
    serializer_class = bodies.StaffSessionNotHeldBody
    filterset_class = SessionNotHeldFilters
    orders: ClassVar = _orders("offered_at")


class MoodRatingFilters(FilterSet):  # type: ignore[misc]
    phase = filters.ChoiceFilter(
        field_name="phase", choices=MoodRating.Phase.choices, help_text="Around which music."
    )
    rated_after = after("rated_at")
    rated_before = before("rated_at")


@_described(
    "listMoodRatings",
    "The mood ratings of a patient",
    "Valence and arousal before, during and after the music.",
    bodies.StaffMoodRatingBody,
)
class MoodRatings(_Reports):
    model = MoodRating
    serializer_class = bodies.StaffMoodRatingBody
    filterset_class = MoodRatingFilters
    orders: ClassVar = _orders("rated_at")


class TrackRatingFilters(FilterSet):  # type: ignore[misc]
    track = filters.UUIDFilter("track_id", help_text="Id of a track.")
    rated_after = after("rated_at")
    rated_before = before("rated_at")


@_described(
    "listTrackRatings",
    "The track ratings of a patient",
    "How much the patient liked tracks that were just heard.",
    bodies.StaffTrackRatingBody,
)
class TrackRatings(_Reports):
    model = TrackRating
    serializer_class = bodies.StaffTrackRatingBody
    filterset_class = TrackRatingFilters
    orders: ClassVar = _orders("rated_at")

    def rows(self) -> QuerySet[Any]:
        return super().rows().select_related("track")


class TrackPlayFilters(FilterSet):  # type: ignore[misc]
    track = filters.UUIDFilter("track_id", help_text="Id of a track.")
    ending = filters.ChoiceFilter(
        field_name="ending", choices=TrackPlay.Ending.choices, help_text="How it ended."
    )
    started_after = after("started_at")
    started_before = before("started_at")


@_described(
    "listTrackPlays",
    "The tracks that a patient heard",
    "How much of each, and how it ended.",
    bodies.StaffTrackPlayBody,
)
class TrackPlays(_Reports):
    model = TrackPlay
    serializer_class = bodies.StaffTrackPlayBody
    filterset_class = TrackPlayFilters
    orders: ClassVar = _orders("started_at")

    def rows(self) -> QuerySet[Any]:
        return super().rows().select_related("track")


class MeasureResponseFilters(FilterSet):  # type: ignore[misc]
    measure = filters.ChoiceFilter(
        field_name="measure",
        choices=[(definition.key, definition.title) for definition in newest()],
        help_text="Key of a measure.",
    )
    state = filters.ChoiceFilter(
        field_name="state",
        choices=MeasureResponse.State.choices,
        help_text="What became of it.",
    )
    answered_after = after("answered_at")
    answered_before = before("answered_at")


@_described(
    "listMeasureResponses",
    "What became of the measures that a patient was shown",
    "With the scores, as they were computed when the answers arrived.",
    bodies.StaffMeasureResponseBody,
)
class MeasureResponses(_Reports):
    model = MeasureResponse
    serializer_class = bodies.StaffMeasureResponseBody
    filterset_class = MeasureResponseFilters
    orders: ClassVar = _orders("answered_at")


class PlaylistLogFilters(FilterSet):  # type: ignore[misc]
    made_after = after("made_at")
    made_before = before("made_at")


@_described(
    "listPlaylistLogs",
    "The playlists that a patient's phones made",
    "Enough to make each again.",
    bodies.StaffPlaylistLogBody,
)
class PlaylistLogs(_Reports):
    model = PlaylistLog
    serializer_class = bodies.StaffPlaylistLogBody
    filterset_class = PlaylistLogFilters
    orders: ClassVar = _orders("made_at")

    def rows(self) -> QuerySet[Any]:
        entries = PlaylistEntry.objects.order_by("position")
        return super().rows().prefetch_related(Prefetch("entries", entries))
