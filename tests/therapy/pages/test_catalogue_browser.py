"""The catalogue in a real Chromium: files sent, tracks edited, the plane read, with axe on each
page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

import worker.tasks
from adaptation.models import BaseModel, TrackPlace
from tests.adaptation.audio.signals import noise, write
from tests.browsing import DESK, PHONE, Window, context_of
from tests.needs import ROOT
from tests.people import People, settle
from tests.signing_in import with_password
from therapy.models import FeatureSchema, Track
from worker.models import Job

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = ROOT / "phone/node_modules/axe-core/axe.min.js"
INSPECT = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target}`));
}"""


@pytest.fixture
def people(transactional_db: None, settings: object, tmp_path: Path) -> People:
    settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined]
    cache.clear()  # the tries of other tests
    found = settle()
    with_password(found.alice)
    return found


@pytest.fixture(params=[(PHONE, "dark"), (DESK, "light")], ids=["phone", "desk"])
def window(
    request: pytest.FixtureRequest, chromium: Browser, people: People, live_server: LiveServer
) -> Iterator[Window]:
    size, scheme = request.param
    with context_of(chromium, size, color_scheme=scheme) as context:
        yield Window(context.new_page(), live_server.url)


def expect_sound(window: Window) -> None:
    window.expect_calm()
    assert window.page.evaluate(INSPECT) == []


def test_recordings_are_sent_and_edited_and_undone(
    window: Window, people: People, tmp_path: Path
) -> None:
    page = window.page
    page.add_init_script(path=AXE)
    window.sign_in(people.alice.email)
    page.get_by_role("link", name="Catalogue").click()
    page.get_by_role("link", name="Add recordings").click()
    expect_sound(window)
    files = [
        write(tmp_path / f"{name}.wav", noise(5, seed=seed), rate=22_050)
        for seed, name in ((1, "Rain"), (2, "Wind"))
    ]
    (tmp_path / "Letter.wav").write_text("No music in here.")
    page.get_by_label("Recordings").set_input_files([*files, tmp_path / "Letter.wav"])
    page.get_by_label("Rights").fill("CC0")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("0 of 3 files came in, 3 wait.").wait_for()
    worker.tasks.ingest_upload(str(Job.objects.get(kind="ingest_upload").id))
    page.reload()
    page.get_by_text("2 of 3 files came in, 1 was refused.").wait_for()
    expect_sound(window)
    page.get_by_role("link", name="Rain", exact=True).click()
    page.get_by_role("img", name="Waveform").wait_for()
    expect_sound(window)

    window.open("/catalogue/")
    page.get_by_label("Tick Rain").check()
    page.get_by_label("Tick Wind").check()
    page.get_by_role("button", name="Edit the ticked tracks").click()
    page.get_by_label("Add tags").fill("weather")
    page.get_by_role("button", name="Look at what changes").click()
    expect_sound(window)
    page.get_by_role("button", name="Change 2 tracks").click()
    page.get_by_role("heading", name="2 tracks edited").wait_for()
    assert Track.objects.get(title="Wind").tags == ["weather"]
    expect_sound(window)
    page.get_by_role("button", name="Undo this edit").click()
    page.get_by_text("The tracks say what they said before.").wait_for()
    assert Track.objects.get(title="Wind").tags == []


def test_a_dot_of_the_plane_is_reached_by_keyboard(window: Window, people: People) -> None:
    base = BaseModel.objects.create(
        name="calm-base",
        version=1,
        learner="relation",
        schema=FeatureSchema.objects.get(pk=people.harbour.feature_schema_id),
        trained_on="simulated listeners",
        simulated=True,
        seed=1,
        weights="bases/x.pt",
        weights_sha256="0" * 64,
        vector_size=4,
    )
    for number, track in enumerate(people.tracks):
        TrackPlace.objects.create(
            base=base,
            track=track,
            valence=number / 4,
            arousal=-0.2,
            valence_spread=0.2,
            arousal_spread=0.2,
        )
    page = window.page
    page.add_init_script(path=AXE)
    window.sign_in(people.alice.email)
    page.get_by_role("link", name="Catalogue").click()
    page.get_by_role("link", name="Show in the plane of affect").click()
    expect_sound(window)
    title = people.tracks[0].title
    page.get_by_role("link", name=f"{title}: valence 0.00, arousal −0.20").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=title, exact=True).wait_for()
    page.get_by_text("the base expects valence 0.00 and arousal −0.20").wait_for()
    expect_sound(window)
