"""Progress notes, through their page."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.factories import ListeningSessionFactory, MembershipFactory
from tests.people import People
from tests.therapy.pages.reading import words
from therapy.append_only import NeverChanged
from therapy.models import AccessLog, Membership, ProgressNote
from therapy.notes.services import write_note

pytestmark = pytest.mark.django_db
SECRET = "Her brother’s wedding"


@pytest.fixture
def bobs(people: People) -> Client:
    client = Client()
    client.force_login(people.bob)
    return client


@pytest.fixture
def address(people: People) -> str:
    return reverse("notes", args=[people.anna.id])


def soap(**sections: Any) -> dict[str, Any]:
    return {"format": "soap", "subjective": SECRET, "plan": "Two weeks more."} | sections


def test_a_note_is_written_and_read_on_its_page(bobs: Client, address: str) -> None:
    assert "No note yet" in words(bobs.get(address))
    page = words(bobs.post(address, soap(), follow=True))
    assert "The note is written" in page
    assert f"Subjective {SECRET} Plan Two weeks more." in page
    assert "SOAP, Bob" in page


def test_dap_has_its_own_sections(bobs: Client, address: str) -> None:
    asked = bobs.get(f"{address}?format=dap")
    assert 'name="data"' in asked.content.decode()
    assert 'name="subjective"' not in asked.content.decode()
    page = words(bobs.post(address, {"format": "dap", "data": "Slept well."}, follow=True))
    assert "Data Slept well." in page


def test_the_database_holds_no_word_of_it(bobs: Client, address: str) -> None:
    bobs.post(address, soap())
    with connection.cursor() as cursor:
        cursor.execute("SELECT sections FROM therapy_progressnote")
        (stored,) = cursor.fetchone()
    assert stored
    assert "wedding" not in stored


def test_notes_are_rotated_to_the_newest_key(bobs: Client, address: str, settings: Any) -> None:
    from cryptography.fernet import Fernet

    bobs.post(address, soap())
    old, new = settings.TEXT_KEYS, [Fernet.generate_key().decode()]
    settings.TEXT_KEYS = [*new, *old]
    call_command("rotate_text_keys")
    settings.TEXT_KEYS = new
    assert ProgressNote.objects.get().sections["subjective"] == SECRET


def test_a_correction_stands_in_the_place_of_the_note(
    bobs: Client, people: People, address: str
) -> None:
    bobs.post(address, soap())
    first = ProgressNote.objects.get()
    correct = reverse("correct-note", args=[people.anna.id, first.id])
    assert SECRET in bobs.get(correct).content.decode()
    page = words(bobs.post(correct, soap(subjective="Her sister’s wedding"), follow=True))
    assert "Her sister’s wedding" in page
    assert SECRET not in page
    assert "corrects an earlier one" in page
    both = words(bobs.get(f"{address}?corrected"))
    assert SECRET in both
    again = bobs.post(correct, soap(subjective="No wedding"))
    assert again.status_code == 400
    assert "corrected meanwhile" in words(again)
    assert "No wedding" in again.content.decode(), "What was typed is kept."


def test_a_note_is_never_changed(bobs: Client, address: str) -> None:
    bobs.post(address, soap())
    note = ProgressNote.objects.get()
    for change in (note.save, note.delete, ProgressNote.objects.all().delete):
        with pytest.raises(NeverChanged):
            change()


def test_an_empty_note_is_refused(bobs: Client, address: str) -> None:
    refused = bobs.post(address, soap(subjective=" ", plan=""))
    assert refused.status_code == 400
    assert "Nothing is written yet" in words(refused)
    assert not ProgressNote.objects.exists()


def test_what_is_too_long_is_refused_by_section_and_kept(bobs: Client, address: str) -> None:
    refused = bobs.post(address, soap(plan="x" * 10_001))
    assert refused.status_code == 400
    assert "Has 10001 characters; at most 10000 are kept" in words(refused)
    assert SECRET in refused.content.decode()


def test_it_may_be_about_a_session_of_this_patient_alone(
    bobs: Client, people: People, address: str
) -> None:
    ours = ListeningSessionFactory(patient=people.anna)
    theirs = ListeningSessionFactory(patient=people.carl)
    refused = bobs.post(address, soap(session=str(theirs.id)))
    assert refused.status_code == 400
    assert "no such session" in words(refused)
    bobs.post(address, soap(session=str(ours.id)))
    assert ProgressNote.objects.get().session == ours
    with pytest.raises(ValidationError, match="no such session"):
        write_note(
            patient=people.anna,
            by=people.bob,
            format="dap",
            sections={"data": "x"},
            session=theirs,
        )


def test_admins_and_strangers_neither_read_nor_write(people: People, address: str) -> None:
    admin = MembershipFactory(clinic=people.harbour, role=Membership.Role.ADMIN).user
    for user, status in ((admin, 403), (people.charlie, 404)):
        client = Client()
        client.force_login(user)
        assert client.get(address).status_code == status
        assert client.post(address, soap()).status_code == status
        with pytest.raises(PermissionDenied):
            write_note(patient=people.anna, by=user, format="soap", sections={"plan": "x"})
    assert not ProgressNote.objects.exists()


def test_only_who_may_read_them_is_shown_the_way(
    people: People, bobs: Client, address: str
) -> None:
    admin = MembershipFactory(clinic=people.harbour, role=Membership.Role.ADMIN).user
    admins = Client()
    admins.force_login(admin)
    patient = reverse("patient", args=[people.anna.id])
    assert address in bobs.get(patient).content.decode()
    assert address not in admins.get(patient).content.decode()


def test_reading_notes_is_in_the_audit(bobs: Client, people: People, address: str) -> None:
    bobs.get(address)
    assert AccessLog.objects.filter(patient_id=people.anna.id, address="notes").exists()
