"""Every screen and every stage of a session, in both languages, all themes and large text: axe-core
finds nothing, nothing is cut off, and what is tapped is large enough."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.needs import ROOT
from tests.phone.app import CONSENTS, PhoneApp, phone_app
from tests.phone.site import Site
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.system]

AXE = ROOT / "phone/node_modules/axe-core/axe.min.js"
ROUTES = ROOT / "phone/src/app/routes.ts"
PIN = "two words"
WRONG_CODE = "ACDE-3479"
# Themes differ in colours alone, so of the others only the rules about colours are asked.
INSPECT = """async () => {
  const found = [];
  const root = document.documentElement;
  for (const theme of ["light", "dark", "high-contrast"]) {
    root.dataset.theme = theme;
    const rules = theme === "light" ? {} : { runOnly: ["color-contrast"] };
    const { violations } = await axe.run(document, { resultTypes: ["violations"], ...rules });
    for (const { id, nodes } of violations) {
      for (const { target, failureSummary } of nodes) {
        found.push(`${theme}: ${id} at ${target}: ${failureSummary}`);
      }
    }
  }
  root.dataset.theme = "light";
  return found;
}"""
MEASURE = """(percent) => {
  const LEAST = 44; // CSS pixels, after WCAG 2.2's target size (enhanced)
  const LEAST_OF_GRID = 24; // nine by nine in a square; the sliders beside it are as good
  const found = [];
  const root = document.documentElement;
  const before = root.style.fontSize;
  root.style.fontSize = `${percent}%`;
  const name = ({ tagName, className, textContent }) =>
    `${tagName.toLowerCase()} ${className}: ${textContent.slice(0, 30)}`;
  const room = root.clientWidth;
  if (root.scrollWidth > room) found.push(`scrolls sideways: ${root.scrollWidth}`);
  for (const one of document.querySelectorAll("#app *")) {
    if (!one.checkVisibility() || one.closest(".unseen, svg, select")) continue;
    const { left, right } = one.getBoundingClientRect();
    if (left < -1 || right > room + 1) found.push(`beyond the edge: ${name(one)}`);
    const { overflowX, overflowY } = getComputedStyle(one);
    const isCutX = overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1;
    const isCutY = overflowY !== "visible" && one.scrollHeight > one.clientHeight + 1;
    if (one.tagName !== "INPUT" && (isCutX || isCutY)) found.push(`cut off: ${name(one)}`);
  }
  for (const one of document.querySelectorAll("#app :is(a, button, input, select, summary)")) {
    if (!one.checkVisibility()) continue;
    const isInText = one.tagName === "A" && one.parentElement.textContent !== one.textContent;
    const target = one.matches("[type=radio], [type=checkbox]") ? one.closest("label") : one;
    const { height } = target.getBoundingClientRect();
    const least = one.role === "radio" ? LEAST_OF_GRID : LEAST;
    if (height < least && !(isInText && one.closest("p"))) {
      found.push(`too low, ${height} px: ${name(one)}`);
    }
  }
  const bar = document.querySelector(".actions");
  if (bar && bar.offsetHeight > innerHeight / 2) found.push("the actions hide the screen");
  root.style.fontSize = before;
  return found;
}"""
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
FORGET = """async (stores) => {
  const request = indexedDB.open("attune");
  await new Promise((resolve) => { request.onsuccess = resolve; });
  const database = request.result;
  const clearing = database.transaction(stores, "readwrite");
  for (const store of stores) clearing.objectStore(store).clear();
  await new Promise((resolve) => { clearing.oncomplete = resolve; });
  database.close();
}"""


class Inspection:
    """What was found on which screen. Everything is looked at before anything is complained of."""

    def __init__(self, app: PhoneApp) -> None:
        self.app = app
        self.found: dict[str, list[str]] = {}

    def look(self, screen: str, state: str = "") -> None:
        """At the screen of this name in routes.ts, as it is now."""
        page = self.app.page
        page.evaluate(OPEN_ALL)
        found = page.evaluate(INSPECT)
        for percent in (100, 200):
            found += [f"at {percent} %: {each}" for each in page.evaluate(MEASURE, percent)]
        self.found[f"{screen} {state}".strip()] = found

    @property
    def screens(self) -> set[str]:
        return {name.split()[0] for name in self.found}

    @property
    def problems(self) -> dict[str, list[str]]:
        return {name: found for name, found in self.found.items() if found}


def all_screens() -> set[str]:
    listed = re.search(r"SCREENS = \[(.*?)\]", ROUTES.read_text(), re.DOTALL)
    assert listed is not None
    return set(re.findall(r'"([a-z-]+)"', listed[1]))


@pytest.mark.parametrize(("language", "patient"), [("en", "SCREENS-EN"), ("zh-Hans", "SCREENS-ZH")])
def test_everybody_can_use_every_screen(
    chromium: Browser, site: Site, codes: dict[str, str], language: str, patient: str
) -> None:
    with phone_app(chromium, site, language) as app:
        app.page.add_init_script(path=AXE)
        inspection = Inspection(app)
        look = inspection.look
        begin(app, look, codes[patient])
        the_screens_around(app, look)
        a_questionnaire(app, look)
        a_session(app, look)
        other_sessions(app, look)
        without_a_model(app, look)
        a_lock(app, look)
        the_end_of_care(app, look)
        assert inspection.problems == {}
        assert inspection.screens == all_screens()


def begin(app: PhoneApp, look: Any, code: str) -> None:
    app.open()
    app.sees("pair.title")
    look("pair")
    app.page.locator("input.code").fill(WRONG_CODE)
    app.tap("pair.connect")
    app.reads(app.say("messages.pairing.unknown"))
    look("pair", "with an error")
    app.connect(code)
    for scope in CONSENTS:
        app.find("button", f"consent.yes.{scope}").wait_for()
        look("consent", scope)
        app.tap(f"consent.yes.{scope}")
    app.sees("ready.title")
    look("ready")
    app.get_ready()
    app.reads(app.say("home.homework"))
    look("home")


def the_screens_around(app: PhoneApp, look: Any) -> None:
    titles = {
        "not-today": "notToday.title",
        "help": "help.title",
        "history": "history.title",
        "settings": "settings.title",
        "reminders": "settings.reminders",
        "music": "settings.music",
        "lock": "settings.lock",
        "data": "settings.data",
    }
    for screen, title in titles.items():
        app.go(screen)
        app.sees(title)
        look(screen)


def a_questionnaire(app: PhoneApp, look: Any) -> None:
    app.go("measure/phq9")
    app.find("button", "common.next").wait_for()
    app.tap("common.next")
    app.reads(app.say("measure.mustAnswer"))
    look("measure")
    items = 9
    for _ in range(items - 1):
        answer(app, 0)
        app.tap("common.next")
    answer(app, 1)
    app.sees("help.title")
    app.reads(app.say("help.safety"))
    look("help", "after an answer about self-harm")
    app.tap("help.back")
    app.tap("measure.skip")
    app.sees("home.title")


def answer(app: PhoneApp, place: int) -> None:
    """The question that has no answer yet."""
    until(lambda: app.page.locator("input:checked").count() == 0, "the next question")
    app.page.get_by_role("radio").nth(place).click()


def a_session(app: PhoneApp, look: Any) -> None:
    app.tap("home.make")
    app.find("button", "measure.skip").wait_for()
    look("session", "question on a line")
    app.tap("measure.skip")
    app.sees("mood.before")
    app.tap("mood.make")
    app.reads(app.say("mood.untouched"))
    look("session", "mood")
    app.tap("mood.grid")
    look("session", "grid")
    app.tap("mood.sliders")
    app.feel(-60, 60)
    app.tap("mood.make")
    app.pause()
    app.tap("session.breathe")
    look("session", "listening")
    app.tap("session.feel")
    look("session", "listening, another mood")
    app.tap("session.stop")
    app.sees("stopped.title")
    look("session", "stopped")
    app.tap("stopped.reasons.felt-worse")
    app.sees("help.title")
    look("session", "felt worse")
    app.tap("help.back")
    app.sees("mood.after")
    look("session", "mood after")
    app.feel(20, -20)
    app.tap("common.next")
    app.find("button", "measure.skip").wait_for()
    look("session", "questionnaire after")
    app.tap("measure.skip")
    app.sees("after.tracks")
    app.page.get_by_role("radio").last.check()
    look("session", "tracks")
    app.tap("common.done")
    app.sees("after.done")
    look("session", "done")
    app.tap("after.home")
    app.go("history")
    app.sees("history.title")
    look("history", "with a session")


def other_sessions(app: PhoneApp, look: Any) -> None:
    app.go("home")
    app.tap("home.calm")
    app.feel(-60, 60)
    app.pause()
    app.tap("session.like")
    app.tap("session.sayAgain")
    look("session", "live")
    app.page.route("**/audio", lambda route: route.abort())  # what is forgotten stays so
    app.page.reload()
    app.reads(app.say("home.broken"))
    look("session", "broken off")
    app.tap("mood.skip")
    app.tap("measure.skip")
    app.tap("after.home")
    app.sees("home.title")
    app.page.evaluate(FORGET, ["audio"])
    app.tap("home.make")
    app.tap("measure.skip")
    app.sees("mood.before")
    app.tap("mood.skip")
    app.sees("session.nothing")
    look("session", "nothing to play")
    app.tap("after.home")
    app.sees("home.title")


def without_a_model(app: PhoneApp, look: Any) -> None:
    app.page.unroute_all()
    hand_over(app, "audio")
    app.page.route("**/api/v1/model?*", lambda route: route.abort())
    app.page.evaluate(FORGET, ["model", "bundles"])
    app.page.reload()
    app.go("home")
    app.reads(app.say("messages.readying.withoutModel.none"))
    look("home", "without a model")
    app.tap("home.make")
    app.tap("measure.skip")
    app.sees("mood.before")
    app.tap("mood.skip")
    app.sees("own.title")
    app.page.get_by_role("checkbox").first.check()
    look("session", "own choice")
    app.page.unroute_all()
    app.page.reload()
    hand_over(app, "model")


def hand_over(app: PhoneApp, store: str) -> None:
    """Until there is something in this store again."""
    app.go("data")
    app.tap("settings.sync")
    until(lambda: app.kept(store), f"the {store} to come")


def a_lock(app: PhoneApp, look: Any) -> None:
    app.go("lock")
    app.tap("lock.setPin")
    app.page.locator("input[name=new-pin]").fill(PIN)
    look("lock", "new")
    app.page.locator("input[name=new-pin-again]").fill(PIN)
    app.tap("common.save")
    app.reads(app.say("lock.pinSet"))
    look("lock", "set")
    app.tap("lock.lockNow")
    app.sees("lock.title")
    app.page.locator("input[name=pin]").fill("something else")
    app.tap("lock.unlock")
    app.page.get_by_role("alert").wait_for()
    look("lock", "locked")
    app.page.locator("input[name=pin]").fill(PIN)
    app.tap("lock.unlock")
    app.sees("settings.lock")


def the_end_of_care(app: PhoneApp, look: Any) -> None:
    app.go("consent/care")
    app.tap("consent.no.care")
    app.reads(app.say("consent.takeBackCare"))
    look("consent", "taken back")
    app.tap("consent.takeBackSure")
    app.sees("ended.title")
    look("home", "after care")
