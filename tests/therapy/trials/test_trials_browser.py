"""A trial from its setting up to its decision in a real Chromium, without a violation of axe."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.browsing import DESK, PHONE, Window, context_of
from tests.needs import ROOT
from tests.people import People, settle
from tests.signing_in import with_password
from tests.therapy.trials.practice import consent, follow_all, planned
from therapy.models import Trial

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = ROOT / "phone/node_modules/axe-core/axe.min.js"
INSPECT = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target}`));
}"""


@pytest.fixture
def people(transactional_db: None) -> People:
    cache.clear()  # the tries of other tests
    found = settle()
    with_password(found.bob)
    planned(found)
    consent(found)
    return found


@pytest.fixture(params=[(PHONE, "dark"), (DESK, "light")], ids=["phone", "desk"])
def window(
    request: pytest.FixtureRequest, chromium: Browser, people: People, live_server: LiveServer
) -> Iterator[Window]:
    size, scheme = request.param
    with context_of(chromium, size, color_scheme=scheme) as context:
        yield Window(context.new_page(), live_server.url)


def test_from_setting_up_to_deciding(window: Window, people: People) -> None:
    page = window.page
    page.add_init_script(path=AXE)

    def expect_calm() -> None:
        window.expect_calm()
        assert page.evaluate(INSPECT) == []

    window.sign_in(people.bob.email)
    page.goto(f"{window.site}/patients/{people.anna.id}/")
    page.get_by_role("link", name="Set up a trial").click()
    page.get_by_label("What B does otherwise").select_option("curve:direct")
    page.get_by_label("Blocks").fill("3")
    page.get_by_role("button", name="Show what it can find").click()
    page.get_by_text("12 sessions: 6 by A and 6 by B").wait_for()
    expect_calm()
    page.get_by_label("I approve both A and B").check()
    page.get_by_role("button", name="Begin the trial").click()
    page.get_by_text("The trial has begun").wait_for()
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link").click()
    page.get_by_role("link", name="The trial that goes on").click()
    page.get_by_role("link", name="Stop the trial").click()
    expect_calm()
    page.get_by_role("link", name="Let it go on").click()
    expect_calm()

    follow_all(Trial.objects.get())
    page.reload()
    page.get_by_role("img", name="Arousal after each session of the trial").wait_for()
    page.get_by_text("In numbers").click()
    expect_calm()
    page.get_by_label("Go on with B").check()
    page.get_by_label("Why, and what the patient says to it").fill("She is calmer.")
    page.get_by_role("button", name="Write the decision down").click()
    page.get_by_text("The decision is written down.").wait_for()
    expect_calm()
