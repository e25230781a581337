"""Erasing a patient: at once out of sight, and then gone, whatever stops it on the way."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction

import worker.tasks
from adaptation.models import BaseModel, PatientModel
from tests.factories import DeviceFactory, MoodRatingFactory, PatientFactory
from tests.people import People, Phone
from tests.therapy.rights.everything import fill
from therapy.append_only import NeverChanged
from therapy.models import Clinic, Consent, Device, Erasure, MoodRating, Patient, Track, User
from therapy.people.visibility import access_of
from therapy.rights import erasing, mentions
from therapy.rights.erasing import StillRead, ask_for_erasure, erase, erasure_key
from therapy.rights.rows import rows_of, tables
from worker.jobs import enqueue
from worker.models import Job

pytestmark = pytest.mark.django_db(transaction=True)

Ask = Callable[[], Erasure]


def silent(share: float, note: str) -> None:
    """Nobody watches."""


@pytest.fixture
def ask(people: People, base: BaseModel) -> Ask:
    """Alice asks for Anna to be erased, of whom there is a row in every table."""
    return lambda: ask_for_erasure(patient=people.anna, code="ANNA", by=people.alice)


def rows_left() -> dict[str, int]:
    found = {model.__name__: model._base_manager.count() for model in tables()}
    return {name: count for name, count in found.items() if count}


# At once


def test_every_phone_is_refused_from_the_moment_of_asking(people: People, ask: Ask) -> None:
    other = Phone(DeviceFactory(patient=people.anna, label="another"))
    assert people.annas_phone.get("me").status_code == other.get("me").status_code == 200
    ask()
    late = Phone(DeviceFactory(patient=people.anna, label="connected too late"))
    for phone in (people.annas_phone, other, late):
        assert phone.get("me").status_code == 401
        assert phone.post("sync", {"items": []}).status_code == 401
    assert people.carls_phone.get("me").status_code == 200


def test_nobody_at_the_clinic_sees_the_patient_any_more(people: People, ask: Ask) -> None:
    assert people.anna in access_of(people.alice).patients()
    ask()
    assert people.anna not in access_of(people.alice).patients()


def test_where_asking_is_undone_nothing_has_happened(people: People, ask: Ask) -> None:
    with transaction.atomic():
        ask()
        transaction.set_rollback(True)
    assert people.annas_phone.get("me").status_code == 200
    assert not Erasure.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize("typed", ["", "anna", "CARL", "ANNA2"])
def test_another_code_erases_nobody(people: People, typed: str) -> None:
    with pytest.raises(ValidationError, match="not the patient's code"):
        ask_for_erasure(patient=people.anna, code=typed, by=people.alice)
    assert not Erasure.objects.exists()


def test_asking_twice_is_one_erasure(ask: Ask) -> None:
    assert ask() == ask()
    assert Job.objects.filter(kind="erase_patient").count() == 1


# And then


def test_the_job_leaves_no_row_of_the_patient_and_every_row_of_others(
    people: People, ask: Ask
) -> None:
    fill_of = PatientFactory(clinic=people.harbour, code="BEN")
    DeviceFactory(patient=fill_of, label="bens")
    others = fill(people, fill_of)
    kept = {model: len(keys) for model, keys in rows_of(fill_of.id).items()}
    erasure = ask()
    worker.tasks.erase_patient(str(Job.objects.get(key=erasure_key(erasure.id)).id))
    assert Job.objects.get(key=erasure_key(erasure.id)).state == Job.State.SUCCEEDED
    assert rows_of(people.anna.id) == {Patient: {people.anna.id}}  # the id that was asked about
    assert not Patient.objects.filter(id=people.anna.id).exists()
    assert {model: len(keys) for model, keys in rows_of(fill_of.id).items()} == kept
    assert BaseModel.objects.filter(id=others.id).exists()
    assert Clinic.objects.count() == 2
    assert User.objects.count() == 3
    assert Track.objects.count() == len(people.tracks) + 1


def test_what_stays_says_how_many_and_not_who(people: People, ask: Ask) -> None:
    expected = {model._meta.label: len(keys) for model, keys in rows_of(people.anna.id).items()}
    done = erase(erasure_id=ask().id, report=silent)
    assert done.finished_at is not None
    assert (done.clinic, done.asked_by, done.counts) == (people.harbour, people.alice, expected)
    assert done.id != people.anna.id


def test_files_go_too(people: People, ask: Ask) -> None:
    export = people.anna.data_exports.get()
    assert export.file.storage.exists(export.file.name)
    erase(erasure_id=ask().id, report=silent)
    assert not export.file.storage.exists(export.file.name)


def test_a_base_counts_the_members_who_were_erased(base: BaseModel, ask: Ask) -> None:
    erase(erasure_id=ask().id, report=silent)
    base.refresh_from_db()
    assert base.erased_members == 1
    assert not base.members.exists()


def test_jobs_about_the_patient_go_and_others_forget_the_code(people: People, ask: Ask) -> None:
    anna, carl = people.anna, people.carl
    with transaction.atomic():
        for patient in (anna, carl):
            arguments = {"patient_id": str(patient.id)}
            enqueue(kind="adapt_patient", key=f"adapt_patient:{patient.id}", arguments=arguments)
        enqueue(kind="x", key="by another name", arguments={"patient_id": str(anna.id)})
        of_clinic = enqueue(kind="refresh_clinic", key="refresh_clinic:1", arguments={})
        other = enqueue(kind="refresh_clinic", key="refresh_clinic:2", arguments={})
    Job.objects.filter(id=of_clinic.id).update(note="ANNA", error="1 of 2: ANNA: unreadable.")
    Job.objects.filter(id=other.id).update(error="1 of 2: ANNABEL: unreadable.")
    erasure = ask()
    erase(erasure_id=erasure.id, report=silent)
    assert set(Job.objects.values_list("key", flat=True)) == {
        f"adapt_patient:{carl.id}",
        "refresh_clinic:1",
        "refresh_clinic:2",
        erasure_key(erasure.id),
    }
    of_clinic.refresh_from_db()
    other.refresh_from_db()
    assert (of_clinic.note, of_clinic.error) == ("", "")
    assert "ANNABEL" in other.error


def test_the_code_can_be_given_again(people: People, ask: Ask) -> None:
    erase(erasure_id=ask().id, report=silent)
    assert PatientFactory(clinic=people.harbour, code="ANNA").id != people.anna.id


# Stopped on the way


def test_an_attempt_that_breaks_off_is_finished_by_the_next(
    people: People, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasure, before = ask(), rows_left()
    with monkeypatch.context() as broken:
        broken.setattr(mentions, "forget_id", _killed)
        with pytest.raises(KeyboardInterrupt):
            erase(erasure_id=erasure.id, report=silent)
    assert rows_left() == before, "all or nothing"
    assert people.annas_phone.get("me").status_code == 401
    assert erase(erasure_id=erasure.id, report=silent).finished_at is not None
    assert "MoodRating" not in rows_left()


def test_an_attempt_that_breaks_off_behind_the_rows_is_finished_by_the_next(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasure = ask()
    job = Job.objects.get(key=erasure_key(erasure.id))
    with monkeypatch.context() as busy:
        busy.setattr(erasing, "write_over_the_deleted", _still_read)
        worker.tasks.erase_patient(str(job.id))
    job.refresh_from_db()
    erasure.refresh_from_db()
    assert (job.state, erasure.finished_at) == (Job.State.QUEUED, None)
    assert "StillRead" in job.error
    counts = erasure.counts
    assert counts["therapy.MoodRating"] == 1
    done = erase(erasure_id=erasure.id, report=silent)
    assert done.finished_at is not None
    assert done.counts == counts
    assert erase(erasure_id=erasure.id, report=silent).finished_at == done.finished_at


def _killed(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def _still_read() -> None:
    raise StillRead


def test_work_that_goes_on_meanwhile_leaves_nothing(people: People, ask: Ask) -> None:
    with transaction.atomic():
        arguments = {"patient_id": str(people.anna.id)}
        job = enqueue(kind="adapt_patient", key="adapt_patient:x", arguments=arguments)
    erasure = ask()
    worker.jobs.run(str(job.id), lambda run: erase(erasure_id=erasure.id, report=run.report))
    assert not Job.objects.filter(id=job.id).exists()
    worker.tasks.adapt_patient(str(job.id))
    assert not PatientModel.objects.exists()


# Nobody else may


def test_what_is_only_added_to_is_deleted_by_nothing_else(people: People, base: BaseModel) -> None:
    for attempt in (
        Consent.objects.all().delete,
        Consent.objects.get(scope="pooled-learning").delete,
    ):
        with pytest.raises(NeverChanged):
            attempt()


# The command


def test_the_command_says_what_stays_and_waits_for_the_code(
    people: People, base: BaseModel
) -> None:
    said = io.StringIO()
    with pytest.raises(CommandError, match="add --confirm ANNA"):
        call_command("erase_patient", "--patient=ANNA", stdout=said)
    assert "calm-base 1, which was trained on ratings of theirs" in said.getvalue()
    with pytest.raises(CommandError, match="not the patient's code"):
        call_command("erase_patient", "--patient=harbour/ANNA", "--confirm=CARL")
    assert Patient.objects.filter(id=people.anna.id).exists()


def test_the_command_erases_here_and_now(people: People, base: BaseModel) -> None:
    said = io.StringIO()
    call_command("erase_patient", "--patient=harbour/ANNA", "--confirm=ANNA", stdout=said)
    assert not Patient.objects.filter(code="ANNA").exists()
    done = Erasure.objects.get()
    assert done.asked_by is None
    assert f"{sum(done.counts.values())} rows are gone" in said.getvalue()
    assert "ANNA" not in said.getvalue()
    worker.tasks.erase_patient(str(Job.objects.get(key=erasure_key(done.id)).id))
    assert Job.objects.get(key=erasure_key(done.id)).state == Job.State.SUCCEEDED


def test_the_command_goes_on_with_what_was_not_finished(people: People, ask: Ask) -> None:
    ask()
    call_command("erase_patient", "--finish", stdout=io.StringIO())
    assert Erasure.objects.get().finished_at is not None
    assert list(Device.objects.all()) == [people.carls_phone.device]


def test_a_rating_that_is_not_the_patients_stays(people: People, ask: Ask) -> None:
    carls = MoodRatingFactory(patient=people.carl)
    erase(erasure_id=ask().id, report=silent)
    assert list(MoodRating.objects.all()) == [carls]
