"""The API's description is complete, and a change of contract shows in review."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

SNAPSHOT = Path(__file__).parents[3] / "docs" / "openapi.yaml"
REFRESH = "python manage.py spectacular --fail-on-warn --validate --file docs/openapi.yaml"
BATCHES = {"post /api/v1/sync"}  # a conflict is one of its items', not its own
WITHOUT_IDS = {"post /api/v1/push-subscription"}  # the last one stands
OPEN = {
    "get /api/v1/bases/{sha256}",  # says nothing of any patient, and caches may keep it
    "post /api/v1/pairings",  # where the token comes from
}


@pytest.fixture(scope="module")
def text() -> str:
    """The description as the code has it now; fails on any warning."""
    out = io.StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=out)
    return out.getvalue()


@pytest.fixture
def schema(text: str) -> Any:
    return yaml.safe_load(text)


def audience(operation: dict[str, Any]) -> str:
    """`phone` or `staff`, as the tags of the operation say."""
    (tag,) = operation["tags"]
    return str(tag.partition(": ")[0])


def operations(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for address, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {address}", operation


def resolved(operation: dict[str, Any], schema: Any) -> dict[str, Any]:
    """The responses by status, those that are shared too."""
    shared = schema["components"]["responses"]
    return {
        code: shared[response["$ref"].rpartition("/")[2]] if "$ref" in response else response
        for code, response in operation["responses"].items()
    }


def test_the_committed_description_is_the_one_of_the_code(text: str) -> None:
    assert SNAPSHOT.read_text() == text.rstrip("\n") + "\n", (
        f"The API's description changed. If that is meant, run\n    {REFRESH}\n"
        "and commit docs/openapi.yaml."
    )


def test_every_call_is_described_and_says_how_it_is_refused(schema: Any) -> None:
    for name, operation in operations(schema):
        assert operation["summary"], name
        assert operation["description"], name
        responses = resolved(operation, schema)
        refusals = {code for code in responses if code.startswith(("4", "5"))}
        assert refusals >= {"406", "429", "500"}, name
        assert ("401" in refusals) is (name not in OPEN), name
        if name.startswith("post"):
            assert refusals >= {"400", "415"}, name
            may_conflict = audience(operation) == "staff" or name not in BATCHES | WITHOUT_IDS
            assert ("409" in refusals) is may_conflict, name
        for code in refusals:
            content = responses[code]["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/ProblemBody"}, name
            assert content["examples"], name


def test_every_call_but_the_open_ones_wants_the_phones_token_or_a_session(schema: Any) -> None:
    wanted = {name: operation.get("security") for name, operation in operations(schema)}
    assert {name for name, security in wanted.items() if security is None} == OPEN
    for name, operation in operations(schema):
        if name not in OPEN:
            assert wanted[name] == [expected_of(name, operation)], name
    assert schema["components"]["securitySchemes"]["deviceToken"]["scheme"] == "bearer"
    assert schema["components"]["securitySchemes"]["staffSession"]["in"] == "cookie"


def expected_of(name: str, operation: dict[str, Any]) -> dict[str, list[str]]:
    """What a call must carry."""
    if audience(operation) == "phone":
        return {"deviceToken": []}
    return {"staffSession": []} | ({} if name.startswith("get ") else {"csrfToken": []})


def test_tags_say_for_whom_a_call_is_phones_first(schema: Any) -> None:
    used = {tag for _, operation in operations(schema) for tag in operation["tags"]}
    listed = [tag["name"] for tag in schema["tags"]]
    assert set(listed) == used
    audiences = [tag.partition(": ")[0] for tag in listed]
    assert audiences == sorted(audiences)
    assert set(audiences) == {"phone", "staff"}


def test_every_post_can_be_sent_again(schema: Any) -> None:
    """By ids that the phone makes, or with an Idempotency-Key."""
    for name, operation in operations(schema):
        if name.startswith("post") and name not in BATCHES | WITHOUT_IDS:
            reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            body = schema["components"]["schemas"][reference.rpartition("/")[2]]
            named = {parameter["name"] for parameter in operation.get("parameters", ())}
            assert ("id" in body.get("required", ())) is not ("Idempotency-Key" in named), name


def test_every_body_that_is_sent_has_an_example(schema: Any) -> None:
    for name, operation in operations(schema):
        if "requestBody" in operation:
            assert operation["requestBody"]["content"]["application/json"]["examples"], name


def test_a_mood_is_described_with_its_range(schema: Any) -> None:
    mood = schema["components"]["schemas"]["MoodRatingBodyRequest"]["properties"]
    for axis in ("valence", "arousal"):
        assert (mood[axis]["minimum"], mood[axis]["maximum"]) == (-1.0, 1.0)


@pytest.mark.django_db
def test_anyone_may_read_the_description() -> None:
    answer = Client().get("/api/v1/schema/")
    assert answer.status_code == 200
    assert "/api/v1/mood-ratings" in yaml.safe_load(answer.content)["paths"]
