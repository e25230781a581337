"""In which language an address answers: `language` of the query, else what Accept-Language wants.

Where there are no words in it the answer is in English, and it says which language it is in.
"""

from typing import Any

from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.people.models import LANGUAGE_TAG

LONGEST = 35  # RFC 5646 §4.4.1
LANGUAGE = [
    OpenApiParameter(
        "language",
        {"type": "string", "maxLength": LONGEST, "pattern": LANGUAGE_TAG.replace(r"\Z", "$")},
        description="A BCP 47 tag such as `de` or `zh-Hans`; goes before Accept-Language.",
    ),
    OpenApiParameter(
        "Accept-Language",
        location=OpenApiParameter.HEADER,
        description="Used without `language` (RFC 9110 §12.5.4).",
    ),
]
"""Parameters of an address that answers so."""


class _Asked(serializers.Serializer[Any]):
    language = serializers.RegexField(
        LANGUAGE_TAG,
        required=False,
        max_length=LONGEST,
        error_messages={"invalid": "Must be a tag such as 'de' or 'pt-BR'."},
    )


def wanted_languages(request: Request) -> list[str]:
    """BCP 47 tags, best first. Raises ValidationError where `language` is none."""
    # As a dict: an empty field of a form counts as left out, and an empty language is a mistake.
    asked = _Asked(data=request.query_params.dict())
    asked.is_valid(raise_exception=True)
    if language := asked.validated_data.get("language"):
        return [language]
    header = request.headers.get("Accept-Language", "")
    return [tag for tag, _ in parse_accept_lang_header(header)]


def in_languages(body: Any) -> Response:
    """The answer to a call that takes them, which caches must not give to who wants others."""
    response = Response(body)
    patch_vary_headers(response, ["Accept-Language"])
    return response
