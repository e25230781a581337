"""A second factor is asked for, led to where it is missing, and can be lost and regained."""

import io
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tests.factories import TOTP_SECRET, UserFactory
from tests.people import People
from tests.signing_in import (
    code_of,
    just_signed_in,
    sign_in,
    type_code,
    type_password,
    with_password,
)
from tests.therapy.pages.reading import words
from therapy.models import User

pytestmark = pytest.mark.django_db

SET_UP = "/account/second-factor/"


@pytest.fixture
def newcomer(people: People) -> User:
    """A therapist who has set nothing up yet."""
    user: User = with_password(UserFactory(email="new@example.org", second_factor=False))
    people.harbour.memberships.create(user=user, role="therapist")
    return user


def secret_shown(page: Any) -> str:
    found = re.search(r'key-text">([A-Z2-7]+)<', page.content.decode())
    assert found is not None
    return found[1]


def recovery_codes(page: Any) -> list[str]:
    return re.findall(r"<code>(\d{8})</code>", page.content.decode())


def set_up_app(client: Client) -> tuple[str, Any]:
    """The secret of a new app, and the page that follows."""
    secret = secret_shown(client.get(reverse("mfa_activate_totp")))
    done = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True)
    return secret, done


# The gate


def test_without_a_second_factor_every_page_of_the_clinic_leads_to_setting_one_up(
    client: Client, newcomer: User, people: People
) -> None:
    assert type_password(client, newcomer.email).headers["Location"] == "/today/"
    for address in (
        "/",
        "/catalogue/",
        "/account/",
        reverse("patient", args=[people.anna.id]),
        reverse("packages", args=[people.anna.id]),
        reverse("track-audio", args=[people.tracks[0].id]),
    ):
        assert client.get(address).headers["Location"] == SET_UP, address
    assert "Before you see patients" in words(client.get(SET_UP))


def test_what_needs_no_sign_in_stays_open_without_a_second_factor(
    client: Client, newcomer: User, people: People
) -> None:
    client.force_login(newcomer)
    assert client.get("/healthz").status_code == 200
    assert client.get(reverse("api:docs")).status_code == 200
    assert client.get("/static/therapy/site.css").status_code in {200, 404}  # never a redirect
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"


def test_a_phone_needs_none(people: People) -> None:
    assert people.annas_phone.get("me").status_code == 200


def test_development_may_do_without_and_the_page_says_so(
    client: Client, newcomer: User, settings: LazySettings
) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    type_password(client, newcomer.email)
    assert "asks for no second factor" in words(client.get("/"))


# An authenticator app


def test_an_app_is_set_up_once_and_asked_for_ever_after(client: Client, newcomer: User) -> None:
    type_password(client, newcomer.email)
    _, codes = set_up_app(client)
    assert len(recovery_codes(codes)) == 10
    assert client.get("/").status_code == 200

    client.post("/sign-out/")
    assert type_password(client, newcomer.email).headers["Location"] == reverse("mfa_authenticate")
    assert client.get("/").status_code == 302
    assert type_code(client, "000000").status_code == 200
    assert client.get("/").status_code == 302


def test_a_code_works_once(client: Client, alice: User) -> None:
    sign_in(client, alice)
    other = Client()
    type_password(other, alice.email)
    again = type_code(other, code_of())
    assert "works once" in words(again)
    assert other.get("/").status_code == 302


def test_a_recovery_code_gets_in_once(client: Client, newcomer: User) -> None:
    type_password(client, newcomer.email)
    _, shown = set_up_app(client)
    first = recovery_codes(shown)[0]
    answers = []
    for _ in range(2):
        client.post("/sign-out/")
        type_password(client, newcomer.email)
        answers.append(type_code(client, first).status_code)
    assert answers == [302, 200]


