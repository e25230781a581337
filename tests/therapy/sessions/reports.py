"""What the tests of reports say again and again."""

import uuid
from typing import Any

from tests.problems import places, problem_in

Body = dict[str, Any]


def new_id() -> str:
    return str(uuid.uuid4())


def refusals(answer: Any, status: int = 400) -> dict[str, list[str]]:
    """What an answer that must be a refusal says, by where it is wrong."""
    return places(problem_in(answer, status)["errors"])
