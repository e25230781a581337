"""The pages: what is stored of a patient, the archive of it, and erasing it."""

import io
import zipfile

import pytest
from django.test import Client

from adaptation.models import BaseModel
from tests.factories import MembershipFactory
from tests.people import People
from tests.therapy.pages.reading import words
from therapy.models import DataExport, Erasure, Patient, User
from therapy.rights.erasing import erase
from therapy.rights.taking_out import ask_for_data, take_out
from worker.models import Job

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


def silent(share: float, note: str) -> None:
    """Nobody watches."""


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def alices(people: People) -> Client:
    """Alice, who has just typed her password."""
    people.alice.set_password(PASSWORD)
    people.alice.save()
    client = desk(people.alice)
    client.post("/account/confirm/", {"password": PASSWORD})
    return client


def data_of(patient: Patient) -> str:
    return f"/patients/{patient.id}/data/"


def erase_of(patient: Patient) -> str:
    return f"/patients/{patient.id}/erase/"


# What is stored, and the archive


def test_the_patients_page_leads_there(people: People, alices: Client) -> None:
    page = alices.get(f"/patients/{people.anna.id}/")
    assert f'href="{data_of(people.anna)}"' in page.content.decode()


def test_the_page_counts_what_is_stored(people: People, base: BaseModel, alices: Client) -> None:
    said = words(alices.get(data_of(people.anna)))
    for kind in ("Mood ratings 1", "Playlist entries 1", "Model packages 1", "Devices 1"):
        assert kind in said


def test_asking_makes_an_archive_to_download(people: People, alices: Client) -> None:
    assert "Make the archive" in words(alices.get(data_of(people.anna)))
    alices.post(data_of(people.anna))
    assert "The archive is waiting to start" in words(alices.get(data_of(people.anna)))
    assert alices.get(data_of(people.anna) + "archive").status_code == 404
    export = DataExport.objects.get()
    take_out(export_id=export.id, report=silent)
    Job.objects.all().delete()
    assert "Download the archive" in words(alices.get(data_of(people.anna)))
    answer = alices.get(data_of(people.anna) + "archive")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="attune-harbour-ANNA.zip"'
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "ANNA" in archive.read("README.txt").decode()


def test_a_therapist_takes_out_and_does_not_erase(people: People) -> None:
    bobs = desk(people.bob)
    said = words(bobs.get(data_of(people.anna)))
    assert "Make the archive" in said
    assert "An owner of Harbour Practice can do this." in said
    assert bobs.post(data_of(people.anna)).status_code == 302
    for answer in (bobs.get(erase_of(people.anna)), bobs.get("/erasures/")):
        assert answer.status_code == 403


def test_an_admin_sees_and_does_neither(people: People) -> None:
    admins = desk(MembershipFactory(clinic=people.harbour, role="admin").user)
    said = words(admins.get(data_of(people.anna)))
    assert "A therapist or an owner of Harbour Practice can do this." in said
    assert admins.post(data_of(people.anna)).status_code == 403
    assert admins.get(data_of(people.anna) + "archive").status_code == 403


def test_a_stranger_learns_nothing(people: People) -> None:
    take_out(export_id=ask_for_data(patient=people.anna, by=None).id, report=silent)
    charlies = desk(people.charlie)
    for address in (data_of(people.anna), data_of(people.anna) + "archive", erase_of(people.anna)):
        assert charlies.get(address).status_code == 404
    Erasure.objects.create(clinic=people.harbour)
    assert "Nobody was erased." in words(charlies.get("/erasures/"))


# Erasing


def test_the_page_says_what_goes_and_what_stays(
    people: People, base: BaseModel, alices: Client
) -> None:
    said = words(alices.get(erase_of(people.anna)))
    assert "Track ratings 1" in said
    assert "The base calm-base 1, which was trained on ratings of theirs" in said
    assert "Type ANNA to say" in said


def test_the_password_is_asked_for_first(people: People) -> None:
    answer = desk(people.alice).post(erase_of(people.anna), {"code": "ANNA"})
    assert answer.headers["Location"].startswith("/account/confirm/")
    assert not Erasure.objects.exists()


def test_another_code_is_told_beside_the_field(people: People, alices: Client) -> None:
    answer = alices.post(erase_of(people.anna), {"code": "CARL"})
    assert answer.status_code == 400
    assert 'aria-describedby="code_error"' in answer.content.decode()
    assert not Erasure.objects.exists()


def test_the_code_erases(people: People, alices: Client) -> None:
    answer = alices.post(erase_of(people.anna), {"code": " ANNA "}, follow=True)
    said = words(answer)
    assert "Nobody sees the patient any more." in said
    assert "ANNA" not in said
    assert "The erasure is waiting to start" in said
    assert "not yet" in said
    for address in ("", "data/", "erase/", "packages/"):
        assert alices.get(f"/patients/{people.anna.id}/{address}").status_code == 404
    assert "ANNA" not in words(alices.get("/"))
    assert people.annas_phone.get("me").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_the_list_says_when_it_was_done_and_by_whom(people: People, alices: Client) -> None:
    alices.post(erase_of(people.anna), {"code": "ANNA"})
    erase(erasure_id=Erasure.objects.get().id, report=silent)
    said = words(alices.get("/erasures/"))
    assert "Alice" in said
    assert "Harbour Practice 2" in said, "the patient and the phone"
    assert "waiting" not in said


def test_a_base_says_that_members_were_erased(
    people: People, base: BaseModel, alices: Client
) -> None:
    assert "were erased" not in words(alices.get("/bases/calm-base/1/"))
    BaseModel.objects.update(erased_members=2)
    assert "2 of the people whom this base was trained on were erased since." in words(
        alices.get("/bases/calm-base/1/")
    )
