"""What a phone is told of an item that it sent in a batch, and whether it may delete its copy."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from therapy.api.errors import refusal_of
from therapy.api.problems import PROBLEMS
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
UNKNOWN_KIND = PROBLEMS["unknown_kind"].code
UNAVAILABLE = PROBLEMS["unavailable"].code
LATER = "The server could not store this now. Send it again later."


@dataclass(frozen=True)
class Outcome:
    """Of one item, in the place in which it was sent. `code`, `detail` and `errors` are those of
    the refusal that the item's own endpoint gives."""

    id: str | None
    kind: str | None
    status: Status
    code: str = ""
    detail: str = ""
    errors: Sequence[Mapping[str, str]] = field(default_factory=tuple)

    @property
    def body(self) -> dict[str, Any]:
        return asdict(self) | {"may_delete": self.status in MAY_DELETE}

    @classmethod
    def of(cls, id: str | None, kind: str | None, result: Result) -> "Outcome":
        if isinstance(result, bool):
            return cls(id, kind, Status.STORED if result else Status.ALREADY_STORED)
        refused = refusal_of(result)
        if refused is None:
            return cls(id, kind, Status.RETRY, UNAVAILABLE, LATER)
        return cls(id, kind, _status(result), refused.kind.code, refused.detail, refused.errors)


def _status(refusal: Exception) -> Status:
    match refusal:
        case SessionUnknown():
            return Status.WAITING
        case ConflictError():
            return Status.CONFLICT
        case CareEnded():
            return Status.CARE_ENDED
    return Status.REFUSED
