"""A phone tells which model it refused: stored once, seen by staff, logged without saying whose."""

import logging
from typing import Any

import pytest
from django.test import Client

from tests.factories import DeviceFactory, ModelRefusalFactory
from tests.people import People, Phone
from tests.staff import Staff
from tests.therapy.pages.reading import words
from tests.therapy.sessions.reports import Body, new_id, refusals
from therapy.models import ModelRefusal

pytestmark = pytest.mark.django_db

WARNINGS = "therapy.sessions.services.refusals"


@pytest.fixture
def refusal(bodies: dict[str, Body]) -> Body:
    return bodies["model-refusals"]


def page(people: People) -> str:
    client = Client()
    client.force_login(people.bob)
    return words(client.get(f"/patients/{people.anna.id}/"))


def test_every_reason_that_phones_have_is_taken(phone: Phone, refusal: Body) -> None:
    for reason in ModelRefusal.Reason.values:
        sent = refusal | {"id": new_id(), "reason": reason}
        assert phone.post("model-refusals", sent).status_code == 201
    assert ModelRefusal.objects.count() == 13


def test_what_could_not_be_read_is_null(phone: Phone, refusal: Body) -> None:
    unknown = {"version": None, "base_sha256": None, "in_use": None}
    said = phone.post("model-refusals", refusal | unknown).json()
    assert {name: said[name] for name in unknown} == unknown
    stored = ModelRefusal.objects.get()
    assert (stored.version, stored.base_sha256, stored.in_use) == (None, "", None)
    assert stored.device == phone.device
    assert phone.post("model-refusals", refusal | unknown).json() == said


@pytest.mark.parametrize(
    ("field", "value", "part"),
    [
        ("reason", "did not like it", "is not a valid choice"),
        ("version", -1, "greater than or equal to 0"),
        ("version", 2**31, "between 0 and"),
        ("in_use", "3", "valid integer"),
        ("base_sha256", "9F" * 32, "does not match"),
        ("base_sha256", "", "may not be blank"),
    ],
)
def test_a_refusal_is_refused_by_field(
    phone: Phone, refusal: Body, field: str, value: Any, part: str
) -> None:
    assert part in refusals(phone.post("model-refusals", refusal | {field: value}))[field][0]
    assert not ModelRefusal.objects.exists()


def test_operators_are_warned_once_and_not_told_of_whom(
    phone: Phone,
    refusal: Body,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with caplog.at_level(logging.WARNING, WARNINGS):
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                phone.post("model-refusals", refusal)
    (warning,) = [record for record in caplog.records if record.name == WARNINGS]
    said = warning.getMessage()
    assert warning.levelno == logging.WARNING
    for part in ("wrong-content", "version 4", "9f9f", "In use stays: 3", refusal["id"]):
        assert part in said
    for secret in (phone.patient.id, phone.patient.code, phone.device.id, phone.device.label):
        assert str(secret) not in said


def test_the_page_says_which_phone_refused_what_why_and_what_stays(
    people: People, phone: Phone, refusal: Body
) -> None:
    phone.post("model-refusals", refusal)
    said = page(people)
    assert (
        f"“{phone.device.label}” refused version 4: the base that came with it was changed or "
        "damaged on the way. Version 3 stayed in use."
    ) in said
    assert "times" not in said.partition("stayed in use.")[2][:40]


def test_the_same_refusal_again_is_one_line_with_a_count(people: People) -> None:
    first, second = DeviceFactory.create_batch(2, patient=people.anna)
    for in_use in (1, 1, 2):
        ModelRefusalFactory(patient=people.anna, device=first, version=9, in_use=in_use)
    ModelRefusalFactory(patient=people.anna, device=second, version=9, in_use=None)
    ModelRefusalFactory(patient=people.anna, device=None, version=None, reason="malformed")
    ModelRefusalFactory(patient=people.carl, version=77)
    said = page(people)
    assert said.count("refused version 9") == 2
    assert said.count("3 times") == 1
    assert "Version 2 stayed in use." in said, "the newest that it had"
    assert "It had no model before, so it has none." in said
    assert "A phone refused a model: it could not be read as a signed model." in said
    assert "77" not in said


def test_staff_read_them_through_the_api(people: People) -> None:
    bob, device = Staff(people.bob), people.annas_phone.device
    ModelRefusalFactory(patient=people.anna, device=device, version=None, base_sha256="")
    ModelRefusalFactory(patient=people.anna, reason="expired")
    ModelRefusalFactory(patient=people.carl)
    path = f"patients/{people.anna.id}/model-refusals"
    assert len(bob.rows(path)) == 2
    (row,) = bob.rows(path, reason="wrong-content")
    assert (row["phone"], row["version"], row["base_sha256"]) == (str(device.id), None, None)
    assert bob.get(f"patients/{people.carl.id}/model-refusals").status_code == 404
