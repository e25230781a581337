"""The job ledger: ask for work, run it once, lose none of it.

    enqueue ──► queued ──claim──► running ──► succeeded
                  ▲                  │
                  └── attempt raised ┤
                  └── lease ran out ─┴──► failed (refused, or too many attempts)

A service calls `enqueue` inside its own transaction, so the work and the change that asks for it
commit together. After commit the broker is told, with the id only. `sweep` tells it again of
jobs that nobody started, and takes back those whose worker died: its lease is no longer renewed.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import DatabaseError, IntegrityError, InterfaceError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerUnreachable

from worker.celery_app import app
from worker.models import Job
from worker.refusals import JobRefused
from worker.running import Running, doing

__all__ = ["JobRefused", "Run", "enqueue", "retry_failed", "run", "send", "sweep"]

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 4
BACKOFF_SECONDS = 5.0


@dataclass(frozen=True)
class Run:
    """One attempt at a job, as the work sees it."""

    job_id: uuid.UUID
    token: uuid.UUID
    kind: str
    key: str
    attempt: int
    arguments: dict[str, str]

    def report(self, share: float, note: str) -> None:
        """Show progress on the row: `share` in 0..1, `note` in words."""
        self._update(progress=min(max(share, 0.0), 1.0), note=note[:200])

    def renew(self) -> None:
        """Hold the lease for another `JOB_LEASE_SECONDS`."""
        self._update(lease_until=_lease_end())

    def end(self, state: Job.State, *, error: str = "", retry_in: timedelta | None = None) -> None:
        """Leave `running`; does nothing when the lease was lost to another run."""
        now = timezone.now()
        over = state != Job.State.QUEUED
        self._update(
            state=state,
            error=error,
            lease_token=None,
            lease_until=None,
            finished_at=now if over else None,
            sent_at=F("sent_at") if over else None,
            run_after=now + (retry_in or timedelta()),
            **({"progress": 1.0, "note": ""} if state == Job.State.SUCCEEDED else {}),
        )

    def _update(self, **changes: object) -> None:
        Job.objects.filter(id=self.job_id, lease_token=self.token).update(**changes)


def enqueue(
    *,
    kind: str,
    key: str,
    arguments: dict[str, str],
    clinic_id: uuid.UUID | None = None,
    delay: float = 0.0,
) -> Job:
    """Ask for work; joins the waiting job of the same key if there is one.

    `clinic_id` says whose staff can see it and try it again. `delay` (seconds) lets a burst of
    requests gather into one run. A job that is already running is not joined: it may have read the
    data before this change, so a next one waits behind it.
    Must be called inside a transaction, and is then part of it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(
            "enqueue belongs in the transaction of the change that asks for the work"
        )
    while True:
        asked = Job(
            kind=kind,
            key=key,
            arguments=arguments,
            clinic_id=clinic_id,
            run_after=timezone.now() + timedelta(seconds=delay),
        )
        Job.objects.bulk_create([asked], ignore_conflicts=True)
        # The lock makes a worker's claim wait for our commit, so that it sees our change. It is
        # empty when a worker claimed the job that we met between the two statements: ask again.
        waiting = Job.objects.select_for_update().filter(key=key, state=Job.State.QUEUED).first()
        if waiting is not None:
            if waiting.id == asked.id:
                transaction.on_commit(partial(send, waiting))
            return waiting


def send(job: Job) -> None:
    """Ring the broker's bell for a queued job. A deaf broker is logged: the sweeper rings again."""
    countdown = max((job.run_after - timezone.now()).total_seconds(), 0.0)
    try:
        app.send_task(job.kind, args=[str(job.id)], countdown=countdown, retry=False)
    except (BrokerUnreachable, OSError) as problem:
        log.warning("The broker did not take job %s (%s); it will be sent again.", job.id, problem)
        return
    Job.objects.filter(id=job.id).update(sent_at=timezone.now())


