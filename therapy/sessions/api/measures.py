"""GET /api/v1/measures: what can be asked."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import refusals
from therapy.api.languages import LANGUAGE, in_languages, wanted_languages
from therapy.api.views import ConditionalPhoneView
from therapy.catalogue.api import ETAG, IF_NONE_MATCH, NOT_MODIFIED, REPR_DIGEST
from therapy.measures.languages import language_for
from therapy.measures.registry import newest
from therapy.sessions.api.measure_bodies import MeasuresBody, shown


class Measures(ConditionalPhoneView):
    @extend_schema(
        operation_id="getMeasures",
        summary="The measures that can be asked",
        description="The newest version of every measure: questions, what may be answered, on what "
        "terms it may be shown. Each is in the language asked for, or in English where there is "
        "none (`language` says which). An answer names the version that was shown; older versions "
        "stay accepted.\n\nShow the crisis screen at once when a question with "
        "`asks_about_self_harm` is answered above 0: do not wait for the network.",
        parameters=[*LANGUAGE, IF_NONE_MATCH, ETAG, REPR_DIGEST],
        responses={200: MeasuresBody, 304: NOT_MODIFIED, **refusals(400, 401)},
        tags=["measures"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        wanted = wanted_languages(request)
        measures = [shown(one, language_for(one, wanted)) for one in newest()]
        return in_languages(MeasuresBody({"measures": measures}).data)
