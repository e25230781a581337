"""What lists of a patient's reports can be narrowed by; times are those that were put right."""

from django_filters import FilterSet, filters

from therapy.api.filters import after, before
from therapy.measures.registry import newest
from therapy.sessions.models import (
    ListeningSession,
    MeasureResponse,
    ModelRefusal,
    MoodRating,
    SessionNotHeld,
    TrackPlay,
)


class SessionFilters(FilterSet):  # type: ignore[misc]
    ending = filters.ChoiceFilter(
        field_name="ending", choices=ListeningSession.Ending.choices, help_text="How it ended."
    )
    started_after = after("started_at")
    started_before = before("started_at")


class SessionNotHeldFilters(FilterSet):  # type: ignore[misc]
    outcome = filters.ChoiceFilter(
        field_name="outcome",
        choices=SessionNotHeld.Outcome.choices,
        help_text="Whether the patient said no, or nothing.",
    )
    offered_after = after("offered_at")
    offered_before = before("offered_at")


class MoodRatingFilters(FilterSet):  # type: ignore[misc]
    phase = filters.ChoiceFilter(
        field_name="phase", choices=MoodRating.Phase.choices, help_text="Around which music."
    )
    rated_after = after("rated_at")
    rated_before = before("rated_at")


class MoodSkipFilters(FilterSet):  # type: ignore[misc]
    phase = filters.ChoiceFilter(
        field_name="phase", choices=MoodRating.Phase.choices, help_text="Around which music."
    )
    skipped_after = after("skipped_at")
    skipped_before = before("skipped_at")


class TrackRatingFilters(FilterSet):  # type: ignore[misc]
    track = filters.UUIDFilter("track_id", help_text="Id of a track.")
    rated_after = after("rated_at")
    rated_before = before("rated_at")


class TrackPlayFilters(FilterSet):  # type: ignore[misc]
    track = filters.UUIDFilter("track_id", help_text="Id of a track.")
    ending = filters.ChoiceFilter(
        field_name="ending", choices=TrackPlay.Ending.choices, help_text="How it ended."
    )
    started_after = after("started_at")
    started_before = before("started_at")


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


class PlaylistLogFilters(FilterSet):  # type: ignore[misc]
    made_after = after("made_at")
    made_before = before("made_at")


class ModelRefusalFilters(FilterSet):  # type: ignore[misc]
    reason = filters.ChoiceFilter(
        field_name="reason", choices=ModelRefusal.Reason.choices, help_text="What was wrong."
    )
    refused_after = after("refused_at")
    refused_before = before("refused_at")
