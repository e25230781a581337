"""What staff read of a background job."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from therapy.pages.work import LONG_WAIT, WorkInWords, in_words, latest_jobs
from worker.models import Job

pytestmark = pytest.mark.django_db


def job(state: str, key: str = "adapt_patient:1", **fields: Any) -> Job:
    if state == Job.State.RUNNING:
        fields = {
            "lease_token": uuid.uuid4(),
            "lease_until": timezone.now() + timedelta(minutes=1),
            "started_at": timezone.now(),
        } | fields
    return Job.objects.create(
        **{"kind": "adapt_patient", "key": key, "state": state, "run_after": timezone.now()}
        | fields
    )


def said(one: Job) -> WorkInWords:
    return in_words(one, what="adaptation", after_failure="The next rating asks for it again.")


def test_a_running_job_shows_how_far_it_is() -> None:
    words = said(job("running", progress=0.42, note="Adapting to 12 rated tracks"))
    assert (words.heading, words.percent) == ("The adaptation is running", 42)
    assert words.note == "Adapting to 12 rated tracks"
    assert words.unfinished
    assert not words.needs_attention


def test_a_waiting_job_is_fine_until_it_has_waited_long() -> None:
    fresh = said(job("queued"))
    assert fresh.unfinished
    assert not fresh.needs_attention
    late = said(job("queued", "k2", run_after=timezone.now() - LONG_WAIT - timedelta(seconds=1)))
    assert late.needs_attention
    assert "whether the worker is running" in late.advice


def test_a_job_that_will_be_tried_again_shows_why_it_stopped() -> None:
    words = said(job("queued", attempts=1, error="ValueError: no such file"))
    assert "will be tried again" in words.heading
    assert words.error == "ValueError: no such file"


def test_a_failed_job_shows_its_error_and_what_to_do() -> None:
    words = said(job("failed", finished_at=timezone.now(), error="No base reads the schema."))
    assert words.heading == "The last adaptation failed"
    assert words.error == "No base reads the schema."
    assert words.advice.startswith("The next rating asks for it again.")
    assert words.needs_attention
    assert not words.unfinished


def test_the_running_job_is_shown_before_the_one_that_waits_behind_it() -> None:
    running = job("running")
    job("queued")
    assert latest_jobs(["adapt_patient:1"])["adapt_patient:1"] == running


def test_a_waiting_job_is_shown_before_an_older_failure() -> None:
    job("failed", finished_at=timezone.now())
    waiting = job("queued")
    assert latest_jobs(["adapt_patient:1"])["adapt_patient:1"] == waiting


def test_of_those_that_ended_the_last_is_shown_and_a_superseded_one_never() -> None:
    job("failed")
    last = job("succeeded")
    job("superseded")
    job("failed", "adapt_patient:2")
    assert latest_jobs(["adapt_patient:1"]) == {"adapt_patient:1": last}
    assert latest_jobs(["adapt_patient:3"]) == {}
