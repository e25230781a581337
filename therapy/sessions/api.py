"""POST /api/v1/sessions, /mood-ratings, /track-ratings, /playlist-logs: what happened.

Every row has an id that the phone made. Sending a row again is safe: it gives the same answer.
"""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.db import models
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import refusals
from therapy.api.fields import (
    AffectField,
    InstantField,
    NumberField,
    PairField,
    WholeNumberField,
)
from therapy.api.views import PhoneView
from therapy.plans.models import MOST_TRACKS
from therapy.sessions import services
from therapy.sessions.models import ListeningSession, MoodRating, PlaylistLog, TrackRating

View = TypeVar("View", bound=Callable[..., Response])

AGAIN = (
    " The id is the phone's own (UUID version 4). The same body again gives the same answer and "
    "stores nothing; another body under the same id is answered with 409 and what differs."
)
REFUSALS = refusals(400, 401, 403, 409, 413, 415)
SESSION_HELP = "The session that it belongs to, sent before it; null outside of any."


class _Body(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Made by the phone.")
    received_at = InstantField(read_only=True, help_text="The server's clock, at first arrival.")


class SessionBody(_Body):
    plan = serializers.UUIDField(
        source="plan_id",
        allow_null=True,
        default=None,
        help_text="Id of the plan version that was in force on the phone.",
    )
    started_at = InstantField()
    ended_at = InstantField(
        allow_null=True, default=None, help_text="Not before the start; null while it goes on."
    )


class MoodRatingBody(_Body):
    session = serializers.UUIDField(
        source="session_id", allow_null=True, default=None, help_text=SESSION_HELP
    )
    phase = serializers.ChoiceField(MoodRating.Phase.choices)
    valence = AffectField(help_text="Unpleasant −1 .. 1 pleasant.")
    arousal = AffectField(help_text="Calm −1 .. 1 excited.")
    rated_at = InstantField(help_text="The phone's clock; at most 10 minutes ahead of the server.")


class TrackRatingBody(_Body):
    session = serializers.UUIDField(
        source="session_id", allow_null=True, default=None, help_text=SESSION_HELP
    )
    track = serializers.UUIDField(source="track_id")
    liking = WholeNumberField(min_value=1, max_value=5, help_text="1 not at all .. 5 very much.")
    familiarity = WholeNumberField(
        min_value=1,
        max_value=5,
        allow_null=True,
        default=None,
        help_text="1 never heard .. 5 know it well; null where it was not asked.",
    )
    rated_at = InstantField(help_text="The phone's clock; at most 10 minutes ahead of the server.")


class EntryBody(serializers.Serializer[Any]):
    position = WholeNumberField(min_value=0, max_value=MOST_TRACKS - 1)
    track = serializers.UUIDField(source="track_id")
    waypoint = PairField(AffectField(), help_text="Where the path wanted to be.")
    predicted = PairField(AffectField(), help_text="Where the model expected to be.")
    deviation = PairField(
        NumberField(min_value=0.0), help_text="Standard deviations of the prediction."
    )
    log_probability = NumberField(
        max_value=0.0, help_text="Natural logarithm of the probability of this choice."
    )


class PlaylistLogBody(_Body):
    session = serializers.UUIDField(
        source="session_id", allow_null=True, default=None, help_text=SESSION_HELP
    )
    model_version = WholeNumberField(min_value=0, help_text="Version of the record that made it.")
    package_sha256 = serializers.RegexField(
        r"^[0-9a-f]{64}$", help_text="Of the record that made it, or of the one file; lower case."
    )
    seed = WholeNumberField(
        min_value=-(2**63),
        max_value=2**63 - 1,
        help_text="Of the noise. In JavaScript keep it below 2^53: larger numbers lose digits.",
    )
    mood_valence = AffectField(help_text="The mood that it started from.")
    mood_arousal = AffectField(help_text="The mood that it started from.")
    target_valence = AffectField()
    target_arousal = AffectField()
    made_at = InstantField(help_text="The phone's clock; at most 10 minutes ahead of the server.")
    entries: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=EntryBody(),
        min_length=1,
        max_length=MOST_TRACKS,
        help_text=f"1 to {MOST_TRACKS}, positions 0, 1, … each once and without a gap.",
    )