def test_no_browser_keeps_secrets_or_codes(client: Client, newcomer: User) -> None:
    type_password(client, newcomer.email)
    shown = client.get(reverse("mfa_activate_totp"))
    _, codes = set_up_app(client)
    for page in (shown, codes):
        assert "no-store" in page.headers["Cache-Control"]


def test_the_secret_of_an_app_lies_encrypted_in_the_database(
    client: Client, newcomer: User
) -> None:
    type_password(client, newcomer.email)
    secret, _ = set_up_app(client)
    stored = Authenticator.objects.get(user=newcomer, type="totp").data["secret"]
    assert secret not in stored
    assert len(stored) > 100


def test_an_app_outlives_a_new_site_secret_that_names_the_old_one(
    client: Client, alice: User, settings: LazySettings
) -> None:
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another secret " * 5
    type_password(client, alice.email)
    with pytest.raises(ImproperlyConfigured, match="ATTUNE_SECRET_KEY_FALLBACKS"):
        type_code(client, code_of())
    settings.SECRET_KEY_FALLBACKS = [old]
    assert type_code(client, code_of()).headers["Location"] == "/today/"


def test_tries_of_the_second_factor_run_out(client: Client, alice: User) -> None:
    type_password(client, alice.email)
    for _ in range(5):
        assert "This code is not right" in words(type_code(client, "000000"))
    refused = type_code(client, code_of(TOTP_SECRET))
    assert "Wait 15 minutes" in words(refused)
    assert client.get("/").status_code == 302


# Sessions that began without one


@pytest.mark.django_db(transaction=True)
def test_setting_up_the_first_ends_every_other_session(newcomer: User) -> None:
    """Someone who had stolen the password would otherwise wait until the owner set one up."""
    mine, thiefs = Client(), Client()
    for browser in (mine, thiefs):
        type_password(browser, newcomer.email)
    set_up_app(mine)
    assert mine.get("/").status_code == 200
    assert thiefs.get("/").headers["Location"] == "/sign-in/?next=/"
    assert mail.outbox[-1].to == [newcomer.email]  # and is told by email


def test_changing_second_factors_asks_for_the_password_again(
    client: Client, people: People, alice: User
) -> None:
    client.force_login(alice)
    for name in ("mfa_deactivate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
        assert client.get(reverse(name)).headers["Location"].startswith("/account/confirm/"), name
    confirmed = client.post(
        "/account/confirm/",
        {"password": "correct horse battery", "next": reverse("mfa_deactivate_totp")},
    )
    assert confirmed.headers["Location"] == reverse("mfa_deactivate_totp")
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=alice).exists()
    assert client.get("/").headers["Location"] == SET_UP


def test_a_strangers_passkey_cannot_be_renamed_or_removed(people: People) -> None:
    key = Authenticator.objects.create(user=people.alice, type="webauthn", data={"name": "hers"})
    charlies = Client()
    charlies.force_login(people.charlie)
    just_signed_in(charlies)
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert charlies.post(reverse(name, kwargs={"pk": key.pk}), {"name": "x"}).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


# What an operator can do


def test_an_operator_takes_a_lost_second_factor_away(client: Client, alice: User) -> None:
    sign_in(client, alice)
    told = io.StringIO()
    call_command("reset_second_factor", "Alice@example.org", "--yes", stdout=told)
    assert told.getvalue().startswith("1 removed. alice@example.org is signed out everywhere")
    assert client.get("/").headers["Location"] == "/sign-in/?next=/"
    assert not UserSession.objects.filter(user=alice).exists()
    assert type_password(client, alice.email).headers["Location"] == "/today/"
    assert client.get("/").headers["Location"] == SET_UP


def test_the_command_changes_nothing_unless_the_address_is_typed_again(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("reset_second_factor", alice.email, stdout=io.StringIO())
    with pytest.raises(CommandError, match="Nobody has the address"):
        call_command("reset_second_factor", "nobody@example.org")
    assert Authenticator.objects.filter(user=alice).exists()
