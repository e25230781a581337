"""The job ledger asks once, runs once and loses nothing, whatever the broker does."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from tests.worker.conftest import Bell, Rater
from worker import jobs
from worker.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


def nothing(run: jobs.Run) -> None:
    """Work that succeeds."""


def fails(run: jobs.Run) -> None:
    raise ValueError("no such track")


def due_now(job: Job) -> None:
    """Let the time pass that the job has to wait."""
    Job.objects.filter(id=job.id).update(run_after=timezone.now())


# Asking


def test_asking_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        jobs.enqueue(kind="adapt_patient", key="k", arguments={})
    assert not Job.objects.exists()


def test_a_change_that_is_rolled_back_leaves_no_job_and_rings_no_bell(
    rater: Rater, bell: Bell
) -> None:
    with transaction.atomic():
        rater.rate_in_open_transaction()
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert rater.ratings() == 0
    assert bell.heard() == []


def test_the_broker_hears_of_a_job_only_after_the_commit(rater: Rater, bell: Bell) -> None:
    with transaction.atomic():
        job = rater.rate_in_open_transaction()
        assert bell.heard() == []
    assert bell.heard() == [str(job.id)]
    job.refresh_from_db()
    assert job.sent_at is not None


def test_a_burst_of_ratings_makes_one_job_and_one_run_that_sees_them_all(
    rater: Rater, bell: Bell
) -> None:
    seen: list[int] = []
    asked = {rater.rate().id for _ in range(50)}
    assert len(asked) == 1
    assert bell.work_off(lambda run: seen.append(rater.ratings())) == 1
    assert seen == [50]
    assert Job.objects.get().state == Job.State.SUCCEEDED


def test_jobs_of_different_keys_do_not_join(bell: Bell) -> None:
    with transaction.atomic():
        for key in ("adapt_patient:a", "adapt_patient:b"):
            jobs.enqueue(kind="adapt_patient", key=key, arguments={})
    keys: list[str] = []
    bell.work_off(lambda run: keys.append(run.key))
    assert sorted(keys) == ["adapt_patient:a", "adapt_patient:b"]


def test_a_rating_during_a_run_makes_exactly_one_more_run_after_it(
    rater: Rater, bell: Bell
) -> None:
    seen: list[int] = []

    def work(run: jobs.Run) -> None:
        seen.append(rater.ratings())
        if len(seen) == 1:
            for _ in range(3):
                rater.rate()

    rater.rate()
    bell.work_off(work)
    assert seen == [1, 4]
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.SUCCEEDED}


# Running


def test_doubled_and_late_messages_run_the_job_once(rater: Rater) -> None:
    job = rater.rate()
    runs: list[jobs.Run] = []
    for _ in range(3):
        jobs.run(str(job.id), runs.append)
    assert len(runs) == 1


def test_a_message_about_a_job_that_is_gone_does_nothing() -> None:
    jobs.run("6f2c1e0a-0000-4000-8000-000000000000", fails)


def test_a_job_is_not_started_before_its_time(rater: Rater) -> None:
    job = rater.rate(delay=3600)
    jobs.run(str(job.id), fails)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.QUEUED, 0)
    due_now(job)
    jobs.run(str(job.id), nothing)
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED


def test_the_work_is_given_its_arguments_and_shows_its_progress(rater: Rater) -> None:
    job = rater.rate()
    shown: list[tuple[float, str]] = []

    def work(run: jobs.Run) -> None:
        assert run.arguments == {"patient_id": str(rater.patient.id)}
        for share in (0.25, 7.0):
            run.report(share, f"at {share}")
            row = Job.objects.get(id=run.job_id)
            shown.append((row.progress, row.note))

    jobs.run(str(job.id), work)
    assert shown == [(0.25, "at 0.25"), (1.0, "at 7.0")]
    job.refresh_from_db()
    assert (job.progress, job.note, job.error) == (1.0, "", "")
    assert job.finished_at is not None


def test_refused_work_fails_at_once_and_says_why(rater: Rater, bell: Bell) -> None:
    def refuses(run: jobs.Run) -> None:
        raise jobs.JobRefused("There is no base model. Run `manage.py meta_train` first.")

    job = rater.rate()
    bell.work_off(refuses)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.FAILED, 1)
    assert job.error == "There is no base model. Run `manage.py meta_train` first."


def test_work_that_raises_is_tried_again_with_growing_pauses_and_then_given_up(
    rater: Rater, bell: Bell
) -> None:
    job = rater.rate()
    bell.heard()
    pauses = []
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        due_now(job)
        jobs.run(str(job.id), fails)
        job.refresh_from_db()
        assert job.attempts == attempt
        assert "ValueError: no such track" in job.error
        if attempt < jobs.MAX_ATTEMPTS:
            assert job.state == Job.State.QUEUED
            assert bell.heard() == [str(job.id)]
            assert job.started_at is not None
            pauses.append(job.run_after - job.started_at)
    assert pauses == sorted(pauses)
    assert pauses[-1] >= timedelta(seconds=jobs.BACKOFF_SECONDS)
    assert job.state == Job.State.FAILED
    assert f"Given up after {jobs.MAX_ATTEMPTS} attempts" in job.error


def test_an_attempt_that_fails_hands_its_work_to_a_newer_job(rater: Rater, bell: Bell) -> None:
    def fails_after_another_rating(run: jobs.Run) -> None:
        rater.rate()
        raise ValueError("no such track")

    first = rater.rate()
    jobs.run(str(first.id), fails_after_another_rating)
    first.refresh_from_db()
    assert first.state == Job.State.SUPERSEDED
    assert "no such track" in first.error
    bell.work_off(nothing)
    assert Job.objects.exclude(id=first.id).get().state == Job.State.SUCCEEDED


@pytest.mark.parametrize("ending", ["succeeds", "refused", "given up"])
def test_whatever_ends_a_job_rings_for_the_one_that_waits_behind_it(
    ending: str, rater: Rater, bell: Bell
) -> None:
    first = rater.rate()
    if ending == "given up":
        Job.objects.update(attempts=jobs.MAX_ATTEMPTS - 1)

    def work(run: jobs.Run) -> None:
        waiting = rater.rate()
        jobs.run(str(waiting.id), fails)  # its message comes now and finds the key taken
        bell.heard()
        if ending == "refused":
            raise jobs.JobRefused("no")
        if ending == "given up":
            raise ValueError("no such track")

    jobs.run(str(first.id), work)
    assert bell.heard() == [str(Job.objects.get(state=Job.State.QUEUED).id)]
