"""Who or what is behind the writes of this moment.

Whatever starts work says so once: the doorkeeper for a request, `manage.py` for a command, the
ledger for a job. Records need not be handed through every service for the log's sake.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from celery import current_task

from worker.running import running


@dataclass(frozen=True)
class Cause:
    """A member of staff, or else what it was: `device`, `job` and `kind`, `task`, `command`, or the
    `page` that someone used who was not signed in. Ids and names of ours, no content."""

    user_id: int | None = None
    other: Mapping[str, str] = field(default_factory=dict)


Finder = Callable[[], Cause]
_finder: ContextVar[Finder] = ContextVar("finder", default=Cause)


@contextmanager
def caused_by(find: Finder) -> Iterator[None]:
    """Until the block ends, `find` is asked at each write, for who is signed in may change."""
    before = _finder.set(find)
    try:
        yield
    finally:
        _finder.reset(before)


def cause() -> Cause:
    """The cause of a write that is made now; an empty one where nobody said."""
    job = running()
    if job is not None:
        return Cause(other={"job": str(job.job_id), "kind": job.kind})
    if current_task:
        return Cause(other={"task": current_task.name})
    return _finder.get()()
