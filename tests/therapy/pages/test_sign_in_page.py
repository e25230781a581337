"""Signing in and out, and what nobody sees without it."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.people import People
from tests.signing_in import sign_in, type_password, with_password
from tests.therapy.pages.reading import words
from therapy.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(people: People) -> User:
    return with_password(people.alice)


@pytest.mark.parametrize("name", ["patients", "catalogue"])
def test_a_visitor_is_sent_to_sign_in_and_back_afterwards(
    client: Client, alice: User, name: str
) -> None:
    wanted = reverse(name)
    sent = client.get(wanted)
    assert sent.status_code == 302
    assert sent.url == f"/sign-in/?next={wanted}"
    form = client.get(sent.url)
    assert f'name="next" value="{wanted}"' in form.content.decode()
    assert sign_in(client, alice, then=wanted).headers["Location"] == wanted
    assert client.get(wanted).status_code == 200


def test_a_visitor_is_sent_to_sign_in_from_a_patients_page_and_from_a_tracks_sound(
    client: Client, people: People
) -> None:
    for address in (
        reverse("patient", args=[people.anna.id]),
        reverse("track-audio", args=[people.tracks[0].id]),
    ):
        assert client.get(address).headers["Location"] == f"/sign-in/?next={address}"


def test_capitals_and_spaces_in_the_address_do_not_matter(client: Client, alice: User) -> None:
    answered = type_password(client, " Alice@Example.ORG ")
    assert answered.headers["Location"] == reverse("mfa_authenticate")


def test_a_wrong_password_is_told_without_saying_whether_the_account_exists(
    client: Client, alice: User
) -> None:
    told = {
        words(type_password(client, email, "not this one"))
        for email in (alice.email, "stranger@example.org")
    }
    assert len(told) == 1
    assert "No account has this email address and password together." in told.pop()


def test_the_address_to_return_to_survives_a_wrong_password(client: Client, alice: User) -> None:
    wrong = type_password(client, alice.email, "x", then="/catalogue/")
    assert 'name="next" value="/catalogue/"' in wrong.content.decode()


def test_nobody_is_sent_to_another_site_after_signing_in(client: Client, alice: User) -> None:
    assert sign_in(client, alice, then="https://evil.example/").headers["Location"] == "/today/"


def test_signing_out_takes_a_post_and_ends_the_session(alices: Client) -> None:
    assert alices.get("/sign-out/").status_code == 405
    assert alices.get("/").status_code == 200
    assert alices.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert alices.get("/").status_code == 302


def test_a_patients_page_is_not_kept_by_the_browser_after_signing_out(
    alices: Client, people: People
) -> None:
    shown = alices.get(reverse("patient", args=[people.anna.id]))
    assert "no-store" in shown.headers["Cache-Control"]
