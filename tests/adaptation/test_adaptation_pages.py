"""The model panel and the model column of the staff pages."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from adaptation.models import BaseModel, PatientModel
from adaptation.pages import ModelColumn, ModelPanel
from tests.factories import (
    ListeningSessionFactory,
    PatientFactory,
    TrackFactory,
    TrackRatingFactory,
)
from tests.people import People, settle
from tests.therapy.pages.reading import words
from therapy.models import Patient
from therapy.pages import panels
from worker.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return settle()


def base(people: People, **fields: Any) -> BaseModel:
    return BaseModel.objects.create(
        **{
            "name": "calm-base",
            "version": 3,
            "learner": "relation",
            "schema": people.harbour.feature_schema,
            "trained_on": "200 made-up listeners",
            "simulated": True,
            "seed": 1,
            "weights": "bases/x.pt",
            "weights_sha256": "0" * 64,
            "vector_size": 4,
        }
        | fields
    )


def model(patient: Patient, of: BaseModel, **fields: Any) -> PatientModel:
    return PatientModel.objects.create(
        **{
            "patient": patient,
            "base": of,
            "version": 1,
            "vector": b"",
            "support_digest": "0" * 64,
            "support_count": 0,
        }
        | fields
    )


def adapt_job(patient: Patient, state: str, **fields: Any) -> Job:
    if state == "running":
        fields |= {"lease_token": uuid.uuid4(), "lease_until": timezone.now()}
    return Job.objects.create(
        kind="adapt_patient",
        key=f"adapt_patient:{patient.id}",
        state=state,
        run_after=timezone.now(),
        **fields,
    )


def page(people: People) -> str:
    client = Client()
    client.force_login(people.alice)
    return words(client.get(reverse("patient", args=[people.anna.id])))


def test_panel_and_column_are_registered() -> None:
    assert any(isinstance(one, ModelPanel) for one in panels.panels())
    assert any(isinstance(one, ModelColumn) for one in panels.columns())


def test_before_the_first_rating_the_panel_says_what_is_awaited(people: People) -> None:
    assert "No model yet." in page(people)


def test_ratings_without_a_model_are_counted(people: People) -> None:
    TrackRatingFactory(patient=people.anna, track=people.tracks[0])
    assert "1 rated track, and no model adapted from it yet." in page(people)
    TrackRatingFactory(patient=people.anna, track=people.tracks[1])
    assert "2 rated tracks, and no model adapted from them yet." in page(people)


def test_the_newest_model_is_described_and_its_base_called_simulated(people: People) -> None:
    oldest, newest = (datetime(2026, 3, day, 18, 0, tzinfo=UTC) for day in (1, 2))
    for track in people.tracks:
        TrackRatingFactory(patient=people.anna, track=track)
    calm = base(people)
    model(people.anna, calm, version=1)
    span = {"oldest_rating_at": oldest, "newest_rating_at": newest}
    model(people.anna, calm, version=2, support_count=2, **span)
    shown = page(people)
    assert "Version 2, adapted" in shown
    assert "Ratings in it 2 rated tracks, 1 Mar 2026, 18:00 to 2 Mar 2026, 18:00" in shown
    assert "Not in it yet 1 rated track " in shown
    assert "calm-base 3 simulated Trained on: 200 made-up listeners" in shown
    assert "The base has learned from simulated listeners only." in shown


def test_what_was_changed_in_a_session_counts_once(people: People) -> None:
    session = ListeningSessionFactory(patient=people.anna)
    for liking in (5, 2):
        TrackRatingFactory(
            patient=people.anna, session=session, track=people.tracks[0], liking=liking
        )
    assert "1 rated track, and no model adapted from it yet." in page(people)
    model(people.anna, base(people), support_count=1)
    assert ModelPanel().context(people.anna)["waiting"] == 0


def test_a_base_of_real_listeners_is_not_called_simulated(people: People) -> None:
    model(people.anna, base(people, simulated=False, trained_on="30 volunteers"))
    shown = page(people)
    assert "calm-base 3 Trained on: 30 volunteers" in shown
    assert "simulated" not in shown


def test_ratings_that_the_base_cannot_read_are_told_apart_from_those_that_wait(
    people: People,
) -> None:
    TrackRatingFactory(patient=people.anna, track=people.tracks[0])
    unmeasured = TrackFactory(catalogue=people.tracks[0].catalogue)
    TrackRatingFactory(patient=people.anna, track=unmeasured)
    model(people.anna, base(people), support_count=1)
    context = ModelPanel().context(people.anna)
    assert (context["waiting"], context["unreadable"]) == (0, 1)
    assert "Not in it yet no rated track 1 cannot be used: its track was not measured" in page(
        people
    )


def test_another_patients_ratings_and_models_do_not_count(people: People) -> None:
    TrackRatingFactory(patient=people.carl, track=people.strange_track)
    model(people.carl, base(people), version=9)
    assert "No model yet." in page(people)


def test_a_running_adaptation_shows_its_progress(people: People) -> None:
    adapt_job(people.anna, "running", progress=0.5, note="Adapting to 12 rated tracks")
    shown = page(people)
    assert "The adaptation is running" in shown
    assert "50 %: Adapting to 12 rated tracks" in shown


def test_a_failed_adaptation_shows_the_error_as_text_and_what_to_do(people: People) -> None:
    adapt_job(people.anna, "failed", error="No base reads <b>audio-1</b>.")
    shown = page(people)
    assert "The last adaptation failed" in shown
    assert "No base reads <b>audio-1</b>." in shown  # unescaped once, so it was text
    assert "The next rating asks for it again, or manage.py adapt does it at once." in shown


def test_an_adaptation_that_succeeded_needs_no_words(people: People) -> None:
    model(people.anna, base(people))
    adapt_job(people.anna, "succeeded", finished_at=timezone.now())
    assert "adaptation" not in page(people)


def test_the_column_says_version_and_what_needs_attention(people: People) -> None:
    model(people.anna, base(people), version=4)
    failed = PatientFactory(clinic=people.harbour)
    adapt_job(failed, "failed", error="x")
    cells = ModelColumn().cells([people.anna, failed, people.carl])
    assert (cells[people.anna.id].text, cells[people.anna.id].note) == (
        "version 4",
        "simulated base",
    )
    assert not cells[people.anna.id].needs_attention
    assert (cells[failed.id].text, cells[failed.id].note) == ("none yet", "adaptation failed")
    assert cells[failed.id].needs_attention
    assert cells[people.carl.id].note == ""


def test_the_column_reads_all_patients_in_two_queries(people: People) -> None:
    calm = base(people)
    listed = PatientFactory.create_batch(5, clinic=people.harbour)
    for number, patient in enumerate(listed, start=1):
        for version in range(1, number + 1):
            model(patient, calm, version=version)
        adapt_job(patient, "succeeded", finished_at=timezone.now() - timedelta(hours=1))
        adapt_job(patient, "queued")
    with CaptureQueriesContext(connection) as captured:
        cells = ModelColumn().cells(listed)
    assert len(captured) == 2
    assert [cells[patient.id].text for patient in listed] == [
        f"version {number}" for number in (1, 2, 3, 4, 5)
    ]
    assert {cell.note for cell in cells.values()} == {"simulated base, adaptation waiting"}
