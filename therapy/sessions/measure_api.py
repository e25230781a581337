"""GET /api/v1/measures: what can be asked. POST /api/v1/measure-responses: what became of it."""

from typing import Any

from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import refusals
from therapy.api.fields import InstantField, NumberField, WholeNumberField
from therapy.api.views import ConditionalPhoneView, PhoneView
from therapy.catalogue.api import ETAG, IF_NONE_MATCH, NOT_MODIFIED
from therapy.measures.languages import language_for
from therapy.measures.registry import newest
from therapy.people.models import LANGUAGE_TAG
from therapy.sessions.measure_bodies import MeasuresBody, shown
from therapy.sessions.measure_services import record_measure_response
from therapy.sessions.measures import MeasureResponse

LANGUAGE = OpenApiParameter(
    "language",
    description="A BCP 47 tag such as `de` or `pt-BR`; goes before Accept-Language.",
)
ACCEPT_LANGUAGE = OpenApiParameter(
    "Accept-Language",
    location=OpenApiParameter.HEADER,
    description="Used without `language` (RFC 9110 §12.5.4).",
)


class _Asked(serializers.Serializer[Any]):
    language = serializers.RegexField(
        LANGUAGE_TAG,
        required=False,
        error_messages={"invalid": "Must be a tag such as 'de' or 'pt-BR'."},
    )


class Measures(ConditionalPhoneView):
    @extend_schema(
        operation_id="getMeasures",
        summary="The measures that can be asked",
        description="The newest version of every measure: questions, what may be answered, on what "
        "terms it may be shown. Each is in the language asked for, or in English where there is "
        "none (`language` says which). An answer names the version that was shown; older versions "
        "stay accepted.\n\nShow the crisis screen at once when a question with "
        "`asks_about_self_harm` is answered above 0: do not wait for the network.",
        parameters=[LANGUAGE, ACCEPT_LANGUAGE, IF_NONE_MATCH, ETAG],
        responses={200: MeasuresBody, 304: NOT_MODIFIED, **refusals(400, 401)},
        tags=["measures"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = _Asked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        header = request.headers.get("Accept-Language", "")
        wanted = [tag for tag, _ in parse_accept_lang_header(header)]
        if language := asked.validated_data.get("language"):
            wanted = [language]
        measures = [shown(one, language_for(one, wanted)) for one in newest()]
        response = Response(MeasuresBody({"measures": measures}).data)
        patch_vary_headers(response, ["Accept-Language"])
        return response


class MeasureResponseBody(serializers.Serializer[MeasureResponse]):
    id = serializers.UUIDField(help_text="Made by the phone.")
    received_at = InstantField(read_only=True, help_text="The server's clock, at first arrival.")
    session = serializers.UUIDField(
        source="session_id",
        allow_null=True,
        default=None,
        help_text="The session that it belongs to, sent before it; null outside of any.",
    )
    measure = serializers.CharField(max_length=40, help_text="Key of the measure.")
    version = WholeNumberField(
        min_value=1, max_value=2**15 - 1, help_text="The version that was shown."
    )
    language = serializers.CharField(max_length=35, help_text="The language that was shown.")
    state = serializers.ChoiceField(
        MeasureResponse.State.choices,
        help_text="`answered`; `skipped`: the patient said no; `expired`: it was shown, and its "
        "time ran out. Of a measure that was never shown send nothing.",
    )
    answers = serializers.DictField(
        child=NumberField(),
        allow_null=True,
        default=None,
        help_text="Item id → value, complete but for `optional` items; null unless answered.",
    )
    answered_at = InstantField(
        help_text="When it was answered, skipped or ran out, by the phone's clock; at most 10 "
        "minutes ahead of the server."
    )
    safety_check = serializers.BooleanField(
        read_only=True,
        help_text="A question about self-harm was answered above 0: show the crisis screen now.",
    )


class MeasureResponses(PhoneView):
    @extend_schema(
        operation_id="recordMeasureResponse",
        summary="What became of a measure",
        description="Answered, skipped or expired. The answer tells that it was stored, and "
        "whether a crisis screen is due, but no score: that is for the therapist to talk about. "
        "The id is the phone's own (UUID version 4). The same body again gives the same answer "
        "and stores nothing; another body under the same id is answered with 409 and what differs.",
        request=MeasureResponseBody,
        responses={201: MeasureResponseBody, **refusals(400, 401, 409, 413, 415)},
        examples=[
            OpenApiExample(
                "A PHQ-4 that was answered",
                value={
                    "id": "5b0f7c0e-4a86-4e3b-9a0e-7b5b0d9a1c05",
                    "session": None,
                    "measure": "phq4",
                    "version": 1,
                    "language": "en",
                    "state": "answered",
                    "answers": {"phq4-1": 2, "phq4-2": 1, "phq4-3": 0, "phq4-4": 1},
                    "answered_at": "2026-03-01T18:20:00Z",
                },
                request_only=True,
            )
        ],
        tags=["measures"],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        sent = MeasureResponseBody(data=request.data)
        sent.is_valid(raise_exception=True)
        stored = record_measure_response(patient=self.patient, **sent.validated_data)
        return Response(MeasureResponseBody(stored).data, status=status.HTTP_201_CREATED)
