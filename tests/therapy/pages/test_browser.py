"""The pages in a real Chromium, at the widths of a phone and of a desk."""

import io
import struct
import wave
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.browsing import DESK, PHONE, Window, context_of
from tests.factories import SessionPlanFactory
from tests.people import People
from tests.signing_in import PASSWORD, code_of, with_password
from tests.therapy.pages.reading import add_playlist, add_session
from therapy.people.pairing import make_pairing_code

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def harbour(people: People) -> People:
    """Anna with a plan, five sessions with playlists, and a track that can be heard."""
    cache.clear()  # the tries of other tests: no test's end empties it
    with_password(people.alice)
    plan = SessionPlanFactory(patient=people.anna, excluded_tags=["organ"])
    for day in range(5):
        add_playlist(add_session(people.anna, day=day, plan=plan), people.tracks)
    track = people.tracks[0]
    track.audio.save("sound.wav", ContentFile(_two_seconds()), save=False)
    track.save()
    return people


def _two_seconds() -> bytes:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(struct.pack("<16000h", *[n % 200 * 20 for n in range(16000)]))
    return sound.getvalue()


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def window(
    request: pytest.FixtureRequest, chromium: Browser, harbour: People, live_server: LiveServer
) -> Iterator[Window]:
    with context_of(chromium, request.param) as context:
        yield Window(context.new_page(), live_server.url)


def test_a_therapist_signs_in_finds_a_patient_and_reads_the_page(
    window: Window, harbour: People
) -> None:
    window.sign_in(harbour.alice.email)
    page = window.page
    page.get_by_role("heading", name="Patients", level=1).wait_for()
    window.expect_calm()

    page.get_by_label("Code").fill("ann")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="ANNA").click()
    page.get_by_role("heading", name="ANNA", level=1).wait_for()
    assert page.get_by_role("img", name="Valence before and after each session").is_visible()
    page.get_by_text("The same numbers as a table").click()
    page.get_by_text("Playlist of 3 tracks").first.click()
    assert page.get_by_role("table", name="Made ").first.is_visible()
    window.expect_calm()

    page.get_by_role("link", name="Catalogue").click()
    page.get_by_role("heading", name="Catalogue", level=1).wait_for()
    page.get_by_text("3 numbers").first.click()
    window.expect_calm()

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in", level=1).wait_for()
    window.expect_calm()


def test_a_phone_is_connected_and_its_access_ended(
    window: Window, harbour: People, live_server: LiveServer
) -> None:
    window.sign_in(harbour.alice.email)
    window.open(reverse("patient", args=[harbour.anna.id]))
    page = window.page
    page.get_by_role("button", name="Connect a phone").click()
    page.get_by_role("img", name="QR code").wait_for()
    window.expect_calm()
    sent = {"code": page.locator(".code > span").first.inner_text(), "label": "blue phone"}
    answer = page.request.post(f"{live_server.url}/api/v1/pairings", data=sent)
    token = {"Authorization": f"Bearer {answer.json()['token']}"}
    page.get_by_role("link", name="Is the phone connected?").click()
    page.get_by_text("Connected: blue phone.").wait_for()
    window.expect_calm()

    page.get_by_role("link", name="Go back to ANNA").click()
    page.get_by_role("link", name="(blue phone)").click()
    page.get_by_role("button", name="End this phone’s access").click()
    page.get_by_text("The access of “blue phone” has ended.").wait_for()
    window.expect_calm()
    me = page.request.get(f"{live_server.url}/api/v1/me", headers=token)
    assert me.status == 401


def test_tables_stay_tables_for_a_screen_reader(window: Window, harbour: People) -> None:
    """Asked of the accessibility tree: a table that is laid out as cards may lose its rows."""
    window.sign_in(harbour.alice.email)
    window.page.get_by_role("heading", name="Patients", level=1).wait_for()
    tree = window.page.context.new_cdp_session(window.page).send("Accessibility.getFullAXTree")
    heard = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in tree["nodes"]
        if not node["ignored"]
    ]
    assert ("table", "1 patient") in heard
    assert ("columnheader", "Latest session") in heard
    assert any(role == "rowheader" and name.startswith("ANNA") for role, name in heard)
    assert ("cell", "5") in heard


@pytest.mark.parametrize("size", [(320, 640), (390, 844), (768, 1024), (1280, 900)])
def test_text_of_twice_the_size_needs_no_sideways_scrolling(
    chromium: Browser, harbour: People, live_server: LiveServer, size: tuple[int, int]
) -> None:
    with context_of(chromium, size) as context:
        window = Window(context.new_page(), live_server.url)
        devtools = context.new_cdp_session(window.page)
        devtools.send("Page.enable")
        devtools.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
        window.sign_in(harbour.alice.email)
        code = make_pairing_code(patient=harbour.anna, by=harbour.alice)
        for address in (
            "/",
            reverse("patient", args=[harbour.anna.id]),
            reverse("write-plan", args=[harbour.anna.id]),
            reverse("pairing-code", args=[harbour.anna.id, code.id]),
            reverse("end-phone", args=[harbour.anna.id, harbour.annas_phone.device.id]),
            "/catalogue/",
            *("/account/", "/account/second-factor/", "/staff/harbour/"),
        ):
            window.open(address)
            window.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            window.expect_calm()
        size_of_text = window.page.evaluate("getComputedStyle(document.body).fontSize")
        assert size_of_text == "32px"


def test_the_keyboard_alone_is_enough(
    chromium: Browser, harbour: People, live_server: LiveServer
) -> None:
    with context_of(chromium, DESK) as context:
        window = Window(context.new_page(), live_server.url)
        page = window.page
        window.open("/")
        page.wait_for_function("document.activeElement.name === 'login'")  # by itself
        page.keyboard.type(harbour.alice.email)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_label("Code").wait_for()
        assert page.evaluate("document.activeElement.name") == "code"  # by itself, too
        page.keyboard.type(code_of())
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Patients", level=1).wait_for()
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to content")
        assert skip.evaluate("link => link === document.activeElement")
        assert skip.bounding_box()["y"] >= 0  # type: ignore[index]
        ring = skip.evaluate("link => getComputedStyle(link).outlineStyle")
        assert ring == "solid"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "code"


def test_the_dark_scheme_is_followed(
    chromium: Browser, harbour: People, live_server: LiveServer
) -> None:
    backgrounds = []
    for scheme in ("light", "dark"):
        with context_of(chromium, DESK, color_scheme=scheme) as context:
            window = Window(context.new_page(), live_server.url)
            window.open("/sign-in/")
            backgrounds.append(
                window.page.evaluate("getComputedStyle(document.body).backgroundColor")
            )
            window.expect_calm()
    assert backgrounds == ["rgb(245, 243, 238)", "rgb(21, 27, 27)"]


def test_a_track_can_be_heard(window: Window, harbour: People) -> None:
    window.sign_in(harbour.alice.email)
    window.open("/catalogue/")
    length = window.page.locator("audio").first.evaluate(
        """audio => new Promise((resolve, reject) => {
            audio.addEventListener("loadedmetadata", () => resolve(audio.duration));
            audio.addEventListener("error", () => reject(new Error(audio.error.message)));
            audio.preload = "metadata";
            audio.load();
        })"""
    )
    assert length == pytest.approx(2.0, abs=0.01)
    window.expect_calm()


def test_the_description_of_the_api_opens(
    chromium: Browser, harbour: People, live_server: LiveServer
) -> None:
    with context_of(chromium, DESK) as context:
        window = Window(context.new_page(), live_server.url)
        window.open(reverse("api:docs"))
        window.page.locator(".swagger-ui .info .title", has_text="Attune API").wait_for()
        window.page.locator(".swagger-ui .opblock").first.wait_for()
        assert window.troubles == []
        assert window.page.evaluate("window.violations") == []
