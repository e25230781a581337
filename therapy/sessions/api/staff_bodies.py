"""What phones reported, as staff read it: the phone's own words, and both times.

`started_at` and the like are put right (docs/sync.md), as every page shows them; `phone_started_at`
is what the phone's clock showed, which is what the phone calls `started_at`.
"""

from typing import Any

from rest_framework import serializers

from therapy.api.fields import CorrectedInstantField, InstantField
from therapy.sessions.api import bodies

AS_SAID = "As the phone's clock showed it."


def _put_right(**options: Any) -> CorrectedInstantField:
    return CorrectedInstantField(help_text="Put right by the server's clock.", **options)


class StaffSessionBody(bodies.SessionBody):
    started_at = _put_right()
    phone_started_at = InstantField(help_text=AS_SAID)
    ended_at = _put_right(allow_null=True)
    phone_ended_at = InstantField(allow_null=True, help_text=AS_SAID)


class StaffSessionNotHeldBody(bodies.SessionNotHeldBody):
    offered_at = _put_right()
    phone_offered_at = InstantField(help_text=AS_SAID)
    decided_at = _put_right()
    phone_decided_at = InstantField(help_text=AS_SAID)


class StaffMoodRatingBody(bodies.MoodRatingBody):
    rated_at = _put_right()
    phone_rated_at = InstantField(help_text=AS_SAID)


class StaffMoodSkipBody(bodies.MoodSkipBody):
    skipped_at = _put_right()
    phone_skipped_at = InstantField(help_text=AS_SAID)


class StaffTrackRatingBody(bodies.TrackRatingBody):
    title = serializers.CharField(source="track.title")
    rated_at = _put_right()
    phone_rated_at = InstantField(help_text=AS_SAID)


class StaffTrackPlayBody(bodies.TrackPlayBody):
    title = serializers.CharField(source="track.title")
    started_at = _put_right()
    phone_started_at = InstantField(help_text=AS_SAID)


class ScoreBody(serializers.Serializer[Any]):
    value = serializers.FloatField()
    band = serializers.CharField(allow_null=True, help_text="As the measure's source names it.")


class StaffMeasureResponseBody(bodies.MeasureResponseBody):
    """With the scores, which phones are not told."""

    scores = serializers.DictField(
        child=ScoreBody(), allow_null=True, help_text="By scale; null unless answered."
    )
    answered_at = _put_right()
    phone_answered_at = InstantField(help_text=AS_SAID)


class StaffPlaylistLogBody(bodies.PlaylistLogBody):
    made_at = _put_right()
    phone_made_at = InstantField(help_text=AS_SAID)
    entries: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=bodies.EntryBody(), help_text="In playing order."
    )


class StaffModelRefusalBody(bodies.ModelRefusalBody):
    phone = serializers.UUIDField(
        source="device_id", allow_null=True, help_text="Which phone; null: nobody knows."
    )
    refused_at = _put_right()
    phone_refused_at = InstantField(help_text=AS_SAID)
