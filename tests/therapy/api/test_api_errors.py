"""Every refusal has one body (RFC 9457), whoever answers it, and is of a kind that is listed."""

import json
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from rest_framework import exceptions

from tests.people import Phone
from tests.problems import places, problem_in
from therapy.access.doors import open_to_all
from therapy.api.errors import Refusal, refusal_of
from therapy.api.problems import TYPES, HeaderRefused, Problem
from therapy.api.views import LARGEST_BODY
from therapy.records import ConflictError

pytestmark = pytest.mark.django_db

LIST = Path(__file__).parents[3] / "docs" / "api-problems.md"


def refused(problem: Exception, **options: Any) -> Refusal:
    found = refusal_of(problem, **options)
    assert found is not None
    return found


def code_of(answer: Any, status: int) -> str:
    return str(problem_in(answer, status)["code"])


def test_what_is_answered_is_a_problem_in_full(phone: Phone) -> None:
    answer = phone.post("mood-ratings", {"valence": 2})
    problem = problem_in(answer, 400)
    assert problem["type"] == "/api/v1/problems/#invalid"
    assert problem["title"] == "A field is refused"
    assert problem["detail"] == "Refused: id, phase, valence, arousal, rated_at."
    assert {"pointer": "/valence", "detail": "Must be at most 1."} in problem["errors"]


@pytest.mark.parametrize(
    "text", ["", "{", '{"valence": NaN}', '{"a": 1,}', "\xff", "[" * 100_000, '{"a": "\\ud800"']
)
def test_what_is_no_json_is_a_parse_error_or_lacks_everything(phone: Phone, text: str) -> None:
    code = code_of(phone.post("mood-ratings", text), 400)
    assert code in ({"parse_error"} if text else {"invalid", "parse_error"})


def test_bytes_that_are_no_utf8_are_a_parse_error(phone: Phone) -> None:
    response = phone.client.post(
        "/api/v1/mood-ratings", b'{"a": "\xff"}', "application/json", headers=phone.headers
    )
    assert code_of(response, 400) == "parse_error"


def test_another_content_type_is_refused(phone: Phone) -> None:
    response = phone.client.post("/api/v1/sessions", {"id": "1"}, headers=phone.headers)
    problem = problem_in(response, 415)
    assert (problem["code"], problem["errors"]) == ("unsupported_media_type", [])
    assert "multipart/form-data" in problem["detail"]


def test_a_body_beyond_measure_is_refused_before_it_is_read(phone: Phone) -> None:
    text = json.dumps({"id": "x" * LARGEST_BODY})
    problem = problem_in(phone.post("sessions", text), 413)
    assert problem["code"] == "too_large"
    assert f"has {len(text)} bytes; at most {LARGEST_BODY}" in problem["detail"]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_another_method_is_refused(phone: Phone, method: str) -> None:
    response = getattr(phone.client, method)("/api/v1/sessions", headers=phone.headers)
    assert code_of(response, 405) == "method_not_allowed"
    assert response.headers["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("method", ["get", "post", "delete", "options"])
@pytest.mark.parametrize(
    "address", ["/api", "/api/", "/api/v1/", "/api/v1/nothing", "/api/v1/sessions/", "/api/v2/me"]
)
def test_an_address_that_is_none_is_not_found_in_json(address: str, method: str) -> None:
    problem = problem_in(getattr(Client(), method)(address), 404)
    assert (problem["code"], problem["errors"]) == ("not_found", [])
    assert problem["detail"] == f"The API has no address {address}. See /api/v1/docs/."


@pytest.mark.parametrize("address", ["me", "schema/"])
def test_a_client_that_takes_no_json_is_told_so_in_json(phone: Phone, address: str) -> None:
    assert code_of(phone.get(address, Accept="text/html"), 406) == "not_acceptable"


def test_a_condition_that_does_not_hold_is_told_so_in_json(phone: Phone) -> None:
    answer = phone.get("measures", If_Match='"another"')
    assert code_of(answer, 412) == "precondition_failed"


def test_a_host_that_is_not_ours_is_refused_in_json() -> None:
    answer = Client().get("/api/v1/schema/", headers={"Host": "elsewhere.example"})
    assert code_of(answer, 400) == "bad_request"


# What fails below /api/ without a view of the API


@open_to_all
def broken(request: HttpRequest) -> NoReturn:
    raise RuntimeError("This always fails.")


@open_to_all
def forbidden(request: HttpRequest) -> NoReturn:
    raise PermissionDenied


@open_to_all
def missing(request: HttpRequest) -> NoReturn:
    raise Http404


@open_to_all
def suspicious(request: HttpRequest) -> NoReturn:
    raise SuspiciousOperation


@open_to_all
def teapot(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=418, headers={"Retry-After": "9"})


urlpatterns = [
    path("api/broken", broken),
    path("broken", broken),
    path("api/forbidden", forbidden),
    path("api/missing", missing),
    path("api/suspicious", suspicious),
    path("api/teapot", teapot),
    path("", include("therapy.urls")),
]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("broken", 500, "server_error"),
        ("forbidden", 403, "permission_denied"),
        ("missing", 404, "not_found"),
        ("suspicious", 400, "bad_request"),
        ("teapot", 400, "bad_request"),
    ],
)
def test_what_django_answers_has_the_same_form(address: str, status: int, code: str) -> None:
    answer = Client(raise_request_exception=False).get(f"/api/{address}")
    assert code_of(answer, status) == code
    assert "always fails" not in answer.content.decode()


