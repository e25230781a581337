"""The ledger's promises with several connections at once, on a real database."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from tests.waiting import until
from tests.worker.conftest import Rater
from worker import jobs
from worker.models import Job

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[..., "Future[Any]"]


@pytest.fixture
def start(transactional_db: None) -> Iterator[Start]:
    """Run a function in a thread, with a database connection of its own."""

    def with_own_connection(function: Callable[..., Any], *args: Any) -> Any:
        try:
            with scopes_disabled():  # as a task runs
                return function(*args)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        yield lambda function, *args: pool.submit(with_own_connection, function, *args)


def until_it_waits_for_a_lock(other: "Future[Any]") -> None:
    """Until the other connection waits for ours, or is done because it did not wait at all."""
    if connection.vendor == "postgresql":

        def waits() -> bool:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                return bool(cursor.fetchone()[0]) or other.done()

        until(waits, "the other connection to wait for a lock")
    else:  # SQLite tells nobody who waits; half a second is ample to run past us
        wait([other], timeout=0.5)


def test_a_claim_waits_for_the_change_that_joined_the_job(rater: Rater, start: Start) -> None:
    seen: list[int] = []
    job = rater.rate()
    with transaction.atomic():
        assert rater.rate_in_open_transaction().id == job.id
        running = start(jobs.run, str(job.id), lambda run: seen.append(rater.ratings()))
        until_it_waits_for_a_lock(running)
    running.result()
    assert seen == [2]


def test_a_job_does_not_start_while_another_of_its_key_runs(rater: Rater, start: Start) -> None:
    release = threading.Event()
    first = rater.rate()
    running = start(jobs.run, str(first.id), lambda run: release.wait())
    until(lambda: Job.objects.filter(state=Job.State.RUNNING).exists(), "the first to run")
    second = rater.rate()
    assert second.id != first.id
    jobs.run(str(second.id), lambda run: pytest.fail("two runs of a key at once"))
    second.refresh_from_db()
    assert (second.state, second.attempts) == (Job.State.QUEUED, 0)
    release.set()
    running.result()
    jobs.run(str(second.id), lambda run: None)
    second.refresh_from_db()
    assert second.state == Job.State.SUCCEEDED


def test_a_stale_run_that_wakes_up_leaves_the_run_that_replaced_it_alone(
    rater: Rater, start: Start
) -> None:
    wake_up = threading.Event()
    job = rater.rate()
    stale = start(jobs.run, str(job.id), lambda run: wake_up.wait())
    until(lambda: Job.objects.filter(state=Job.State.RUNNING).exists(), "the run to start")
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.sweep()

    def replacement(run: jobs.Run) -> None:
        wake_up.set()
        stale.result()
        row = Job.objects.get(id=run.job_id)
        assert (row.state, row.lease_token) == (Job.State.RUNNING, run.token)

    jobs.run(str(job.id), replacement)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.SUCCEEDED, 2)


def test_the_sweeper_leaves_a_run_alone_that_renewed_while_it_looked(
    rater: Rater, start: Start
) -> None:
    job = rater.rate()

    def work(run: jobs.Run) -> None:
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        with transaction.atomic():
            run.renew()
            sweeping = start(jobs.sweep)
            until_it_waits_for_a_lock(sweeping)
        sweeping.result()

    jobs.run(str(job.id), work)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.SUCCEEDED, 1)


def test_with_many_askers_and_workers_runs_never_overlap_and_the_last_sees_every_rating(
    rater: Rater, start: Start
) -> None:
    askers, ratings_each, workers = 3, 8, 3
    seen: list[int] = []
    inside = threading.Lock()
    all_asked = threading.Event()

    def work(run: jobs.Run) -> None:
        if not inside.acquire(blocking=False):
            raise jobs.JobRefused("two runs of a key at once")
        seen.append(rater.ratings())
        inside.release()

    def ask() -> None:
        for _ in range(ratings_each):
            rater.rate()

    def serve() -> None:
        while True:
            last_look = all_asked.is_set()
            waiting = list(Job.objects.filter(state=Job.State.QUEUED))
            for job in waiting:
                jobs.run(str(job.id), work)
            if last_look and not waiting:
                return

    serving = [start(serve) for _ in range(workers)]
    wait([start(ask) for _ in range(askers)])
    all_asked.set()
    wait(serving)
    assert seen == sorted(seen)
    assert seen[-1] == askers * ratings_each
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.SUCCEEDED}
