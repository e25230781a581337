"""Connecting phones and ending their access, by staff of the patient's own clinic."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.people import People
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import words
from tests.therapy.people.pairing import pair
from therapy.models import Device, PairingCode
from therapy.pages.qr import qr_svg
from therapy.people.pairing import make_pairing_code, shown
from therapy.people.services import revoke_device

pytestmark = pytest.mark.django_db


def new_code(client: Client, people: People) -> str:
    """The address of the page that shows a code which was just asked for."""
    answer: Any = client.post(reverse("pair-phone", args=[people.anna.id]))
    assert answer.status_code == 302
    return str(answer.url)


def patients_page(client: Client, people: People) -> str:
    return words(client.get(reverse("patient", args=[people.anna.id])))


# Connecting


def test_the_code_is_shown_as_a_square_and_to_type_until_it_is_used(
    alices: Client, people: People
) -> None:
    address = new_code(alices, people)
    page = alices.get(address)
    code = shown(PairingCode.objects.get())
    assert f"{code} {' '.join(code.replace('-', ''))} 15 minutes left" in words(page)
    assert f"Code made by {people.alice}" in words(page)
    assert "Harbour Practice and ANNA" in words(page)
    bare = code.replace("-", "")
    assert str(qr_svg(f"http://testserver/pair#{bare}")) in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert code in words(alices.get(address))  # again, as often as it is opened

    assert pair(code, label="blue phone").status_code == 201
    after = words(alices.get(address))
    assert "Connected: blue phone. The phone used the code" in after
    assert code not in after
    assert "blue phone connected" in patients_page(alices, people)


def test_the_code_itself_is_in_no_address(alices: Client, people: People) -> None:
    address = new_code(alices, people)
    bare = shown(PairingCode.objects.get()).replace("-", "")
    assert bare not in address.upper()


def test_minutes_are_counted_down_and_an_old_code_is_not_shown(
    alices: Client, people: People
) -> None:
    address = new_code(alices, people)
    soon = timezone.now() + timedelta(seconds=50)
    PairingCode.objects.update(expires_at=soon)
    assert "1 minute left It runs out" in words(alices.get(address))
    PairingCode.objects.update(expires_at=timezone.now())
    page = words(alices.get(address))
    assert "This code ran out" in page
    assert "Make a new code" in page
    assert "left" not in page


def test_a_code_can_be_ended_and_a_new_one_ends_it_too(alices: Client, people: People) -> None:
    first = new_code(alices, people)
    code = shown(PairingCode.objects.get())
    assert "A code can be used until" in patients_page(alices, people)
    alices.post(f"{first}end/")
    assert "This code was ended" in words(alices.get(first))
    assert pair(code).status_code == 404
    assert "A code can be used until" not in patients_page(alices, people)

    second, third = new_code(alices, people), new_code(alices, people)
    assert "This code was ended" in words(alices.get(second))
    assert "15 minutes left" in words(alices.get(third))


def test_ending_a_code_that_was_used_meanwhile_shows_the_phone(
    alices: Client, people: People
) -> None:
    address = new_code(alices, people)
    pair(shown(PairingCode.objects.get()), label="blue phone")
    answer = alices.post(f"{address}end/", follow=True)
    assert "Connected: blue phone." in words(answer)


# Ending access


def test_access_is_ended_after_asking_and_at_once(alices: Client, people: People) -> None:
    phone = people.annas_phone
    address = reverse("end-phone", args=[people.anna.id, phone.device.id])
    asked = words(alices.get(address))
    assert "End the access of “annas”?" in asked
    assert phone.get("me").status_code == 200
    assert "The access of “annas” has ended." in words(alices.post(address, follow=True))
    assert phone.get("me").status_code == 401
    page = patients_page(alices, people)
    assert "No phone is connected any more" in page
    assert "1 phone whose access was ended annas connected" in page


def test_access_that_had_ended_keeps_its_time(alices: Client, people: People) -> None:
    device = people.annas_phone.device
    revoke_device(device=device)
    address = reverse("end-phone", args=[people.anna.id, device.id])
    for answer in (alices.get(address, follow=True), alices.post(address, follow=True)):
        assert "had ended already" in words(answer)
    assert Device.objects.get(id=device.id).revoked_at == device.revoked_at


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (None, "not seen since"),
        (timedelta(seconds=30), "last seen just now"),
        (timedelta(minutes=59), "last seen 59 minutes ago"),
        (timedelta(hours=1), "last seen 1 hour ago"),
        (timedelta(days=3, hours=5), "last seen 3 days ago"),
    ],
    ids=str,
)
def test_when_a_phone_was_last_seen_is_said_in_words(
    alices: Client, people: People, since: timedelta | None, said: str
) -> None:
    seen = None if since is None else timezone.now() - since
    Device.objects.filter(patient=people.anna).update(last_seen_at=seen)
    assert said in patients_page(alices, people)


# Strangers


def everything(people: People) -> list[tuple[str, str]]:
    """Every address about Anna's phones, and how it is asked."""
    anna, code = people.anna.id, make_pairing_code(patient=people.anna, by=None)
    return [
        ("post", reverse("pair-phone", args=[anna])),
        ("get", reverse("pairing-code", args=[anna, code.id])),
        ("post", reverse("end-pairing-code", args=[anna, code.id])),
        ("get", reverse("end-phone", args=[anna, people.annas_phone.device.id])),
        ("post", reverse("end-phone", args=[anna, people.annas_phone.device.id])),
    ]


def test_a_stranger_finds_nothing_and_changes_nothing(
    people: People, signed_in: SignedIn, client: Client
) -> None:
    for method, address in everything(people):
        stranger = getattr(signed_in(people.charlie), method)(address)
        assert stranger.status_code == 404, address
        visitor = getattr(client, method)(address)
        assert visitor.status_code == 302, address
        assert visitor.url.startswith("/sign-in/"), address
    assert PairingCode.objects.get().state(timezone.now()) == PairingCode.State.OPEN
    assert people.annas_phone.get("me").status_code == 200


def test_another_patients_phone_and_code_are_not_found_under_ones_own(
    people: People, signed_in: SignedIn
) -> None:
    charlies = signed_in(people.charlie)
    for method, address in everything(people)[1:]:
        moved = address.replace(str(people.anna.id), str(people.carl.id))
        assert getattr(charlies, method)(moved).status_code == 404, moved
    assert people.annas_phone.get("me").status_code == 200


@pytest.mark.parametrize("name", ["pairing-code", "end-phone"])
def test_what_never_was_is_not_found(alices: Client, people: People, name: str) -> None:
    assert alices.get(reverse(name, args=[people.anna.id, uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize("name", ["pair-phone", "end-pairing-code"])
def test_looking_changes_nothing(alices: Client, people: People, name: str) -> None:
    code = make_pairing_code(patient=people.anna, by=None)
    arguments = [people.anna.id, code.id] if name == "end-pairing-code" else [people.anna.id]
    assert alices.get(reverse(name, args=arguments)).status_code == 405
    assert PairingCode.objects.get().ended_at is None
