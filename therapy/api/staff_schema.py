"""How the OpenAPI schema describes what is for staff."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.views import APIView

from therapy.api.errors import refusal, refusals
from therapy.api.staff import StaffSession

View = TypeVar("View", bound=type[APIView])


def staff_refusals(*codes: int) -> dict[int, OpenApiResponse]:
    """The error responses of an endpoint for staff, 401 and 403 among them."""
    return refusals(*(code for code in codes if code not in _OF_STAFF)) | {
        code: _OF_STAFF[code] for code in (*codes, 401, 403) if code in _OF_STAFF
    }


def listed(
    name: str,
    summary: str,
    description: str,
    body: type[serializers.BaseSerializer[Any]],
    *,
    tag: str,
    many: bool = True,
    refused: Sequence[int] = (400, 404),
) -> Callable[[View], View]:
    """How the OpenAPI schema describes the GET of an endpoint for staff."""
    shown = body(many=True) if many else body
    return extend_schema_view(
        get=extend_schema(
            operation_id=name,
            summary=summary,
            description=description,
            responses={200: shown, **staff_refusals(*refused)},
            tags=[tag],
        )
    )


class StaffSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI schema describes StaffSession."""

    target_class = StaffSession
    name = ["staffSession", "csrfToken"]
    priority = 1  # before the library's own, of the class below

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {
                "type": "apiKey",
                "in": "cookie",
                "name": settings.SESSION_COOKIE_NAME,
                "description": "Of a member of staff who signed in to the site's pages, with a "
                "second factor (docs/staff-api.md).",
            },
            {
                "type": "apiKey",
                "in": "header",
                "name": "X-CSRFToken",
                "description": "The value of the cookie `csrftoken`; with all that writes.",
            },
        ]

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[Any]]:
        writes = auto_schema.method not in {"GET", "HEAD", "OPTIONS"}
        return {"staffSession": []} | ({"csrfToken": []} if writes else {})


_OF_STAFF = {
    401: refusal(
        "Nobody is signed in (`not_authenticated`), or a token came instead (`session_wanted`).",
        "not_authenticated",
        "Authentication credentials were not provided.",
    ),
    403: refusal(
        "The role in this clinic does not allow it (`permission_denied`), there is no second "
        "factor yet (`second_factor_required`), or a call that writes came without the CSRF token "
        "(`csrf_failed`).",
        "permission_denied",
        "Your role at Harbour Practice does not let you change what a patient is given.",
    ),
    404: refusal(
        "There is no such thing in the clinics where this user works (`not_found`).",
        "not_found",
        "None of your patients has this address.",
    ),
}
