"""POST /api/v1/sessions, /mood-ratings, /track-ratings, /playlist-logs: what happened, row by row.

Every row has an id that the phone made. Sending a row again is safe: it gives the same answer.
"""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import refusals
from therapy.api.views import PhoneView
from therapy.sessions.api.kinds import KINDS
from therapy.sessions.arrivals import arriving

View = TypeVar("View", bound=Callable[..., Response])

AGAIN = (
    " The id is the phone's own (UUID version 4). The same body again gives the same answer and "
    "stores nothing; another body under the same id is answered with 409 and what differs."
)
REFUSALS = refusals(400, 401, 409, 413, 415)


class _ReportView(PhoneView):
    """Stores one row of a kind, or finds that it is there."""

    kind: ClassVar[str]

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        kind = KINDS[self.kind]
        sent = kind.body(data=request.data)
        sent.is_valid(raise_exception=True)
        with arriving(self.patient) as arrival:
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
        "it. The end of a session is stored once and stays.",
        {"id": SESSION_ID, "plan": None, "started_at": "2026-03-01T18:30:00Z", "ended_at": None},
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
