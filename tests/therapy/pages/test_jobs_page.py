"""The page of a clinic's background work: what stands where, and trying again."""

import inspect
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import worker.tasks
from tests.factories import MembershipFactory, UserFactory
from tests.people import People
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import rows, words
from therapy.models import User
from therapy.pages.jobs import JOBS_A_PAGE, WHAT
from therapy.people.services import ask_for_adaptation
from worker.celery_app import app
from worker.models import Job

pytestmark = pytest.mark.django_db

State = Job.State
HARBOUR = "/jobs/harbour/"


@pytest.fixture
def admins(people: People, signed_in: SignedIn) -> Client:
    """Dora, who is an admin of Harbour Practice."""
    dora: User = UserFactory(name="Dora")
    MembershipFactory(user=dora, clinic=people.harbour, role="admin")
    return signed_in(dora)


def job_of(people: People, state: State, **fields: Any) -> Job:
    now = timezone.now()
    lease = {"lease_token": people.anna.id, "lease_until": now + timedelta(minutes=1)}
    over = state in {State.SUCCEEDED, State.FAILED}
    said: dict[str, Any] = {
        "kind": "adapt_patient",
        "key": f"adapt_patient:{people.anna.id}",
        "arguments": {"patient_id": str(people.anna.id)},
        "clinic_id": people.harbour.id,
        "run_after": now,
        "finished_at": now if over else None,
    }
    return Job.objects.create(
        state=state, **said | (lease if state == State.RUNNING else {}) | fields
    )


def retry_of(job: Job) -> str:
    return reverse("job-retry", args=["harbour", job.id])


def test_with_no_work_it_says_so(admins: Client) -> None:
    said = words(admins.get(HARBOUR))
    assert "Nothing runs, and nothing waits." in said
    assert "Nothing was done yet." in said
    assert "Failed" not in said


def test_what_a_service_asks_for_is_there(people: People, admins: Client) -> None:
    with transaction.atomic():
        ask_for_adaptation(people.anna)
    said = words(admins.get(HARBOUR))
    assert "ANNA The adaptation is waiting to start" in said


def test_each_state_is_said_in_words(people: People, admins: Client) -> None:
    job_of(people, State.RUNNING, key="a", progress=0.4, note="training")
    job_of(people, State.FAILED, key="b", error="The schema is another one.")
    job_of(people, State.SUCCEEDED, key="c", kind="refresh_outcomes", arguments={})
    answer = admins.get(HARBOUR)
    said = words(answer)
    assert "The adaptation is running" in said
    assert "40 %: training." in said
    assert "The last adaptation failed" in said
    assert "The schema is another one." in said
    assert any(row.startswith("Summing of outcomes the clinic") for row in rows(answer))


def test_a_failed_job_is_tried_again_once(people: People, admins: Client) -> None:
    job = job_of(people, State.FAILED)
    answer = admins.post(retry_of(job), follow=True)
    assert "The adaptation will be tried again." in words(answer)
    waiting = Job.objects.get(key=job.key, state=State.QUEUED)
    assert (waiting.arguments, waiting.clinic_id) == (job.arguments, people.harbour.id)
    again = admins.post(retry_of(job))
    assert again.status_code == 404, "a newer one does its work"
    assert Job.objects.filter(key=job.key).count() == 2


def test_what_was_asked_for_again_since_is_not_shown_as_failed(
    people: People, admins: Client
) -> None:
    failed = job_of(people, State.FAILED)
    job_of(people, State.SUCCEEDED)
    assert "failed" not in words(admins.get(HARBOUR))
    answer = admins.post(retry_of(failed), follow=True)
    assert "The adaptation was tried again already." in words(answer)
    assert not Job.objects.filter(state=State.QUEUED).exists()


def test_what_runs_is_not_started_a_second_time(people: People, admins: Client) -> None:
    job = job_of(people, State.RUNNING)
    admins.post(retry_of(job))
    assert [one.state for one in Job.objects.all()] == [State.RUNNING]


def test_what_was_done_comes_a_page_at_a_time(people: People, admins: Client) -> None:
    for number in range(JOBS_A_PAGE + 1):
        job_of(people, State.SUCCEEDED, key=f"{number}")
    assert len(rows(admins.get(HARBOUR))) == JOBS_A_PAGE + 1  # and the head
    assert len(rows(admins.get(HARBOUR, {"page": "2"}))) == 2


def test_work_of_another_clinic_and_of_nobody_stays_away(
    people: People, admins: Client, signed_in: SignedIn
) -> None:
    job = job_of(people, State.FAILED)
    job_of(people, State.FAILED, key="of nobody", clinic_id=None, error="secret")
    assert "secret" not in words(admins.get(HARBOUR))
    charlies = signed_in(people.charlie)
    assert charlies.get(HARBOUR).status_code == 404
    assert charlies.post(retry_of(job)).status_code == 404
    assert charlies.post(reverse("job-retry", args=["hill", job.id])).status_code == 404
    assert job.id in Job.objects.filter(state=State.FAILED).values_list("id", flat=True)


def test_a_therapist_is_not_led_there_and_not_let_in(people: People, signed_in: SignedIn) -> None:
    bobs = signed_in(people.bob)
    assert bobs.get(HARBOUR).status_code == 403
    assert "/jobs/" not in bobs.get("/today/").content.decode()


def test_the_way_there_leads_to_the_first_clinic(admins: Client) -> None:
    assert admins.get("/jobs/").headers["Location"] == HARBOUR


def test_every_kind_of_job_has_a_word() -> None:
    kinds = {
        name
        for name, task in app.tasks.items()
        if task.__module__ == worker.tasks.__name__
        and "job_id" in inspect.signature(task.run).parameters
    }
    assert "adapt_patient" in kinds
    assert kinds == WHAT.keys()
