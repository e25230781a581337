"""Passkeys in a real Chromium, with an authenticator that the browser's own tools make up."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.browsing import DESK, PHONE, Window, context_of
from tests.factories import MembershipFactory, UserFactory
from tests.people import People
from tests.signing_in import PASSWORD, code_of, with_password

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def window(
    request: pytest.FixtureRequest, chromium: Browser, people: People, live_server: LiveServer
) -> Iterator[Window]:
    """A window at the site's name: passkeys belong to names, not to numbers."""
    cache.clear()
    site = live_server.url.replace("127.0.0.1", "localhost")
    with context_of(chromium, request.param) as context:
        yield Window(context.new_page(), site)


@pytest.fixture
def newcomer(people: People) -> str:
    user = with_password(UserFactory(email="new@example.org", second_factor=False))
    MembershipFactory(user=user, clinic=people.harbour)
    return str(user.email)


def add_authenticator(page: Page) -> Any:
    """A device that keeps passkeys and whose owner is always there and recognised."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return tools


def type_password(window: Window, email: str) -> None:
    window.open("/")
    window.page.get_by_label("Email").fill(email)
    window.page.get_by_label("Password").fill(PASSWORD)
    window.page.get_by_role("button", name="Sign in", exact=True).click()


def heading(window: Window, name: str) -> None:
    window.page.get_by_role("heading", name=name, level=1).wait_for()
    window.expect_calm()


def test_a_newcomer_adds_a_passkey_and_signs_in_with_it_alone(
    window: Window, newcomer: str
) -> None:
    page = window.page
    add_authenticator(page)
    type_password(window, newcomer)
    heading(window, "Set up a second factor")
    page.get_by_role("link", name="Add a passkey").click()
    heading(window, "Add a passkey")
    page.get_by_label("Name").fill("my laptop")
    page.get_by_role("button", name="Add a passkey").click()
    heading(window, "Recovery codes")
    page.get_by_role("link", name="go to the patients").click()
    heading(window, "Patients")

    page.get_by_role("button", name="Sign out").click()
    heading(window, "Sign in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    heading(window, "Today")

    page.get_by_role("link", name="Your account").click()
    heading(window, "Your account")
    page.get_by_role("link", name="Manage").click()
    page.get_by_role("link", name="Look at your passkeys").click()
    heading(window, "Passkeys")
    assert page.get_by_role("rowheader", name="my laptop enough by itself").is_visible()


def test_a_passkey_is_the_second_step_after_a_password_too(window: Window, newcomer: str) -> None:
    page = window.page
    add_authenticator(page)
    type_password(window, newcomer)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add a passkey").click()
    heading(window, "Recovery codes")
    page.get_by_role("button", name="Sign out").click()
    heading(window, "Sign in")
    type_password(window, newcomer)
    heading(window, "Your second factor")
    page.get_by_role("button", name="Use a passkey").click()
    heading(window, "Patients")


def test_a_device_without_the_passkey_is_told_so_in_words(window: Window, newcomer: str) -> None:
    page = window.page
    tools = add_authenticator(page)
    window.open("/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("The browser or the device refused").wait_for()
    window.expect_calm()
    tools.detach()


def test_the_way_from_an_invitation_to_the_patients(window: Window, people: People) -> None:
    """The owner invites someone, who chooses a password and sets an app up."""
    with_password(people.alice)
    page = window.page
    window.sign_in(people.alice.email)
    heading(window, "Patients")
    page.get_by_role("link", name="Staff").click()
    heading(window, "Staff of Harbour Practice")
    page.get_by_label("Email").fill("dora@example.org")
    page.get_by_role("button", name="Send the invitation").click()
    page.get_by_text("An invitation was sent to dora@example.org.").wait_for()
    window.expect_calm()
    page.get_by_role("button", name="Sign out").click()
    heading(window, "Sign in")

    (address,) = [line for line in str(mail.outbox[-1].body).split() if "/invitations/" in line]
    page.goto(address)
    heading(window, "Join Harbour Practice")
    page.get_by_label("Your name").fill("Dora")
    page.get_by_label("A password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    heading(window, "Set up a second factor")
    page.get_by_role("link", name="Set up an app").click()
    heading(window, "Set up an authenticator app")
    assert page.get_by_role("img", name="QR code").evaluate("image => image.naturalWidth") > 0
    secret = page.locator(".key-text").inner_text()
    page.get_by_label("code").fill(code_of(secret))
    page.get_by_role("button", name="Done").click()
    heading(window, "Recovery codes")
    page.get_by_role("link", name="go to the patients").click()
    heading(window, "Patients")
