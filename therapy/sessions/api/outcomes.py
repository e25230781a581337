"""What a phone is told of an item that it sent in a batch, and whether it may delete its copy."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from therapy.api.errors import answer
from therapy.records import ConflictError
from therapy.sessions.checks import SessionUnknown
from therapy.sessions.services.batches import Result


class Status(StrEnum):
    STORED = "stored"
    ALREADY_STORED = "already-stored"
    WAITING = "waiting"
    REFUSED = "refused"
    CONFLICT = "conflict"
    RETRY = "retry"


# Nothing is lost that could still be mended: only what is stored here may go there.
MAY_DELETE = {Status.STORED, Status.ALREADY_STORED}
UNKNOWN_KIND = "unknown_kind"
LATER = "The server could not store this now. Send it again later."


@dataclass(frozen=True)
class Outcome:
    """Of one item, in the place in which it was sent. `code`, `detail` and `fields` are those of
    the refusal that the item's own endpoint gives."""

    id: str | None
    kind: str | None
    status: Status
    code: str = ""
    detail: str = ""
    fields: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        return asdict(self) | {"may_delete": self.status in MAY_DELETE}

    @classmethod
    def of(cls, id: str | None, kind: str | None, result: Result) -> "Outcome":
        if isinstance(result, bool):
            return cls(id, kind, Status.STORED if result else Status.ALREADY_STORED)
        refusal = answer(result, {})
        if refusal is None:
            return cls(id, kind, Status.RETRY, "unavailable", LATER)
        error = refusal.data["error"]
        return cls(id, kind, _status(result), error["code"], error["message"], error["fields"])


def _status(refusal: Exception) -> Status:
    if isinstance(refusal, SessionUnknown):
        return Status.WAITING
    return Status.CONFLICT if isinstance(refusal, ConflictError) else Status.REFUSED
