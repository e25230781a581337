"""Which job this thread is doing: what is written meanwhile carries it as its cause. And how long
work tells how far it is."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

ReportShare = Callable[[float, str], None]
"""Called by long work with the share done, 0..1, and what is being done."""


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
