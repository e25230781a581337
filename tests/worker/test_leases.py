"""A worker that dies or a broker that forgets costs time and nothing else."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from tests.waiting import until
from tests.worker.conftest import Bell, Rater
from worker import jobs
from worker.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


def nothing(run: jobs.Run) -> None:
    """Work that succeeds."""


def lease_until(run: jobs.Run) -> datetime:
    end = Job.objects.get(id=run.job_id).lease_until
    assert end is not None
    return end


def lease_ran_out(job_id: UUID) -> None:
    """Let the time pass that a dead worker's lease has left."""
    Job.objects.filter(id=job_id).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_dead_workers_job_is_taken_back_and_done(rater: Rater, bell: Bell) -> None:
    job = rater.rate()
    bell.heard()

    class WorkerDies(BaseException):
        """Like SIGKILL, it lets nothing be written down."""

    def work(run: jobs.Run) -> None:
        raise WorkerDies

    with pytest.raises(WorkerDies):
        jobs.run(str(job.id), work)
    jobs.sweep()
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING, "its lease still holds"
    lease_ran_out(job.id)
    jobs.sweep()
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
    assert "stopped in the middle" in job.error
    assert bell.work_off(nothing) == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (Job.State.SUCCEEDED, 2, "")


def test_a_run_that_lost_its_lease_cannot_finish_the_job(rater: Rater) -> None:
    job = rater.rate()

    def work(run: jobs.Run) -> None:
        lease_ran_out(run.job_id)
        jobs.sweep()
        run.report(0.9, "from the past")

    jobs.run(str(job.id), work)
    job.refresh_from_db()
    assert (job.state, job.note, job.attempts) == (Job.State.QUEUED, "", 1)
    jobs.run(str(job.id), nothing)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.SUCCEEDED, 2)


def test_a_lease_is_kept_as_long_as_the_work_takes(rater: Rater, settings: Settings) -> None:
    settings.JOB_LEASE_SECONDS = 0.6
    job = rater.rate()

    def long_work(run: jobs.Run) -> None:
        first = lease_until(run)
        until(lambda: timezone.now() > first, "the first lease to be over")
        jobs.sweep()

    jobs.run(str(job.id), long_work)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.SUCCEEDED, 1)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server to lose")
def test_a_lease_is_kept_across_a_lost_database_connection(
    rater: Rater, settings: Settings
) -> None:
    settings.JOB_LEASE_SECONDS = 1.5
    job = rater.rate()

    def work(run: jobs.Run) -> None:
        renewed = until(lambda: lease_until(run), "the keeper to connect")
        until(lambda: lease_until(run) > renewed, "a renewal")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert cursor.fetchone()[0] >= 1
        last = lease_until(run)
        until(lambda: lease_until(run) > last, "a renewal on a new connection")

    jobs.run(str(job.id), work)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.SUCCEEDED, 1)


def test_the_sweeper_tells_the_broker_again_of_what_nobody_started(
    rater: Rater, bell: Bell, settings: Settings
) -> None:
    job = rater.rate()
    assert bell.heard() == [str(job.id)]  # and the message is lost
    jobs.sweep()
    assert bell.heard() == [], "it was told a moment ago"
    Job.objects.update(sent_at=timezone.now() - timedelta(seconds=settings.JOB_LEASE_SECONDS + 1))
    jobs.sweep()
    assert bell.heard() == [str(job.id)]
    jobs.sweep()
    assert bell.heard() == []


def test_a_broker_out_of_reach_costs_the_change_nothing_and_the_sweeper_delivers_later(
    rater: Rater, bell: Bell, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    messages = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"])
    shutil.rmtree(messages)
    messages.write_text("not a folder")
    try:
        job = rater.rate()
    finally:
        messages.unlink()
        messages.mkdir()
    job.refresh_from_db()
    assert (rater.ratings(), job.state, job.sent_at) == (1, Job.State.QUEUED, None)
    assert "did not take job" in caplog.text
    jobs.sweep()
    assert bell.work_off(nothing) == 1
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED
