"""Whoever is shown a patient's record is written down."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from tests.factories import MembershipFactory, PatientFactory
from tests.people import People, Phone
from therapy.append_only import NeverChanged
from therapy.audit import reads
from therapy.audit.models import AccessLog
from therapy.audit.reads import note_reads

pytestmark = pytest.mark.django_db


@pytest.fixture
def bobs(people: People) -> Client:
    client = Client()
    client.force_login(people.bob)
    return client


def page(patient: Any) -> str:
    return reverse("patient", args=[patient.id])


def seen() -> list[tuple[Any, ...]]:
    return list(
        AccessLog.objects.order_by("id").values_list("user", "clinic_id", "patient_id", "address")
    )


@pytest.mark.parametrize("address", ["patient", "packages"])
def test_a_patients_page_is_a_read(bobs: Client, people: People, address: str) -> None:
    assert bobs.get(reverse(address, args=[people.anna.id])).status_code == 200
    assert seen() == [(people.bob.id, people.harbour.id, people.anna.id, address)]


def test_a_list_is_one_read_for_each_clinic(bobs: Client, people: People) -> None:
    MembershipFactory(user=people.bob, clinic=people.hill)
    PatientFactory.create_batch(3, clinic=people.harbour)
    bobs.get("/")
    assert sorted(seen(), key=str) == sorted(
        [
            (people.bob.id, people.harbour.id, None, "patients"),
            (people.bob.id, people.hill.id, None, "patients"),
        ],
        key=str,
    )


def test_what_was_not_shown_is_no_read(bobs: Client, people: People, phone: Phone) -> None:
    assert bobs.get(page(people.carl)).status_code == 404
    assert Client().get(page(people.anna)).status_code == 302
    bobs.get("/catalogue/")
    bobs.post(reverse("packages-end-hold", args=[people.anna.id]))  # leads to another page
    assert phone.get("me").status_code == 200
    assert seen() == []


def test_a_missing_file_of_a_patient_who_was_found_is_a_read(bobs: Client, people: People) -> None:
    address = reverse("package", args=[people.anna.id, 1, "record"])
    assert bobs.get(address).status_code == 404
    assert seen() == [(people.bob.id, people.harbour.id, people.anna.id, "package")]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets what time it is for the log of reads."""

    def at(minutes: float) -> None:
        now = datetime(2026, 3, 1, 10, tzinfo=UTC) + timedelta(minutes=minutes)
        monkeypatch.setattr(reads.timezone, "now", lambda: now)

    return at


def test_the_same_again_is_one_entry_in_five_minutes(people: People, clock: Any) -> None:
    def read(user: Any = people.bob, address: str = "patient", patient: Any = people.anna) -> None:
        place = (people.harbour.id, patient and patient.id)
        note_reads(user_id=user.id, address=address, shown=[place])

    clock(1)
    for _ in range(20):
        read()
        read(patient=None)
    assert AccessLog.objects.count() == 2
    read(user=people.alice)
    read(address="packages")
    read(patient=PatientFactory(clinic=people.harbour))
    assert AccessLog.objects.count() == 5
    clock(4.9)
    read()
    assert AccessLog.objects.count() == 5
    clock(5)
    read()
    newest = AccessLog.objects.latest("id")
    assert AccessLog.objects.count() == 6
    assert newest.at == datetime(2026, 3, 1, 10, 5, tzinfo=UTC)


def test_a_record_is_not_shown_where_the_read_cannot_be_written_down(
    bobs: Client, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: Any) -> None:
        raise DatabaseError("The disk is full.")

    monkeypatch.setattr("therapy.people.doorkeeper.note_reads", full)
    bobs.raise_request_exception = False
    answer = bobs.get(page(people.anna))
    assert answer.status_code == 500
    assert people.anna.code not in answer.content.decode()


def test_a_read_is_never_changed(bobs: Client, people: People) -> None:
    bobs.get(page(people.anna))
    entry = AccessLog.objects.get()
    with pytest.raises(NeverChanged):
        entry.delete()
    with pytest.raises(NeverChanged):
        AccessLog.objects.update(address="")
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE therapy_accesslog SET address = ''")