class _ReportView(PhoneView):
    """Stores what a phone reports, through one service."""

    body_class: ClassVar[type[_Body]]

    def record(self, fields: dict[str, Any]) -> models.Model:
        raise NotImplementedError

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        sent = self.body_class(data=request.data)
        sent.is_valid(raise_exception=True)
        stored = self.record(sent.validated_data)
        return Response(self.body_class(stored).data, status=status.HTTP_201_CREATED)


def _described(
    body: type[_Body], summary: str, description: str, example: dict[str, Any]
) -> Callable[[View], View]:
    """How the OpenAPI schema describes an endpoint of this file."""
    return extend_schema(
        operation_id=f"record{body.__name__.removesuffix('Body')}",
        summary=summary,
        description=description + AGAIN,
        request=body,
        responses={201: body, **REFUSALS},
        examples=[OpenApiExample(summary, value=example, request_only=True)],
        tags=["what happened"],
    )


SESSION_ID = "6f1c2a52-6f0e-4c0e-9a5e-3f1f6f1d2b01"
TRACK_ID = "0b8f4f0e-2c55-4f2b-8a3c-6c9f4d6f7a10"


class Sessions(_ReportView):
    body_class = SessionBody

    def record(self, fields: dict[str, Any]) -> ListeningSession:
        return services.record_session(patient=self.patient, **fields)

    @_described(
        SessionBody,
        "A listening session",
        "Send it when the session starts, and again with `ended_at` when it ends; or once, after "
        "it. The end of a session is stored once and stays.",
        {"id": SESSION_ID, "plan": None, "started_at": "2026-03-01T18:30:00Z", "ended_at": None},
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class MoodRatings(_ReportView):
    body_class = MoodRatingBody

    def record(self, fields: dict[str, Any]) -> MoodRating:
        return services.record_mood_rating(patient=self.patient, **fields)

    @_described(
        MoodRatingBody,
        "A mood rating",
        "Valence and arousal before, during or after the music. A new one has the patient's model "
        "adapted.",
        {
            "id": "8f0c4d0a-93c5-4f5f-8f0a-0d9f0b6a1c02",
            "session": SESSION_ID,
            "phase": "before",
            "valence": -0.4,
            "arousal": 0.55,
            "rated_at": "2026-03-01T18:30:05Z",
        },
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class TrackRatings(_ReportView):
    body_class = TrackRatingBody

    def record(self, fields: dict[str, Any]) -> TrackRating:
        return services.record_track_rating(patient=self.patient, **fields)

    @_described(
        TrackRatingBody,
        "A track rating",
        "How much the patient liked a track that was just heard. A new one has the patient's "
        "model adapted.",
        {
            "id": "c2a5d7be-5a43-4a6e-8f5d-9b1e7f0a3d03",
            "session": SESSION_ID,
            "track": TRACK_ID,
            "liking": 4,
            "familiarity": None,
            "rated_at": "2026-03-01T18:34:40Z",
        },
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class PlaylistLogs(_ReportView):
    body_class = PlaylistLogBody

    def record(self, fields: dict[str, Any]) -> PlaylistLog:
        entries = [services.EntryRow(**entry) for entry in fields.pop("entries")]
        return services.record_playlist(patient=self.patient, entries=entries, **fields)

    @_described(
        PlaylistLogBody,
        "A playlist that the phone made",
        "Enough to make it again, and to weigh its choices later. Stored whole or not at all.",
        {
            "id": "d1e0b8a4-7c1a-4a61-b3d5-2f6c8e9a4e04",
            "session": SESSION_ID,
            "model_version": 3,
            "package_sha256": "9f" * 32,
            "seed": 20260301,
            "mood_valence": -0.4,
            "mood_arousal": 0.55,
            "target_valence": 0.5,
            "target_arousal": -0.5,
            "made_at": "2026-03-01T18:30:06Z",
            "entries": [
                {
                    "position": 0,
                    "track": TRACK_ID,
                    "waypoint": [-0.4, 0.55],
                    "predicted": [-0.31, 0.42],
                    "deviation": [0.22, 0.25],
                    "log_probability": -2.31,
                }
            ],
        },
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)
