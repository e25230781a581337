"""Reading a refusal of the API, which must have the one form that all of them have."""

from typing import Any

from therapy.api.problems import PROBLEMS

MEMBERS = {"type", "title", "status", "detail", "code", "errors"}


def problem_in(answer: Any, status: int | None = None) -> dict[str, Any]:
    """The body of a refusal, whose every member is what the table of problems says."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    body: dict[str, Any] = answer.json()
    assert set(body) == MEMBERS
    kind = PROBLEMS[body["code"]]
    assert (body["type"], body["title"]) == (f"/api/v1/problems/#{kind.code}", kind.title)
    assert body["status"] == kind.status == answer.status_code
    assert body["detail"]
    assert status in {None, answer.status_code}, body
    return body


def places(errors: list[dict[str, str]]) -> dict[str, list[str]]:
    """What is wrong by where it is: a pointer into the body without its first slash, or the name of
    a parameter or header. What concerns the whole body is at the empty place."""
    found: dict[str, list[str]] = {}
    for error in errors:
        (place,) = error.keys() - {"detail"}
        where = error[place]
        if place == "pointer" and where:
            assert where.startswith("/")
            where = where[1:]
        found.setdefault(where, []).append(error["detail"])
    return found
