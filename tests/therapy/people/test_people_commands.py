"""The commands that a newcomer sets a clinic up with."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.people import People, Phone
from therapy.models import Clinic, Device, User

pytestmark = pytest.mark.django_db


def said(*words: str, **options: Any) -> str:
    """What the command writes to stdout."""
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def test_a_token_is_printed_alone_and_opens_the_api(people: People) -> None:
    printed = said("issue_device_token", "--clinic=harbour", "--patient=ANNA", "--label=tablet")
    phone = Phone(Device.objects.get(label="tablet"))
    phone.headers = {"Authorization": f"Bearer {printed.strip()}"}
    assert printed.count("\n") == 1
    assert phone.get("me").json()["device_label"] == "tablet"


@pytest.mark.parametrize(
    ("clinic", "patient", "words"),
    [
        ("nowhere", "ANNA", "No clinic 'nowhere'. There are: harbour, hill."),
        ("harbour", "CARL", "Harbour Practice has no patient 'CARL'."),
    ],
)
def test_a_token_for_nobody_is_refused_in_words(
    people: People, clinic: str, patient: str, words: str
) -> None:
    with pytest.raises(CommandError) as refused:
        said("issue_device_token", f"--clinic={clinic}", f"--patient={patient}")
    assert str(refused.value) == words


def test_a_clinic_is_opened_with_its_schema_and_catalogues(people: People) -> None:
    said("create_clinic", "quay", "Quay", "--schema=audio-1", "--catalogue=ours")
    assert list(Clinic.objects.get(slug="quay").catalogues.all()) == list(
        people.harbour.catalogues.all()
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["quay", "--schema=audio-2"], "No feature schema 'audio-2'. There are: audio-1."),
        (["quay", "--schema=audio"], "No feature schema 'audio'. There are: audio-1."),
        (
            ["quay", "--schema=audio-1", "--catalogue=mine"],
            "No catalogue 'mine'. There are: ours, theirs.",
        ),
        (["hill", "--schema=audio-1"], "slug: Clinic with this Slug already exists."),
    ],
)
def test_a_clinic_is_refused_in_words_and_nothing_is_written(
    people: People, arguments: list[str], words: str
) -> None:
    slug, *rest = arguments
    with pytest.raises(CommandError) as refused:
        said("create_clinic", slug, "Quay", *rest)
    assert str(refused.value) == words
    assert Clinic.objects.count() == 2


def test_before_anything_is_imported_the_words_say_so(db: None) -> None:
    with pytest.raises(CommandError, match="none yet; `compose_catalogue`"):
        said("create_clinic", "quay", "Quay", "--schema=audio-1")


def test_new_staff_get_a_password_that_is_shown(people: People) -> None:
    shown = said("create_staff", "dora@example.org", "--clinic=harbour", "--role=owner")
    password = shown.split("shown this once: ")[1].strip()
    assert User.objects.get(email="dora@example.org").check_password(password)


def test_staff_with_an_account_keep_their_password(people: People) -> None:
    people.bob.set_password("the old password")
    people.bob.save()
    said("create_staff", "Bob@example.org", "--clinic=hill", "--role=therapist")
    bob = User.objects.get(email="bob@example.org")
    assert bob.check_password("the old password")
    assert bob.memberships.count() == 2


def test_a_password_that_the_rules_refuse_is_refused_in_words(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _: "short")
    with pytest.raises(CommandError, match="password: This password is too short"):
        said("create_staff", "d@example.org", "--clinic=hill", "--role=admin", "--ask-password")
    assert not User.objects.filter(email="d@example.org").exists()


def test_a_password_typed_in_two_ways_changes_nothing(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(["one long password", "another long password"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    with pytest.raises(CommandError, match="differ; nothing was changed"):
        said("create_staff", "d@example.org", "--clinic=hill", "--role=admin", "--ask-password")
    assert not User.objects.filter(email="d@example.org").exists()
