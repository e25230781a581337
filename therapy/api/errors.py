"""The one body of every refusal (RFC 9457, application/problem+json): what was wrong, and where.

{"type": "/api/v1/problems/#invalid", "title": "A field is refused", "status": 400,
 "detail": "Refused: valence.", "code": "invalid",
 "errors": [{"pointer": "/valence", "detail": "Must be at most 1."}]}
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import JsonResponse
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.views import APIView, exception_handler

from therapy.access.doors import OPEN
from therapy.api.problems import (
    PROBLEMS,
    Conflict,
    ConsentWithdrawn,
    HeaderRefused,
    ProblemType,
    kind_of_status,
)
from therapy.people.care import CareEnded
from therapy.records import ConflictError

MEDIA_TYPE = "application/problem+json"
BODILESS = {"GET", "HEAD", "OPTIONS"}  # what is refused of these is a parameter
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
Fields = Mapping[str, list[str]]
EXAMPLES: Mapping[int, tuple[str, str, Fields]] = {
    400: ("invalid", "Refused: valence.", {"valence": ["Must be at most 1."]}),
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


class FaultBody(serializers.Serializer[Any]):
    """One thing that is wrong: in one of three places, and in words."""

    detail = serializers.CharField(help_text="For people, in English.")
    pointer = serializers.CharField(
        required=False,
        help_text="Where it is in the body (RFC 6901), such as `/entries/2/track`; empty for the "
        "body as a whole.",
    )
    parameter = serializers.CharField(required=False, help_text="Of the address, by its name.")
    header = serializers.CharField(required=False, help_text="By its name.")


class ProblemBody(serializers.Serializer[Any]):
    type = serializers.CharField(help_text="Where this site explains the kind of problem.")
    title = serializers.CharField(help_text="The kind of problem, in English.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    detail = serializers.CharField(help_text="What is wrong this time, for people, in English.")
    code = serializers.ChoiceField(
        [(code, code) for code in PROBLEMS], help_text="For programs; stable."
    )
    errors = FaultBody(  # type: ignore[assignment]  # the RFC's word, not DRF's
        many=True, help_text="What exactly is refused; empty where no part of the request is."
    )


@dataclass(frozen=True)
class Refusal:
    """What is answered where something is refused."""

    kind: ProblemType
    detail: str
    errors: Sequence[Mapping[str, str]] = field(default_factory=tuple)

    @property
    def body(self) -> dict[str, Any]:
        return {
            "type": self.kind.uri,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "code": self.kind.code,
            "errors": list(self.errors),
        }

    def response(self, headers: Mapping[str, str] | None = None) -> JsonResponse:
        return JsonResponse(
            self.body, status=self.kind.status, content_type=MEDIA_TYPE, headers=headers
        )


def refusals(*codes: int) -> dict[int, OpenApiResponse]:
    """The error responses of an endpoint, for its OpenAPI description."""
    return {code: refusal(MEANINGS[code], *EXAMPLES[code]) for code in codes}


def refusal(meaning: str, code: str, detail: str, fields: Fields | None = None) -> OpenApiResponse:
    """One error response, with an example, for the description of an endpoint."""
    shown = Refusal(PROBLEMS[code], detail, _faults(_paths(fields or {}), "pointer"))
    example = OpenApiExample(code, value=shown.body)
    return OpenApiResponse(ProblemBody, description=meaning, examples=[example])


def refusal_of(problem: Exception, *, place: str = "pointer") -> Refusal | None:
    """What is answered to an exception that refuses; None for a fault of ours.

    `place`: where the fields that it names are: `pointer` into the body, or `parameter`.
    """
    if isinstance(problem, ConflictError):
        errors = _faults(_paths(problem.fields), place)
        return Refusal(PROBLEMS[Conflict.default_code], problem.message, errors)
    if isinstance(problem, CareEnded):
        return Refusal(PROBLEMS[ConsentWithdrawn.default_code], str(problem))
    if isinstance(problem, exceptions.ValidationError):
        in_header = isinstance(problem, HeaderRefused)
        return _invalid(_nested(problem.detail), "header" if in_header else place)
    if isinstance(problem, ValidationError):
        return _invalid(_paths(_by_field(problem)), place)
    if isinstance(problem, exceptions.APIException):
        kind = PROBLEMS.get(str(problem.get_codes())) or kind_of_status(problem.status_code)
        return Refusal(kind, str(problem.detail))
    return None


def answer(problem: Exception, context: dict[str, Any]) -> JsonResponse | None:
    """REST framework's exception handler: every refusal in the one body.

    Anything that is not a refusal gives None: a fault of ours, which Django logs and the middleware
    answers (`therapy.api.faults`).
    """
    told = exception_handler(problem, context)  # its headers, and Django's own exceptions as its
    if told is not None and not isinstance(problem, exceptions.APIException):
        text = str(told.data["detail"])
        return Refusal(kind_of_status(told.status_code), text).response()
    asked: Request | None = context.get("request")
    in_address = asked is not None and asked.method in BODILESS
    refused = refusal_of(problem, place="parameter" if in_address else "pointer")
    if refused is None:
        return None
    kept = ("Retry-After", "WWW-Authenticate")
    headers = {} if told is None else {name: told[name] for name in kept if name in told}
    return refused.response(headers)


class NoSuchAddress(APIView):
    door = OPEN
    """Answers what no other address of the API does, in the API's own error body."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.check_throttles(request)
        raise exceptions.NotFound(f"The API has no address {request.path}. See /api/v1/docs/.")


Path = tuple[str, ...]
Found = Iterator[tuple[Path, str]]


def _invalid(found: Found, place: str) -> Refusal:
    pairs = list(found)
    named = dict.fromkeys("/".join(path) or "body" for path, _ in pairs)
    return Refusal(
        PROBLEMS["invalid"], f"Refused: {', '.join(named)}.", _faults(iter(pairs), place)
    )


def _faults(found: Found, place: str) -> list[dict[str, str]]:
    """What is wrong by its place, as FaultBody has it."""
    return [{place: _written(path, place), "detail": text} for path, text in found]


def _written(path: Path, place: str) -> str:
    if place != "pointer":
        return ".".join(path)
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in path)


def _by_field(problem: ValidationError) -> Fields:
    if not hasattr(problem, "error_dict"):
        return {NON_FIELD_ERRORS: problem.messages}
    return dict(problem.message_dict)


def _paths(fields: Fields) -> Found:
    """Messages by the names that services give, which have dots: `entries.2.track`."""
    for name, texts in fields.items():
        path = () if name == NON_FIELD_ERRORS else tuple(name.split("."))
        yield from ((path, text) for text in texts)


def _nested(detail: Any, path: Path = ()) -> Found:
    """Messages as serializers nest them; items of lists by their index."""
    if isinstance(detail, Mapping):
        pairs = [(str(name), inner) for name, inner in detail.items()]
    elif isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        pairs = [(str(index), inner) for index, inner in enumerate(detail)]
    else:
        yield from ((path, str(text)) for text in detail)
        return
    for name, inner in pairs:
        own = name in {"non_field_errors", NON_FIELD_ERRORS}
        yield from _nested(inner, path if own else (*path, name))
