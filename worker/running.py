"""Which job this thread is doing: what is written meanwhile carries it as its cause."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Running:
    """A job of the ledger, and the name of the task that does it."""

    job_id: uuid.UUID
    kind: str


_running: ContextVar[Running | None] = ContextVar("running", default=None)


@contextmanager
def doing(job: Running) -> Iterator[None]:
    """Until the block ends, this thread does that job."""
    before = _running.set(job)
    try:
        yield
    finally:
        _running.reset(before)


def running() -> Running | None:
    """The job that this thread is doing."""
    return _running.get()
