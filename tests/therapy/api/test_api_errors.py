"""Every refusal has one body: {"error": {"code", "message", "fields"}}."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from rest_framework import exceptions

from tests.people import Phone
from therapy.api.errors import answer
from therapy.api.views import LARGEST_BODY
from therapy.records import ConflictError

pytestmark = pytest.mark.django_db


def error_of(response: Any) -> tuple[int, str, str, dict[str, list[str]]]:
    body = response.json() if hasattr(response, "json") else response.data
    assert set(body) == {"error"}
    error = body["error"]
    assert set(error) == {"code", "message", "fields"}
    return response.status_code, error["code"], error["message"], error["fields"]


@pytest.mark.parametrize(
    "text", ["", "{", '{"valence": NaN}', '{"a": 1,}', "\xff", "[" * 100_000, '{"a": "\\ud800"']
)
def test_what_is_no_json_is_a_parse_error_or_lacks_everything(phone: Phone, text: str) -> None:
    status, code, message, _ = error_of(phone.post("mood-ratings", text))
    assert status == 400
    assert code in ({"parse_error"} if text else {"invalid", "parse_error"})
    assert message


def test_bytes_that_are_no_utf8_are_a_parse_error(phone: Phone) -> None:
    response = phone.client.post(
        "/api/v1/mood-ratings", b'{"a": "\xff"}', "application/json", headers=phone.headers
    )
    assert error_of(response)[:2] == (400, "parse_error")


def test_another_content_type_is_refused(phone: Phone) -> None:
    response = phone.client.post("/api/v1/sessions", {"id": "1"}, headers=phone.headers)
    status, code, message, fields = error_of(response)
    assert (status, code, fields) == (415, "unsupported_media_type", {})
    assert "multipart/form-data" in message


def test_a_body_beyond_measure_is_refused_before_it_is_read(phone: Phone) -> None:
    text = json.dumps({"id": "x" * LARGEST_BODY})
    status, code, message, _ = error_of(phone.post("sessions", text))
    assert (status, code) == (413, "too_large")
    assert f"has {len(text)} bytes; at most {LARGEST_BODY}" in message


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_another_method_is_refused(phone: Phone, method: str) -> None:
    response = getattr(phone.client, method)("/api/v1/sessions", headers=phone.headers)
    assert error_of(response)[:2] == (405, "method_not_allowed")
    assert response.headers["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("method", ["get", "post", "delete", "options"])
@pytest.mark.parametrize(
    "address", ["/api", "/api/", "/api/v1/", "/api/v1/nothing", "/api/v1/sessions/", "/api/v2/me"]
)
def test_an_address_that_is_none_is_not_found_in_json(address: str, method: str) -> None:
    status, code, message, fields = error_of(getattr(Client(), method)(address))
    assert (status, code, fields) == (404, "not_found", {})
    assert message == f"The API has no address {address}. See /api/v1/docs/."


def test_a_client_that_takes_no_json_is_told_so_in_json(phone: Phone) -> None:
    assert error_of(phone.get("me", Accept="text/html"))[:2] == (406, "not_acceptable")


def test_nested_messages_are_named_by_their_path() -> None:
    problem = exceptions.ValidationError(
        {"entries": [{}, {"track": ["Gone."], "waypoint": {"0": ["High."]}}], "id": ["Bad."]}
    )
    status, code, message, fields = error_of(answer(problem, {}))
    assert (status, code) == (400, "invalid")
    assert fields == {
        "entries.1.track": ["Gone."],
        "entries.1.waypoint.0": ["High."],
        "id": ["Bad."],
    }
    assert message == "3 fields are refused: entries.1.track, entries.1.waypoint.0, id."


def test_what_concerns_no_field_is_said_of_the_body() -> None:
    assert error_of(answer(ValidationError("Never."), {}))[3] == {"body": ["Never."]}
    nested = exceptions.ValidationError({"entries": {"non_field_errors": ["None."]}})
    assert error_of(answer(nested, {}))[3] == {"entries": ["None."]}


def test_a_conflict_says_which_fields_differ() -> None:
    conflict = ConflictError("Taken.", fields={"liking": ["Stored as 4, sent as 1."]})
    assert error_of(answer(conflict, {})) == (
        409,
        "conflict",
        "Taken.",
        {"liking": ["Stored as 4, sent as 1."]},
    )


def test_a_fault_of_ours_is_no_refusal() -> None:
    assert answer(ZeroDivisionError(), {}) is None
