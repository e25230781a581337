"""Writing a plan in a real Chromium, tried by a model that was really exported."""

import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from adaptation.learning.bases import Base
from tests.browsing import DESK, PHONE, Window, context_of
from tests.exports.conftest import adapt, export, keep
from tests.factories import MembershipFactory, UserFactory
from tests.needs import ROOT
from tests.practice import Practice, open_practice
from tests.signing_in import with_password
from tests.trained import Graphs
from therapy.models import SessionPlan, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = ROOT / "phone/node_modules/axe-core/axe.min.js"
INSPECT = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target}`));
}"""


@pytest.fixture
def published(
    base: Base, graphs: Graphs, files_of_this_test: None, quickly_measured: None
) -> Practice:
    """A practice whose patient's model is published."""
    cache.clear()  # the tries of other tests
    opened = open_practice(base)
    keep(graphs, opened)
    adapt(opened.patient)
    export(opened.patient)
    return opened


@pytest.fixture
def therapist(published: Practice) -> User:
    user = with_password(UserFactory(email="tess@example.org", name="Tess"))
    MembershipFactory(user=user, clinic=published.clinic, role="therapist")
    return user


@pytest.fixture(
    params=[(PHONE, "dark", True), (DESK, "light", True), (DESK, "dark", False)],
    ids=["phone", "desk", "without-javascript"],
)
def window(
    request: pytest.FixtureRequest, chromium: Browser, live_server: LiveServer
) -> Iterator[Window]:
    size, scheme, scripted = request.param
    with context_of(chromium, size, color_scheme=scheme, java_script_enabled=scripted) as context:
        window = Window(context.new_page(), live_server.url)
        if scripted:
            window.page.add_init_script(path=AXE)
        yield window


def test_a_plan_is_begun_changed_tried_looked_at_and_prescribed(
    window: Window, published: Practice, therapist: User, request: pytest.FixtureRequest
) -> None:
    page, patient = window.page, published.patient
    scripted = "without" not in request.node.callspec.id
    window.sign_in(therapist.email)
    window.open(reverse("patient", args=[patient.id]))
    page.get_by_role("link", name="Write a session plan").click()
    page.get_by_role("link", name="Everyday stress").click()
    page.get_by_text("Begun from the template “Everyday stress”").wait_for()
    looked_at(window, scripted)

    drawing = page.get_by_role("img", name="The path in the valence–arousal plane")
    way = drawing.locator("polyline")
    before = way.get_attribute("points")
    page.get_by_label("Indication").fill("Tense in the evenings.")
    page.get_by_label("Curve").select_option("direct")
    if not scripted:
        page.get_by_role("button", name="Show the path").click()
    expect(way).not_to_have_attribute("points", before or "")
    ends = (way.get_attribute("points") or "").split()
    assert set(ends) == {"200.0,200.0"}, "at the target from the first track on"

    page.get_by_label("Title, artist or tag").fill("Piece 3")
    page.get_by_label("Title, artist or tag").press("Enter")
    page.get_by_role("button", name="Never play Piece 3").click()
    assert page.get_by_role("group", name="Never tracks").get_by_label("Piece 3").is_checked()

    page.get_by_role("button", name="Try the plan from a mood").click(position={"x": 80, "y": 68})
    page.get_by_role("heading", name="A try: 5 tracks for this mood").wait_for()
    assert page.get_by_label("Mood, valence").input_value() == "-0.5"
    assert page.get_by_label("Mood, arousal").input_value() == "0.6"
    assert drawing.locator("ellipse").count() == 5
    assert page.get_by_label("Indication").input_value() == "Tense in the evenings."
    looked_at(window, scripted)

    if scripted:
        page.get_by_label("Largest step of the path").fill("0.3")
        page.get_by_text("The plan or the mood was changed since. Try it again.").wait_for()
    page.get_by_role("button", name="Look at it before prescribing").click()
    page.get_by_role("heading", name="Before it is prescribed to P-1").wait_for()
    page.get_by_text("11 of 12 tracks may be played: too few.").wait_for()
    looked_at(window, scripted)
    assert not SessionPlan.objects.filter(patient=patient).exists()

    page.get_by_role("button", name="Prescribe").click()
    page.get_by_text("Version 1 is prescribed.").wait_for()
    plan = SessionPlan.objects.get(patient=patient)
    assert (plan.template, plan.curve, plan.created_by) == ("stress", "direct", therapist)
    assert [track.title for track in plan.never_tracks.all()] == ["Piece 3"]


def test_what_is_wrong_is_reached_from_the_summary_by_keyboard(
    window: Window, published: Practice, therapist: User, request: pytest.FixtureRequest
) -> None:
    page = window.page
    scripted = "without" not in request.node.callspec.id
    window.sign_in(therapist.email)
    window.open(reverse("write-plan", args=[published.patient.id]))
    page.get_by_label("Minutes a session").fill("soon")
    page.get_by_role("button", name="Look at it before prescribing").press("Enter")
    page.get_by_role("heading", name="This cannot be prescribed yet").wait_for()
    page.get_by_role("link", name="Minutes a session").press("Enter")
    page.wait_for_url(re.compile("#minutes$"))
    if scripted:
        assert page.evaluate(INSPECT) == []
    assert page.get_by_label("Minutes a session").input_value() == "soon"


def looked_at(window: Window, scripted: bool) -> None:
    if scripted:
        window.expect_calm()
        assert window.page.evaluate(INSPECT) == []
