"""The one body of every refusal: what was wrong, where, and what to do.

{"error": {"code": "invalid", "message": "…", "fields": {"valence": ["…"]}}}
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from therapy.access.doors import OPEN
from therapy.people.care import CareEnded
from therapy.records import ConflictError

WHOLE_BODY = "body"  # names what is wrong with no single field
MEANINGS = {
    400: "The request cannot be understood (`parse_error`) or a field is refused (`invalid`).",
    401: "No token (`not_authenticated`), or one that is unknown or revoked "
    "(`authentication_failed`).",
    403: "The patient took back their consent to care (`consent_withdrawn`): stop asking, and "
    "delete the plan, the model and what was not sent yet (docs/consent.md).",
    404: "There is no such thing for this patient (`not_found`).",
    409: "The id is taken by other content (`conflict`). Sending it again will not help.",
    413: "The body is too large (`too_large`).",
    415: "The body is not `application/json` (`unsupported_media_type`).",
    416: "The range lies beyond the end of the file (`range_not_satisfiable`).",
    503: "It has expired, and the next one is being made (`model_expired`); Retry-After says when "
    "to ask again.",
}
EXAMPLES = {
    400: ("invalid", "1 field is refused: valence.", {"valence": ["Must be at most 1."]}),
    401: ("not_authenticated", "Authentication credentials were not provided.", {}),
    403: ("consent_withdrawn", str(CareEnded()), {}),
    404: ("not_found", "No session plan has been prescribed yet.", {}),
    409: (
        "conflict",
        "This id is taken by other content.",
        {"valence": ["Stored as 0.25, sent as 0.5."]},
    ),
    413: ("too_large", "The body has 2000000 bytes; at most 1000000 are read.", {}),
    415: ("unsupported_media_type", 'Unsupported media type "text/plain" in request.', {}),
    503: ("model_expired", "The newest model has expired, and the next one is being made.", {}),
    416: ("range_not_satisfiable", "The file has 9 bytes; the range lies beyond them.", {}),
}


class ErrorDetail(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="For programs; stable.")
    message = serializers.CharField(help_text="For people, in English.")
    fields = serializers.DictField(  # type: ignore[assignment]  # the API's word, not DRF's
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Messages by field; nested ones with dots, such as `entries.2.track`; "
        f"`{WHOLE_BODY}` for what concerns no single field. Empty where no field is at fault.",
    )


class ErrorBody(serializers.Serializer[Any]):
    error = ErrorDetail()


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class _Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class _CareEnded(exceptions.APIException):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "consent_withdrawn"


def refusals(*codes: int) -> dict[int, OpenApiResponse]:
    """The error responses of an endpoint, for its OpenAPI description."""
    return {code: refusal(MEANINGS[code], *EXAMPLES[code]) for code in codes}


def refusal(
    meaning: str, code: str, message: str, fields: Mapping[str, list[str]] | None = None
) -> OpenApiResponse:
    """One error response, with an example, for the description of an endpoint."""
    example = OpenApiExample(code, value=error_body(code, message, fields))
    return OpenApiResponse(ErrorBody, description=meaning, examples=[example])


def error_body(
    code: str, message: str, fields: Mapping[str, list[str]] | None = None
) -> dict[str, Any]:
    """The body of a refusal."""
    return {"error": {"code": code, "message": message, "fields": dict(fields or {})}}


def answer(problem: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler: every 4xx in the one body.

    Anything that is not a refusal gives None: a fault of ours, which Django logs and answers
    with 500.
    """
    fields: dict[str, list[str]] = {}
    if isinstance(problem, ConflictError):
        fields, problem = problem.fields, _Conflict(problem.message)
    elif isinstance(problem, CareEnded):
        problem = _CareEnded(str(problem))
    elif isinstance(problem, ValidationError):
        problem = exceptions.ValidationError(_by_field(problem))
    response = exception_handler(problem, context)
    if response is None:
        return None
    if isinstance(problem, exceptions.ValidationError):
        fields = dict(_flattened(problem.detail))
        count = len(fields)
        named = ", ".join(fields)
        message = f"{count} field{' is' if count == 1 else 's are'} refused: {named}."
        response.data = error_body("invalid", message, fields)
    else:
        response.data = error_body(_code(response.status_code, problem), _text(response), fields)
    return response


class NoSuchAddress(APIView):
    door = OPEN
    """Answers what no other address of the API does, in the API's own error body."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise exceptions.NotFound(f"The API has no address {request.path}. See /api/v1/docs/.")


def _by_field(problem: ValidationError) -> dict[str, list[str]]:
    if not hasattr(problem, "error_dict"):
        return {WHOLE_BODY: problem.messages}
    return dict(problem.message_dict)


def _flattened(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Nested messages as (path with dots, messages); items of lists by their index."""
    if isinstance(detail, Mapping):
        pairs = [(str(name), inner) for name, inner in detail.items()]
    elif isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        pairs = [(str(index), inner) for index, inner in enumerate(detail)]
    else:
        yield path or WHOLE_BODY, [str(item) for item in detail]
        return
    for name, inner in pairs:
        if name in {"non_field_errors", NON_FIELD_ERRORS}:
            yield from _flattened(inner, path)
        else:
            yield from _flattened(inner, f"{path}.{name}" if path else name)


def _code(status_code: int, problem: Exception) -> str:
    code = problem.get_codes() if isinstance(problem, exceptions.APIException) else None
    if isinstance(code, str):
        return code
    return {403: "permission_denied", 404: "not_found"}.get(status_code, "error")


def _text(response: Response) -> str:
    data = response.data
    return str(data.get("detail", "")) if isinstance(data, dict) else str(data)