def run(job_id: str, work: Callable[[Run], object]) -> None:
    """Do a job once: claim it, keep its lease while `work` runs, and write down how it ended.

    Returns without doing anything when the job is not waiting (a doubled or late message) or when
    another job of the same key is running. An attempt that raises is tried again after a pause,
    `MAX_ATTEMPTS` times in all; `JobRefused` ends the job at once.
    """
    held = _claim(uuid.UUID(job_id))
    if held is None:
        return
    try:
        with _lease_kept(held), doing(Running(held.job_id, held.kind)):
            work(held)
    except JobRefused as refusal:
        log.warning("Job %s was refused; its row says why", held.job_id)
        held.end(Job.State.FAILED, error=str(refusal))
    except Exception as problem:
        log.exception("Attempt %d at job %s failed", held.attempt, held.job_id)
        _give_back(held, error=f"{type(problem).__name__}: {problem}")
    else:
        held.end(Job.State.SUCCEEDED)
    _send_next(held.key)


def sweep() -> None:
    """Take back the jobs of dead workers and send again what nobody started."""
    now = timezone.now()
    for job in Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now):
        abandoned = _take_over(job)
        if abandoned is not None:
            log.warning("The worker of job %s died or lost its lease", job.id)
            _give_back(abandoned, error="The worker stopped in the middle of the work.")
            _send_next(job.key)
    unheard = Q(sent_at=None) | Q(sent_at__lt=now - timedelta(seconds=settings.JOB_LEASE_SECONDS))
    for job in Job.objects.filter(unheard, state=Job.State.QUEUED, run_after__lte=now):
        send(job)


@transaction.atomic
def retry_failed(only: Collection[uuid.UUID] | None = None) -> int:
    """Ask again for the work of every failed job, or of those with these ids; how many were asked
    for.

    The failed rows become superseded: a new job of the same key does the work.
    """
    found = Job.objects.select_for_update().filter(state=Job.State.FAILED)
    failed = list(found if only is None else found.filter(id__in=only))
    for job in failed:
        enqueue(kind=job.kind, key=job.key, arguments=job.arguments, clinic_id=job.clinic_id)
    Job.objects.filter(id__in=[job.id for job in failed]).update(state=Job.State.SUPERSEDED)
    return len(failed)


def _claim(job_id: uuid.UUID) -> Run | None:
    now = timezone.now()
    waiting = Job.objects.filter(id=job_id, state=Job.State.QUEUED, run_after__lte=now)
    try:
        with transaction.atomic():
            taken = waiting.update(
                state=Job.State.RUNNING,
                lease_token=uuid.uuid4(),
                lease_until=_lease_end(),
                started_at=now,
                attempts=F("attempts") + 1,
                progress=0.0,
                note="",
                error="",
            )
    except IntegrityError:  # another job of this key runs; it sends us when it ends
        return None
    return _run_of(Job.objects.get(id=job_id)) if taken else None


def _take_over(job: Job) -> Run | None:
    """Make an abandoned run ours; None when its worker renewed the lease or ended it after all."""
    over = Job.objects.filter(
        id=job.id, lease_token=job.lease_token, lease_until__lt=timezone.now()
    )
    taken = over.update(lease_token=uuid.uuid4(), lease_until=_lease_end())
    return _run_of(Job.objects.get(id=job.id)) if taken else None


def _run_of(job: Job) -> Run:
    assert job.lease_token is not None  # a constraint of the table
    return Run(job.id, job.lease_token, job.kind, job.key, job.attempts, job.arguments)


def _give_back(held: Run, *, error: str) -> None:
    """An attempt failed: wait and try again, unless it was the last or a newer job took over."""
    if held.attempt >= MAX_ATTEMPTS:
        held.end(
            Job.State.FAILED, error=f"{error.rstrip('.')}. Given up after {held.attempt} attempts."
        )
        return
    pause = timedelta(seconds=BACKOFF_SECONDS * (held.attempt - 1))
    try:
        with transaction.atomic():
            held.end(Job.State.QUEUED, error=error, retry_in=pause)
    except IntegrityError:
        held.end(Job.State.SUPERSEDED, error=error)


def _send_next(key: str) -> None:
    waiting = Job.objects.filter(key=key, state=Job.State.QUEUED).first()
    if waiting is not None:
        send(waiting)


def _lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


@contextmanager
def _lease_kept(held: Run) -> Iterator[None]:
    """Renew the lease from a thread, so that work which reports nothing for long keeps it too."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(settings.JOB_LEASE_SECONDS / 3):
            try:
                held.renew()
            except (DatabaseError, InterfaceError) as problem:
                # A restart or a lock: before the lease is over there is another try.
                log.warning("The lease of job %s was not renewed: %s", held.job_id, problem)
                connection.close()
        connection.close()

    keeper = threading.Thread(target=renew, name=f"lease-{held.job_id}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
