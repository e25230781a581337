"""A forgotten password, and a changed one."""

import re

import pytest
from django.core import mail
from django.test import Client

from tests.people import People
from tests.signing_in import PASSWORD, sign_in, type_password
from tests.therapy.pages.reading import words
from therapy.models import User

pytestmark = pytest.mark.django_db

NEW = "a whole new sentence"


def ask(client: Client, email: str) -> str:
    """What the page says after asking for a new password."""
    return words(client.post("/password/forgotten/", {"email": email}, follow=True))


def link() -> str:
    found = re.search(r"http://testserver(/password/new/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def test_the_answer_and_the_sending_are_the_same_whether_or_not_there_is_an_account(
    client: Client, alice: User
) -> None:
    told = {ask(client, email) for email in (alice.email, "nobody@example.org")}
    assert len(told) == 1
    assert [sent.to for sent in mail.outbox] == [["alice@example.org"], ["nobody@example.org"]]
    assert "no account for this address" in mail.outbox[1].body
    assert "/password/new/" not in mail.outbox[1].body


def test_a_new_password_is_set_once_by_the_link_and_still_needs_the_second_factor(
    client: Client, alice: User
) -> None:
    elsewhere = Client()
    sign_in(elsewhere, alice)
    ask(client, alice.email)
    address = link()
    form = client.get(address, follow=True)
    page = form.redirect_chain[-1][0]
    assert "This password is too short" in words(
        client.post(page, {"password1": "short", "password2": "short"})
    )
    client.post(page, {"password1": NEW, "password2": NEW})
    assert mail.outbox[-1].to == [alice.email]
    assert "password" in mail.outbox[-1].subject.lower()

    assert elsewhere.get("/").status_code == 302  # signed out
    assert "This link no longer works" in words(Client().get(address, follow=True))
    assert type_password(client, alice.email, PASSWORD).status_code == 200
    answered = type_password(client, alice.email, NEW)
    assert answered.headers["Location"] == "/account/second-factor/authenticate/"


def test_a_changed_password_ends_the_other_sessions_and_is_told_by_email(
    alice: User, people: People
) -> None:
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        browser.force_login(alice)
    refused = here.post(
        "/account/password/", {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    )
    assert "This is not your password" in words(refused)
    here.post("/account/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert mail.outbox[-1].to == [alice.email]


def test_nobody_can_sign_up(client: Client, people: People) -> None:
    for address in ("/sign-up/", "/signup/", "/accounts/signup/", "/account/signup/"):
        assert client.get(address).status_code in {302, 404}
        assert client.post(address, {"email": "x@example.org"}).status_code in {302, 404}
    assert not User.objects.filter(email="x@example.org").exists()
