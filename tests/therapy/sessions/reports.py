"""What the tests of reports say again and again."""

import uuid
from typing import Any

Body = dict[str, Any]


def new_id() -> str:
    return str(uuid.uuid4())


def refusals(answer: Any, status: int = 400) -> dict[str, list[str]]:
    """The messages by field of an answer that must be a refusal in the API's one body."""
    assert answer.status_code == status, answer.content
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "fields"}
    fields: dict[str, list[str]] = error["fields"]
    return fields
