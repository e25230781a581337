"""Where a piece of background work stands, in words for a member of staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from worker.models import Job

LONG_WAIT = timedelta(minutes=5)
UNFINISHED = [Job.State.RUNNING, Job.State.QUEUED]


@dataclass(frozen=True)
class WorkInWords:
    """`therapy/parts/work.html` draws it. `percent` is None unless the work is running."""

    heading: str
    since: datetime
    percent: int | None = None
    note: str = ""
    error: str = ""
    advice: str = ""
    unfinished: bool = False
    needs_attention: bool = False


def latest_jobs(keys: Iterable[str]) -> dict[str, Job]:
    """By key, the job to show: the running one, else the waiting one, else the last that ended.

    A superseded job says nothing: a newer one of its key does the work. One query.
    """
    telling = Job.objects.exclude(state=Job.State.SUPERSEDED)
    newer = telling.filter(key=OuterRef("key"), created_at__gt=OuterRef("created_at"))
    asked = telling.filter(key__in=list(keys))
    shown = asked.filter(Q(state__in=UNFINISHED) | ~Exists(newer)).order_by("created_at")
    by_key: dict[str, Job] = {}
    for job in shown:
        held = by_key.get(job.key)
        if held is None or _rank(job) <= _rank(held):
            by_key[job.key] = job
    return by_key


def in_words(job: Job, *, what: str, after_failure: str) -> WorkInWords:
    """Say where a job stands.

    `what` names the work as a noun ('adaptation'); `after_failure` says what asks for it again.
    """
    match Job.State(job.state):
        case Job.State.RUNNING:
            return WorkInWords(
                heading=f"The {what} is running",
                since=job.started_at or job.created_at,
                percent=round(job.progress * 100),
                note=job.note,
                unfinished=True,
            )
        case Job.State.QUEUED if job.attempts:
            return WorkInWords(
                heading=f"The {what} stopped and will be tried again",
                since=job.created_at,
                error=job.error,
                advice=_long_wait(job),
                unfinished=True,
                needs_attention=True,
            )
        case Job.State.QUEUED:
            late = _long_wait(job)
            return WorkInWords(
                heading=f"The {what} is waiting to start",
                since=job.created_at,
                advice=late,
                unfinished=True,
                needs_attention=bool(late),
            )
        case Job.State.FAILED:
            return WorkInWords(
                heading=f"The last {what} failed",
                since=job.finished_at or job.created_at,
                error=job.error or "The job gave no reason.",
                advice=f"{after_failure} If the same error comes back, "
                "show it to whoever runs this server.",
                needs_attention=True,
            )
        case _:
            return WorkInWords(
                heading=f"The last {what} finished", since=job.finished_at or job.created_at
            )


def overdue() -> Q:
    """Jobs that could have been started five minutes ago and were not."""
    return Q(state=Job.State.QUEUED, run_after__lt=timezone.now() - LONG_WAIT)


def _long_wait(job: Job) -> str:
    if job.run_after >= timezone.now() - LONG_WAIT:
        return ""
    return (
        "It has waited for more than five minutes. "
        "Whoever runs this server should look whether the worker is running."
    )


def _rank(job: Job) -> int:
    return UNFINISHED.index(Job.State(job.state)) if job.state in UNFINISHED else len(UNFINISHED)