@pytest.mark.urls(__name__)
def test_headers_of_a_refusal_stay_and_pages_stay_pages() -> None:
    client = Client(raise_request_exception=False)
    assert client.get("/api/teapot").headers["Retry-After"] == "9"
    assert client.get("/broken").headers["Content-Type"].startswith("text/html")


# Where


def test_nested_messages_are_told_by_pointers() -> None:
    problem = exceptions.ValidationError(
        {"entries": [{}, {"track": ["Gone."], "waypoint": {"0": ["High."]}}], "a/b~c": ["Bad."]}
    )
    found = refused(problem)
    assert found.kind.code == "invalid"
    assert found.errors == [
        {"pointer": "/entries/1/track", "detail": "Gone."},
        {"pointer": "/entries/1/waypoint/0", "detail": "High."},
        {"pointer": "/a~1b~0c", "detail": "Bad."},
    ]
    assert found.detail == "Refused: entries/1/track, entries/1/waypoint/0, a/b~c."


def test_what_concerns_no_field_is_said_of_what_holds_it() -> None:
    assert places(list(map(dict, refused(ValidationError("Never.")).errors))) == {"": ["Never."]}
    nested = exceptions.ValidationError({"entries": {"non_field_errors": ["None."]}})
    assert refused(nested).errors == [{"pointer": "/entries", "detail": "None."}]


def test_a_parameter_and_a_header_are_told_by_name(phone: Phone) -> None:
    problem = problem_in(phone.get("measures?language=¿?"), 400)
    assert [error["parameter"] for error in problem["errors"]] == ["language"]
    assert refused(HeaderRefused({"Attune-Sent-At": ["Bad."]})).errors == [
        {"header": "Attune-Sent-At", "detail": "Bad."}
    ]


def test_a_conflict_says_which_fields_differ() -> None:
    found = refused(ConflictError("Taken.", fields={"liking": ["Stored as 4, sent as 1."]}))
    assert (found.kind.code, found.detail) == ("conflict", "Taken.")
    assert found.errors == [{"pointer": "/liking", "detail": "Stored as 4, sent as 1."}]


def test_a_fault_of_ours_is_no_refusal() -> None:
    assert refusal_of(ZeroDivisionError()) is None


# The list


def test_no_refusal_can_be_of_a_kind_that_is_not_listed() -> None:
    with pytest.raises(KeyError, match="never_heard_of"):

        class Unlisted(Problem):
            default_code = "never_heard_of"

    unlisted = exceptions.PermissionDenied("No.", code="never_heard_of")
    assert refused(unlisted).kind.code == "permission_denied"


def test_the_document_lists_every_kind_as_it_is() -> None:
    _, _, table = LIST.read_text().partition("## The codes")
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{kind.code}` | {kind.status} | {kind.title} | {kind.meaning} | {kind.what_to_do} |"
        for kind in TYPES
    ]


def test_the_page_has_a_place_for_every_kind(client: Client) -> None:
    page = client.get("/api/v1/problems/").content.decode()
    for kind in TYPES:
        assert f'id="{kind.code}"' in page
    assert 'href="/api/v1/docs/"' in page
