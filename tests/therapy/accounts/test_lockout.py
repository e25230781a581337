"""Passwords that fail: locked out for a while, by account and address; who exists is not told."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.db.models import F
from django.test import Client
from django.urls import reverse

from tests.people import People
from tests.signing_in import sign_in, type_password
from tests.therapy.pages.reading import words
from therapy.models import User

pytestmark = pytest.mark.django_db

SECOND_STEP = "/account/second-factor/authenticate/"
TRIES = 5


def fail(email: str, times: int = TRIES, **request: Any) -> Any:
    """Type a wrong password that often, each time in a new browser; the last answer."""
    return [type_password(Client(), email, "not this one", **request) for _ in range(times)][-1]


def time_passes(minutes: int) -> None:
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=minutes))


def test_after_five_tries_the_right_password_is_not_tried_either(
    client: Client, alice: User
) -> None:
    locked = fail(alice.email)
    assert locked.status_code == 429
    assert locked.headers["Retry-After"] == "900"
    assert "Locked for 15 minutes" in words(locked)
    assert type_password(client, alice.email).status_code == 429


def test_four_tries_do_not_lock_and_success_forgets_them(client: Client, alice: User) -> None:
    assert fail(alice.email, TRIES - 1).status_code == 200
    sign_in(client, alice)
    assert fail(alice.email, TRIES - 1).status_code == 200


def test_the_page_is_the_same_for_an_account_that_does_not_exist(alice: User) -> None:
    told = {words(fail(email)) for email in (alice.email, "nobody@example.org")}
    assert len(told) == 1


def test_it_ends_by_itself_and_trying_does_not_make_it_longer(client: Client, alice: User) -> None:
    fail(alice.email)
    time_passes(10)
    again = type_password(client, alice.email)
    assert "Locked for 5 minutes" in words(again)
    time_passes(6)
    assert type_password(client, alice.email).headers["Location"] == SECOND_STEP


def test_it_follows_the_account_in_whatever_case_and_leaves_others_alone(
    client: Client, alice: User, people: People
) -> None:
    fail(" ALICE@example.org ")
    assert type_password(client, alice.email).status_code == 429
    assert type_password(client, "bob@example.org", "wrong").status_code == 200


def test_nobody_is_locked_out_by_tries_from_elsewhere(
    client: Client, alice: User, settings: LazySettings
) -> None:
    settings.TRUSTED_PROXIES = 1
    fail(alice.email, headers={"X-Forwarded-For": "203.0.113.9"})
    answered = type_password(client, alice.email, headers={"X-Forwarded-For": "198.51.100.4"})
    assert answered.headers["Location"] == SECOND_STEP


def test_a_made_up_forwarding_does_not_give_new_tries(
    client: Client, alice: User, settings: LazySettings
) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(TRIES):
        forwarded = f"192.0.2.{number}, 203.0.113.9"  # the last is what our proxy saw
        fail(alice.email, 1, headers={"X-Forwarded-For": forwarded})
    refused = type_password(client, alice.email, headers={"X-Forwarded-For": "203.0.113.9"})
    assert refused.status_code == 429


def test_an_account_is_not_tried_without_end_from_ever_new_addresses(
    client: Client, alice: User, settings: LazySettings
) -> None:
    settings.TRUSTED_PROXIES = 1
    settings.ACCOUNT_RATE_LIMITS = {"password_failed_anywhere": "6/h/key"}
    for number in range(6):
        fail(alice.email, 1, headers={"X-Forwarded-For": f"203.0.113.{number}"})
    refused = type_password(client, alice.email)
    assert "Too many tries have failed" in words(refused)


def test_one_stranger_cannot_use_up_the_tries_of_an_account(
    client: Client, alice: User, settings: LazySettings
) -> None:
    settings.TRUSTED_PROXIES = 1
    settings.ACCOUNT_RATE_LIMITS = {"password_failed_anywhere": "6/h/key"}
    fail(alice.email, 15, headers={"X-Forwarded-For": "203.0.113.9"})
    answered = type_password(client, alice.email, headers={"X-Forwarded-For": "198.51.100.4"})
    assert answered.headers["Location"] == SECOND_STEP


def test_a_very_long_address_is_refused_plainly(client: Client, people: People) -> None:
    typed = "a" * 300 + "@example.org"
    assert type_password(client, typed, "x").status_code == 200


def test_confirming_the_password_counts_as_well(client: Client, alice: User) -> None:
    client.force_login(alice)
    for _ in range(TRIES):
        refused = client.post(reverse("account_reauthenticate"), {"password": "wrong"})
    assert refused.status_code == 429
