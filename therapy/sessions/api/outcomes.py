"""What a phone is told of an item that it sent in a batch, and whether it may delete its copy."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from therapy.api.errors import answer
from therapy.people.care import CareEnded
from therapy.records import ConflictError
from therapy.sessions.checks import SessionUnknown
from therapy.sessions.services.batches import Result


class Status(StrEnum):
    STORED = "stored"
    ALREADY_STORED = "already-stored"
    WAITING = "waiting"
    REFUSED = "refused"
    CONFLICT = "conflict"
    CARE_ENDED = "care-ended"
    RETRY = "retry"


# Nothing is lost that could still be mended: only what is stored here may go there, and what the
# patient no longer wants to be kept.
MAY_DELETE = {Status.STORED, Status.ALREADY_STORED, Status.CARE_ENDED}
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
    match refusal:
        case SessionUnknown():
            return Status.WAITING
        case ConflictError():
            return Status.CONFLICT
        case CareEnded():
            return Status.CARE_ENDED
    return Status.REFUSED
