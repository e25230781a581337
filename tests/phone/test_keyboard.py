"""The app without a finger on the screen, and for who wants nothing to move."""

import pytest
from playwright.sync_api import Browser

from tests.phone.app import CONSENTS, PhoneApp, phone_app
from tests.phone.site import Site
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.system]

MOST_TABS = 40
FOCUSED = """() => {
  const one = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const { left, right, top, bottom } = one.getBoundingClientRect();
  const shown = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  return {
    name: one.labels?.[0]?.innerText ?? one.innerText,
    tag: one.tagName,
    outline: outlineStyle === "none" ? 0 : parseFloat(outlineWidth),
    isOnTop: shown !== null && (one.contains(shown) || shown.contains(one)),
  };
}"""


class Keyboard:
    """Tab, Enter, space and arrows alone. Wherever Tab leads, focus must be seen."""

    def __init__(self, app: PhoneApp) -> None:
        self.app, self.press = app, app.page.keyboard.press

    def to(self, place: str) -> None:
        """Tab until this has focus."""
        wanted, passed = self.app.say(place), []
        for _ in range(MOST_TABS):
            self.press("Tab")
            now = self.app.page.evaluate(FOCUSED)
            if now["tag"] == "BODY":  # behind the last one; its name would be the whole page
                continue
            passed.append(now["name"].strip())
            assert now["outline"] >= 2, f"{now} is not seen to have focus"
            assert now["isOnTop"], f"{now} is hidden"
            if wanted in passed[-1]:
                return
        raise AssertionError(f"Tab does not lead to {wanted!r}, but to {passed}")

    def enter(self, place: str) -> None:
        self.to(place)
        self.press("Enter")

    def arrive(self, title: str) -> None:
        """Another screen: focus is on its title."""
        self.app.sees_title(title)
        self.at_the_title()

    def at_the_title(self) -> None:
        focused = "document.activeElement.tagName"
        until(lambda: self.app.page.evaluate(focused) == "H1", "focus on the title")


def test_from_the_code_to_the_end_of_a_session_by_keys_alone(
    chromium: Browser, site: Site, codes: dict[str, str]
) -> None:
    with phone_app(chromium, site) as app:
        keys, say = Keyboard(app), app.say
        app.open()
        keys.arrive(say("pair.title"))
        keys.to("pair.code")
        app.page.keyboard.type(codes["KEYS"])
        keys.enter("pair.connect")
        for scope in CONSENTS:
            app.find("button", f"consent.yes.{scope}").wait_for()
            keys.arrive(app.title())
            keys.enter(f"consent.yes.{scope}")
        keys.arrive(say("ready.title"))
        app.until_kept()
        keys.enter("ready.go")
        keys.arrive(say("home.title"))

        keys.enter("home.make")
        keys.arrive(say("mood.before"))
        keys.to("mood.arousal")
        keys.press("ArrowRight")
        keys.to("mood.valence")
        keys.press("ArrowLeft")
        keys.enter("mood.make")
        app.find("button", "session.pause").wait_for()
        keys.at_the_title()
        app.until_heard()
        keys.enter("session.pause")
        keys.enter("session.like")
        app.reads(say("session.liked"))
        keys.enter("session.stop")
        keys.arrive(say("stopped.title"))
        keys.enter("stopped.reasons.tired")
        keys.arrive(say("mood.after"))
        keys.enter("mood.grid")
        keys.press("Shift+Tab")  # back into the square, which is one stop
        keys.press("ArrowUp")
        keys.enter("common.next")
        keys.arrive(say("after.done"))
        keys.enter("after.home")
        keys.arrive(say("home.title"))


SIZE = "document.querySelector('.disc').style.transform"
WORDS = "document.querySelector('.guide p').innerText"


def test_the_breathing_guide_does_not_move_for_who_wants_less_motion(
    chromium: Browser, site: Site, codes: dict[str, str]
) -> None:
    with phone_app(chromium, site, reduced_motion="reduce") as app:
        app.come_in(codes["BREATH"])
        app.make_playlist(0, 0)
        app.pause()
        app.tap("session.breathe")
        first = app.page.evaluate(WORDS)
        size = until(lambda: app.page.evaluate(SIZE), "the disc to be drawn")
        until(lambda: app.page.evaluate(WORDS) != first, "the next word")
        assert app.page.evaluate(SIZE) == size
        assert app.say("messages.playing.breathe.in") in first

        app.tap("session.breatheOff")
        app.page.emulate_media(reduced_motion="no-preference")
        app.tap("session.breathe")
        size = until(lambda: app.page.evaluate(SIZE), "the disc to be drawn")
        until(lambda: app.page.evaluate(SIZE) != size, "the disc to grow")
