"""`manage.py jobs`: how the work stands, and asking again for what failed."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from worker import jobs
from worker.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


def said(*arguments: str) -> str:
    output = StringIO()
    call_command("jobs", *arguments, stdout=output)
    return output.getvalue()


def failed_job(key: str = "adapt_patient:1") -> Job:
    with transaction.atomic():
        job = jobs.enqueue(kind="adapt_patient", key=key, arguments={"patient_id": "1"})

    def refuse(run: jobs.Run) -> None:
        raise jobs.JobRefused("No base reads the schema.")

    jobs.run(str(job.id), refuse)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    return job


def test_without_any_work_it_says_so() -> None:
    assert said() == "No jobs.\n"


def test_what_failed_is_told_with_its_reason() -> None:
    failed_job()
    assert "1 failed" in said()
    assert "adapt_patient:1: No base reads the schema." in said()


def test_what_failed_is_asked_for_again_with_its_arguments_and_once() -> None:
    old = failed_job()
    assert "1 asked for again." in said("--retry")
    old.refresh_from_db()
    again = Job.objects.get(state=Job.State.QUEUED)
    assert (again.key, again.arguments) == (old.key, old.arguments)
    assert old.state == Job.State.SUPERSEDED
    assert "0 asked for again." in said("--retry")
    assert Job.objects.filter(state=Job.State.QUEUED).count() == 1


def test_work_that_waits_already_is_joined() -> None:
    failed_job()
    with transaction.atomic():
        waiting = jobs.enqueue(kind="adapt_patient", key="adapt_patient:1", arguments={})
    said("--retry")
    assert Job.objects.get(state=Job.State.QUEUED).id == waiting.id
