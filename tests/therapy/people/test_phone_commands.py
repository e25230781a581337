"""Connecting phones and ending their access at the command line."""

import io

import pytest
from django.core.management import CommandError, call_command

from tests.factories import DeviceFactory, PatientFactory
from tests.people import People
from tests.therapy.people.pairing import pair
from therapy.models import PairingCode

pytestmark = pytest.mark.django_db


def said(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_a_code_is_printed_alone_and_connects_a_phone(people: People) -> None:
    code = said("pair", "harbour/ANNA", f"--by={people.bob.email}")
    assert code.count("\n") == 1
    assert PairingCode.objects.get().made_by == people.bob
    assert pair(code).json()["patient_code"] == "ANNA"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["harbour/NOBODY"], "There is no patient 'harbour/NOBODY'"),
        (["ANNA", "--by=nobody@example.org"], "Nobody has the address nobody@example.org"),
        (["ANNA", "--by=charlie@example.org"], "Charlie may not change"),
    ],
    ids=str,
)
def test_a_code_is_refused_in_words(people: People, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        said("pair", *arguments)
    assert not PairingCode.objects.exists()


def test_phones_are_listed_and_nothing_ends(people: People) -> None:
    listed = said("revoke_device", "ANNA")
    assert f"{people.annas_phone.device.id}  annas: connected " in listed
    assert "never seen" in listed
    assert "1 in all" in listed
    assert people.annas_phone.get("me").status_code == 200


def test_one_phone_is_ended_by_its_name_or_id(people: People) -> None:
    other = DeviceFactory(patient=people.anna, label="other")
    assert ", access ended " in said("revoke_device", "ANNA", "--phone=annas")
    assert people.annas_phone.get("me").status_code == 401
    other.refresh_from_db()
    assert other.revoked_at is None
    said("revoke_device", "ANNA", f"--phone={other.id}")
    other.refresh_from_db()
    assert other.revoked_at is not None


def test_all_phones_of_the_patient_and_of_nobody_else_are_ended(people: People) -> None:
    said("revoke_device", "ANNA", "--all")
    assert people.annas_phone.get("me").status_code == 401
    assert people.carls_phone.get("me").status_code == 200


def test_a_name_of_several_phones_or_none_ends_nothing(people: People) -> None:
    for label in ("twin-1", "twin-2"):
        DeviceFactory(patient=people.anna, label=label)
    people.anna.devices.exclude(label="annas").update(label="twin")
    with pytest.raises(CommandError, match="several phones 'twin': say the id"):
        said("revoke_device", "ANNA", "--phone=twin")
    with pytest.raises(CommandError, match="ANNA has no phone 'carls'"):
        said("revoke_device", "ANNA", "--phone=carls")
    assert not people.anna.devices.exclude(revoked_at=None).exists()


def test_that_there_are_more_patients_is_said(people: People) -> None:
    for number in range(6):
        PatientFactory(clinic=people.harbour, code=f"P-{number}")
    with pytest.raises(CommandError, match=r"harbour/P-3 and 3 more\.$"):
        call_command("pair", "harbour/NOBODY")
