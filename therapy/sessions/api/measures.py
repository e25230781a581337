"""GET /api/v1/measures: what can be asked."""

from typing import Any

from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import refusals
from therapy.api.views import ConditionalPhoneView
from therapy.catalogue.api import ETAG, IF_NONE_MATCH, NOT_MODIFIED
from therapy.measures.languages import language_for
from therapy.measures.registry import newest
from therapy.people.models import LANGUAGE_TAG
from therapy.sessions.api.measure_bodies import MeasuresBody, shown

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
