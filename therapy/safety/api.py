"""GET /api/v1/crisis-contacts: what a phone shows at once when someone is in a crisis."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import refusals
from therapy.api.languages import LANGUAGE, in_languages, wanted_languages
from therapy.api.views import ConditionalPhoneView
from therapy.catalogue.api import ETAG, IF_NONE_MATCH, NOT_MODIFIED, REPR_DIGEST
from therapy.languages import nearest
from therapy.plans.selectors import current_plan
from therapy.safety.crisis import crisis_line
from therapy.safety.words import WORDS


class _Asked(serializers.Serializer[Any]):
    country = serializers.RegexField(
        r"^[A-Za-z]{2}\Z",
        default="",
        error_messages={"invalid": "Must be two letters, as in ISO 3166-1: DE."},
    )


class CrisisContactsBody(serializers.Serializer[Any]):
    language = serializers.CharField(
        help_text="Of `not_watched`, and of `emergency` where no number is known."
    )
    line = serializers.CharField(help_text="Name of the service.")
    phone = serializers.CharField(help_text="May be empty: then only `page` is known.")
    page = serializers.CharField(help_text="Of the service.")
    emergency = serializers.CharField(help_text="Where life is in danger.")
    crisis_plan = serializers.CharField(help_text="The patient's own; may be empty.")
    not_watched = serializers.CharField(help_text="Show it: nothing here is live monitoring.")


class CrisisContacts(ConditionalPhoneView):
    @extend_schema(
        operation_id="getCrisisContacts",
        summary="Whom to reach in a crisis",
        description="Keep it on the phone before it is needed, and show it at once, without a "
        "network: when a question with `asks_about_self_harm` is answered above 0, and after a "
        "session was stopped because the patient felt worse.",
        parameters=[
            OpenApiParameter("country", description="Where the phone is, ISO 3166-1 alpha-2."),
            *LANGUAGE,
            IF_NONE_MATCH,
            ETAG,
            REPR_DIGEST,
        ],
        responses={200: CrisisContactsBody, 304: NOT_MODIFIED, **refusals(400, 401)},
        tags=["safety"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = _Asked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        line = crisis_line(asked.validated_data["country"])
        plan = current_plan(self.patient)
        language = nearest(WORDS, wanted_languages(request))
        return in_languages(
            CrisisContactsBody(
                {
                    "language": language,
                    "line": line.name,
                    "phone": line.phone,
                    "page": line.source,
                    "emergency": line.emergency or WORDS[language].emergency,
                    "crisis_plan": "" if plan is None else plan.crisis_plan,
                    "not_watched": WORDS[language].not_watched,
                }
            ).data
        )
