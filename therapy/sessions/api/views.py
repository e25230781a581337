"""POST /api/v1/sessions, /mood-ratings, …: what happened, row by row.

Every row has an id that the phone made. Sending a row again is safe: it gives the same answer.
"""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import refusals
from therapy.api.fields import InstantField
from therapy.api.problems import HeaderRefused
from therapy.api.views import PhoneView
from therapy.sessions.api.kinds import KINDS
from therapy.sessions.arrivals import arriving
from therapy.sessions.clocks import PhoneClock

View = TypeVar("View", bound=Callable[..., Response])

AGAIN = (
    " The id is the phone's own (UUID version 4). The same body again gives the same answer and "
    "stores nothing; another body under the same id is answered with 409 and what differs."
)
REFUSALS = refusals(400, 401, 403, 409, 413, 415)


SENT_AT = "Attune-Sent-At"


def clock_of(request: Request) -> PhoneClock:
    """What the phone's clock shows beside ours, if it says so. Raises ValidationError."""
    said = request.headers.get(SENT_AT)
    if said is None:
        return PhoneClock()
    try:
        sent_at = InstantField().run_validation(said)
    except ValidationError as refused:
        raise HeaderRefused({SENT_AT: refused.detail}) from refused
    return PhoneClock.compared(sent_at=sent_at, received_at=timezone.now())


class _ReportView(PhoneView):
    """Stores one row of a kind, or finds that it is there."""

    kind: ClassVar[str]

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        kind = KINDS[self.kind]
        sent = kind.body(data=request.data)
        sent.is_valid(raise_exception=True)
        with arriving(self.patient, clock_of(request), self.device) as arrival:
            stored = kind.record(arrival=arrival, **sent.validated_data)
        return Response(kind.body(stored).data, status=status.HTTP_201_CREATED)


def _described(
    kind: str, summary: str, description: str, example: dict[str, Any]
) -> Callable[[View], View]:
    """How the OpenAPI schema describes an endpoint of this file."""
    body = KINDS[kind].body
    return extend_schema(
        operation_id=f"record{body.__name__.removesuffix('Body')}",
        summary=summary,
        description=description + AGAIN,
        parameters=[
            OpenApiParameter(
                SENT_AT,
                OpenApiTypes.DATETIME,
                OpenApiParameter.HEADER,
                description="What the phone's clock shows while it sends, with its offset from "
                "UTC. A clock that is wrong is put right by it (docs/sync.md); without it the "
                "clock counts as right.",
            )
        ],
        request=body,
        responses={201: body, **REFUSALS},
        examples=[OpenApiExample(summary, value=example, request_only=True)],
        tags=["what happened"],
    )


SESSION_ID = "6f1c2a52-6f0e-4c0e-9a5e-3f1f6f1d2b01"
TRACK_ID = "0b8f4f0e-2c55-4f2b-8a3c-6c9f4d6f7a10"


class Sessions(_ReportView):
    kind = "session"

    @_described(
        "session",
        "A listening session",
        "Send it when the session starts, and again with `ended_at` when it ends; or once, after "
        "it. The end of a session, how it ended and why it was stopped are stored once and stay.",
        {
            "id": SESSION_ID,
            "plan": None,
            "started_at": "2026-03-01T18:30:00Z",
            "ended_at": "2026-03-01T18:41:00Z",
            "ending": "stopped",
            "stop_reason": "interrupted",
        },
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class SessionsNotHeld(_ReportView):
    kind = "session-not-held"

    @_described(
        "session-not-held",
        "A session that was offered and not held",
        "The patient said no, or said nothing until its time ran out. A session that was missed "
        "is neither: the server sees that for itself.",
        {
            "id": "a7d3c9e0-5b1f-4f57-8d0e-1c2b3a4d5e05",
            "plan": None,
            "outcome": "skipped",
            "skip_reason": "no-time",
            "offered_at": "2026-03-02T18:30:00Z",
            "decided_at": "2026-03-02T18:31:10Z",
        },
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class MoodRatings(_ReportView):
    kind = "mood-rating"

    @_described(
        "mood-rating",
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


class MoodSkips(_ReportView):
    kind = "mood-skip"

    @_described(
        "mood-skip",
        "A mood that the patient chose not to say",
        "They were asked before, during or after the music, and skipped the question. It is no "
        "rating: nothing is adapted.",
        {
            "id": "3d6e1f0b-8a2c-4b5d-9e7f-1a2b3c4d5e08",
            "session": SESSION_ID,
            "phase": "after",
            "skipped_at": "2026-03-01T18:41:20Z",
        },
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class TrackRatings(_ReportView):
    kind = "track-rating"

    @_described(
        "track-rating",
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


class TrackPlays(_ReportView):
    kind = "track-play"

    @_described(
        "track-play",
        "A track as it was heard",
        "Sent when the track is over, however that came: it finished, the patient skipped it, or "
        "stopped the session.",
        {
            "id": "e5b2a1c8-3d4f-4e6a-9b7c-8d9e0f1a2b06",
            "session": SESSION_ID,
            "track": TRACK_ID,
            "position": 0,
            "started_at": "2026-03-01T18:30:10Z",
            "seconds_heard": 42.5,
            "ending": "skipped",
        },
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class PlaylistLogs(_ReportView):
    kind = "playlist-log"

    @_described(
        "playlist-log",
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
            "chosen_first": False,
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


class MeasureResponses(_ReportView):
    kind = "measure-response"

    @_described(
        "measure-response",
        "What became of a measure",
        "Answered, skipped or expired. The answer tells that it was stored, and whether a crisis "
        "screen is due, but no score: that is for the therapist to talk about.",
        {
            "id": "5b0f7c0e-4a86-4e3b-9a0e-7b5b0d9a1c05",
            "session": None,
            "measure": "phq4",
            "version": 1,
            "language": "en",
            "state": "answered",
            "answers": {"phq4-1": 2, "phq4-2": 1, "phq4-3": 0, "phq4-4": 1},
            "answered_at": "2026-03-01T18:20:00Z",
        },
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class ModelRefusals(_ReportView):
    kind = "model-refusal"

    @_described(
        "model-refusal",
        "A model that the phone refused",
        "Sent once for what was refused, not for every try. The model that was accepted last stays "
        "in use (docs/clients/README.md); staff see it on the patient's page.",
        {
            "id": "f0a4b6c2-1d3e-4f5a-8b9c-0d1e2f3a4b07",
            "refused_at": "2026-03-01T18:20:00Z",
            "reason": "wrong-content",
            "version": 4,
            "base_sha256": "9f" * 32,
            "in_use": 3,
        },
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)
