"""The page of a clinic's staff, and the page that an invitation's email leads to."""

import re

import pytest
from django.conf import LazySettings
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import MembershipFactory, UserFactory
from tests.people import People
from tests.signing_in import PASSWORD, just_signed_in, type_password, with_password
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import rows, words
from therapy.models import Invitation, Membership, User

pytestmark = pytest.mark.django_db

STAFF = "/staff/harbour/"


@pytest.fixture
def alices(people: People, signed_in: SignedIn) -> Client:
    """Alice, who has just signed in."""
    return just_signed_in(signed_in(people.alice))


def invited(client: Client, email: str = "dora@example.org", role: str = "therapist") -> str:
    """The address in the email that was sent."""
    client.post(f"{STAFF}invite/", {"email": email, "role": role})
    assert mail.outbox[-1].to == [email]
    found = re.search(r"http://testserver(/invitations/\S+/)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


# Who sees it


def test_the_staff_are_listed_with_role_second_factor_and_last_sign_in(
    alices: Client, people: People
) -> None:
    MembershipFactory(
        clinic=people.harbour, user=UserFactory(name="Dora", second_factor=False), role="admin"
    )
    listed = rows(alices.get(STAFF))
    assert any(row.startswith("Alice you alice@example.org yes") for row in listed)
    assert any(row.startswith("Dora") and "not yet" in row and "never" in row for row in listed)
    assert not any("Charlie" in row for row in listed)


def test_therapists_may_not_and_strangers_find_no_such_page(
    people: People, signed_in: SignedIn
) -> None:
    member = people.therapist.id
    addresses = [
        STAFF,
        f"{STAFF}invite/",
        f"{STAFF}{member}/role/",
        f"{STAFF}{member}/end/",
        f"{STAFF}invitations/{people.anna.id}/revoke/",
    ]
    for user, answer in ((people.bob, 403), (people.charlie, 404)):
        client = just_signed_in(signed_in(user))
        for address in addresses:
            sent = {"email": "x@example.org", "role": "therapist"}
            method = client.get if address == STAFF else client.post
            assert method(address, sent).status_code == answer, (user, address)
    assert Membership.objects.filter(id=member, role="therapist").exists()
    assert not Invitation.objects.exists()


def test_the_navigation_leads_there_for_those_who_manage(
    people: People, signed_in: SignedIn
) -> None:
    assert 'href="/staff/"' in signed_in(people.alice).get("/").content.decode()
    assert 'href="/staff/"' not in signed_in(people.bob).get("/").content.decode()
    assert signed_in(people.alice).get("/staff/").headers["Location"] == STAFF
    assert signed_in(people.bob).get("/staff/").status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_staff(alices: Client, people: People) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alices.get(STAFF).status_code == 200
        return len(captured)

    few = queries()
    for _ in range(8):
        MembershipFactory(clinic=people.harbour)
    assert queries() == few


# Changing it


def test_changes_ask_who_is_there_unless_they_have_just_signed_in(
    people: People, signed_in: SignedIn
) -> None:
    client = signed_in(with_password(people.alice))
    asked = client.post(f"{STAFF}{people.therapist.id}/role/", {"role": "admin"})
    assert asked.headers["Location"].startswith("/account/confirm/")
    next_page = asked.headers["Location"].split("next=")[1].replace("%2F", "/")
    client.post("/account/confirm/", {"password": PASSWORD, "next": next_page})
    people.therapist.refresh_from_db()
    assert people.therapist.role == "admin"  # what was asked for is done, not asked for again


def test_a_role_is_changed_and_the_last_owners_is_not(alices: Client, people: People) -> None:
    changed = alices.post(f"{STAFF}{people.therapist.id}/role/", {"role": "admin"}, follow=True)
    assert "Bob is admin now." in words(changed)
    own = Membership.objects.get(user=people.alice)
    refused = alices.post(f"{STAFF}{own.id}/role/", {"role": "therapist"}, follow=True)
    assert "A clinic needs an owner" in words(refused)
    nonsense = alices.post(f"{STAFF}{people.therapist.id}/role/", {"role": "boss"}, follow=True)
    assert "Nothing was changed." in words(nonsense)


def test_ending_someones_work_is_asked_about_first_and_acts_at_once(
    alices: Client, people: People, signed_in: SignedIn
) -> None:
    bobs = signed_in(people.bob)
    assert bobs.get(reverse("patient", args=[people.anna.id])).status_code == 200
    asked = alices.get(f"{STAFF}{people.therapist.id}/end/")
    assert "1 patient will have no therapist named" in words(asked)
    assert bobs.get(reverse("patient", args=[people.anna.id])).status_code == 200
    alices.post(f"{STAFF}{people.therapist.id}/end/")
    assert bobs.get(reverse("patient", args=[people.anna.id])).status_code == 404


def test_an_invitation_is_sent_listed_and_taken_back(alices: Client, people: People) -> None:
    address = invited(alices)
    body = str(mail.outbox[-1].body)
    assert "Alice has invited you to work at Harbour Practice, as therapist." in body
    assert any(row.startswith("dora@example.org therapist") for row in rows(alices.get(STAFF)))
    invitation = Invitation.objects.get()
    alices.post(f"{STAFF}invitations/{invitation.id}/revoke/")
    assert "Take back" not in words(alices.get(STAFF))
    over = Client().get(address)
    assert over.status_code == 404
    assert "This invitation was taken back." in words(over)


def test_what_is_wrong_with_an_invitation_is_told_beside_what_was_typed(alices: Client) -> None:
    refused = alices.post(f"{STAFF}invite/", {"email": "bob@example.org", "role": "admin"})
    assert refused.status_code == 400
    assert "This person works at the clinic already." in words(refused)
    assert 'value="bob@example.org"' in refused.content.decode()
    assert '<option value="admin" selected>' in refused.content.decode()
    assert mail.outbox == []


@pytest.fixture
def no_mail_server(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # discard: nobody listens


@pytest.mark.usefixtures("no_mail_server")
def test_an_email_that_cannot_be_sent_invites_nobody(alices: Client) -> None:
    refused = alices.post(f"{STAFF}invite/", {"email": "d@example.org", "role": "therapist"})
    assert "The email could not be sent" in words(refused)
    assert "d@example.org therapist" not in words(refused)
    assert Invitation.objects.get().state == "revoked"


# Accepting it


def test_a_newcomer_chooses_name_and_password_and_is_led_to_a_second_factor(
    alices: Client, client: Client
) -> None:
    address = invited(alices)
    assert "Join Harbour Practice" in words(client.get(address))
    refused = client.post(address, {"name": "Dora", "password": "short"})
    assert "This password is too short" in words(refused)
    assert 'value="Dora"' in refused.content.decode()
    assert "Say how colleagues call you" in words(
        client.post(address, {"name": " ", "password": PASSWORD})
    )
    joined = client.post(address, {"name": "Dora", "password": PASSWORD}, follow=True)
    assert joined.redirect_chain[-1][0] == "/account/second-factor/"
    assert "Set up a second factor" in words(joined)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200  # no password once more
    assert "This invitation was used already." in words(Client().get(address))
    assert User.objects.get(email="dora@example.org").memberships.get().role == "therapist"


def test_someone_with_an_account_signs_in_and_joins(
    alices: Client, people: People, signed_in: SignedIn
) -> None:
    address = invited(alices, "charlie@example.org", "admin")
    assert f"/sign-in/?next={address}" in Client().get(address).content.decode()
    charlies = signed_in(people.charlie)
    charlies.post(address)
    assert people.charlie.memberships.filter(clinic=people.harbour, role="admin").exists()


def test_an_invitation_is_of_no_use_to_someone_else(
    alices: Client, people: People, signed_in: SignedIn
) -> None:
    address = invited(alices, "charlie@example.org")
    for client in (Client(), signed_in(people.bob)):
        answered = client.post(address, {"name": "X", "password": PASSWORD})
        assert answered.status_code == 200  # the page, and what to do
    assert "You are signed in as bob@example.org" in words(answered)
    assert not people.charlie.memberships.filter(clinic=people.harbour).exists()
    assert type_password(Client(), "charlie@example.org").status_code == 200  # no password was set


def test_no_such_invitation(client: Client, db: None) -> None:
    assert "There is no such invitation." in words(client.get("/invitations/x/"))
