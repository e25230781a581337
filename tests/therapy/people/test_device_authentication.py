"""Every address of the phone API asks for a token that is known and not revoked."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from tests.people import People, Phone
from tests.problems import problem_in
from therapy.models import Device
from therapy.people.services import revoke_device

pytestmark = pytest.mark.django_db

READS = (
    "me",
    "consents",
    "keys",
    "plan",
    "catalogue",
    "tracks/0b8f4f0e-2c55-4f2b-8a3c-6c9f4d6f7a10/audio",
    "model",
    "model/file",
)
WRITES = ("consents", "sessions", "mood-ratings", "track-ratings", "playlist-logs")
CALLS: list[Callable[[Phone], Any]] = [
    *(lambda phone, address=address: phone.get(address) for address in READS),
    *(lambda phone, address=address: phone.post(address, {}) for address in WRITES),
]
every_address = pytest.mark.parametrize(
    "call", CALLS, ids=[*READS, *(f"post {address}" for address in WRITES)]
)


def assert_refused(answer: Any, code: str, words: str) -> None:
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    problem = problem_in(answer, 401)
    assert (problem["code"], problem["errors"]) == (code, [])
    assert words in problem["detail"]


@every_address
def test_without_a_token_there_is_nothing(phone: Phone, call: Callable[[Phone], Any]) -> None:
    assert_refused(call(phone.without_token()), "not_authenticated", "were not provided")


@every_address
def test_a_revoked_token_is_refused_in_words(phone: Phone, call: Callable[[Phone], Any]) -> None:
    revoke_device(device=phone.device)
    assert_refused(call(phone), "authentication_failed", "access was ended. Ask your therapist")


@every_address
def test_an_unknown_token_is_refused_in_words(phone: Phone, call: Callable[[Phone], Any]) -> None:
    phone.headers = {"Authorization": "Bearer attune_guessed"}
    assert_refused(call(phone), "authentication_failed", "not known here")


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic abc", "attune_abc", "Token abc"])
def test_a_header_that_is_no_bearer_token_is_explained(phone: Phone, header: str) -> None:
    phone.headers = {"Authorization": header}
    assert_refused(phone.get("me"), "authentication_failed", "must read 'Bearer'")


def test_the_scheme_may_be_written_in_any_case(phone: Phone) -> None:
    phone.headers["Authorization"] = phone.headers["Authorization"].replace("Bearer", "bearer")
    assert phone.get("me").status_code == 200


def test_a_member_of_staff_is_not_a_phone(people: People, phone: Phone) -> None:
    phone.without_token().client.force_login(people.alice)
    assert phone.get("me").status_code == 401


def test_a_phone_learns_for_whom_it_speaks(phone: Phone) -> None:
    assert phone.get("me").json() == {
        "patient_id": str(phone.patient.id),
        "patient_code": "ANNA",
        "clinic_name": "Harbour Practice",
        "device_label": "annas",
        "origin": "care",
    }


def test_a_call_is_remembered_but_not_every_one_is_written(
    phone: Phone, django_assert_num_queries: Any
) -> None:
    phone.get("me")
    seen = Device.objects.get(id=phone.device.id).last_seen_at
    assert seen is not None
    assert seen <= timezone.now()
    with django_assert_num_queries(3):  # the token; and the call is counted twice (throttles)
        phone.get("me")
