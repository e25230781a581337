"""Your account: what it says, and signing other browsers out."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from tests.people import People
from tests.signing_in import code_of, sign_in, type_code, type_password, with_password
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import rows, words
from therapy.accounts.browsers import browser_in_words
from therapy.models import User

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)


@pytest.fixture
def alice(people: People) -> User:
    return with_password(people.alice)


def two_browsers(user: User) -> tuple[Client, Client]:
    """Both signed in: the first with a code of the app, the second with one that is not used up."""
    here = Client(headers={"User-Agent": FIREFOX})
    sign_in(here, user)
    there = Client(headers={"User-Agent": SAFARI})
    there.force_login(user)
    UserSession.objects.create(
        user=user, session_key=there.session.session_key, ip="203.0.113.7", user_agent=SAFARI
    )
    return here, there


def test_it_lists_where_one_is_signed_in(alice: User) -> None:
    here, _ = two_browsers(alice)
    listed = rows(here.get("/account/"))
    assert any(row.startswith("Firefox on Windows this one 127.0.0.1") for row in listed)
    assert any(row.startswith("Safari on iPhone 203.0.113.7") for row in listed)


def test_another_browser_is_signed_out_at_once(alice: User) -> None:
    here, there = two_browsers(alice)
    other = UserSession.objects.get(session_key=there.session.session_key)
    assert there.get("/").status_code == 200
    ended = here.post(f"/account/sessions/{other.id}/end/", follow=True)
    assert "That browser is signed out." in words(ended)
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200


def test_all_others_are_signed_out_at_once(alice: User) -> None:
    here, there = two_browsers(alice)
    here.post("/account/sessions/end-others/")
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200


def test_a_session_of_someone_else_is_out_of_reach(
    alice: User, people: People, signed_in: SignedIn
) -> None:
    here, _ = two_browsers(alice)
    hers = UserSession.objects.filter(user=alice).values_list("id", flat=True)
    charlies = signed_in(people.charlie)
    for session_id in hers:
        assert charlies.post(f"/account/sessions/{session_id}/end/").status_code == 404
    assert here.get("/").status_code == 200
    assert "203.0.113.7" not in words(charlies.get("/account/"))


def test_it_says_who_one_is_and_how_one_signs_in(alice: User, signed_in: SignedIn) -> None:
    page = words(signed_in(alice).get("/account/"))
    assert "Alice · alice@example.org" in page
    assert "owner Harbour Practice" in page
    assert "app added" in page


def test_a_session_that_was_ended_takes_no_code_either(alice: User) -> None:
    """Half-way through signing in is not signed in, and not listed."""
    client = Client()
    type_password(client, alice.email)
    assert not UserSession.objects.filter(user=alice).exists()
    assert client.get("/account/").status_code == 302
    type_code(client, code_of())
    assert UserSession.objects.filter(user=alice).count() == 1


@pytest.mark.parametrize(
    ("says", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("curl/8.5.0", "A browser"),
        ("", "A browser"),
    ],
)
def test_browsers_are_called_as_people_call_them(says: str, name: str) -> None:
    assert browser_in_words(says) == name
