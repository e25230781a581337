"""A patient with the app: ways through it that take several screens, a clock that can be set, and a
look at what the phone holds."""

from typing import Any

from playwright.sync_api import BrowserContext, Locator

from tests.browsing import Window
from tests.phone.app import PhoneApp
from tests.waiting import until

# The clock of a page is set by what is in localStorage. What it was when the page was opened goes
# for the clock of its performance too, which nobody sets: so a clock that moves while the page is
# open is one that was set or, as far as a page can know, a phone that slept. Timers, media, threads
# and the service worker go by the real time.
CLOCK = """
(() => {
  const ahead = () => Number(localStorage.getItem("test-ahead") ?? 0);
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) {
      if (given.length === 0) super(Real.now() + ahead());
      else super(...given);
    }
    static now() {
      return Real.now() + ahead();
    }
  };
  const origin = performance.timeOrigin + ahead();
  Object.defineProperty(performance, "timeOrigin", { get: () => origin });
})();
"""
HIDDEN = """hidden => {
  Object.defineProperty(document, "visibilityState", {
    configurable: true, get: () => hidden ? "hidden" : "visible",
  });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
STATE = """name => new Promise((resolve) => {
  const asked = indexedDB.open("attune");
  asked.onsuccess = () => {
    const row = asked.result.transaction("state").objectStore("state").get(name);
    row.onsuccess = () => { asked.result.close(); resolve(row.result ?? null); };
  };
})"""
DAY = 86_400  # seconds


class Patient(PhoneApp):
    def __init__(self, context: BrowserContext, site: str, *, clock: bool = False) -> None:
        page = context.new_page()
        if clock:
            page.add_init_script(CLOCK)
        super().__init__(Window(page, site))

    # What stands there

    def links(self, place: str) -> Locator:
        return self.find("link", place)

    def is_offered(self, place: str) -> bool:
        return self.find("button", place).count() > 0

    def text(self) -> str:
        return self.page.locator("#app").inner_text()

    def until_it_reads(self, text: str) -> None:
        until(lambda: text in self.text(), f"{text!r} on the screen")

    def until_it_is_gone(self, text: str) -> None:
        until(lambda: text not in self.text(), f"{text!r} to be gone")

    # What is done

    def reload(self) -> None:
        self.page.reload()
        self.page.locator("h1").wait_for()

    def begin(self) -> None:
        """From Today to where the music plays."""
        self.make_playlist(-20, 30)

    def try_to_begin(self) -> None:
        self.tap("home.make")
        self.sees("mood.before")
        self.feel(0, 5)
        self.tap("mood.make")

    def begin_and_pause(self) -> None:
        """A session that goes on until it is gone on with."""
        self.begin()
        self.pause()
        self.find("button", "session.play").wait_for()

    def answer_after(self) -> None:
        """From the question after the music to Today: the mood, and how the first piece was."""
        self.sees("mood.after")
        self.feel(40, -20)
        self.tap("common.next")
        self.sees("after.tracks")
        self.page.get_by_text(self.say("after.liking.3"), exact=True).first.click()
        self.tap("common.done")
        self.leave()

    def leave(self) -> None:
        self.sees("after.done")
        self.tap("after.home")
        self.sees("home.title")

    def sit(self) -> None:
        """A whole session, heard out."""
        self.begin()
        self.answer_after()

    def hand_over(self) -> None:
        """By the button, and back to Today; until the phone says that everything is there."""
        self.try_to_hand_over()
        self.until_it_reads("Your clinic has everything that you reported.")
        self.go("home")
        self.sees("home.title")

    def try_to_hand_over(self) -> None:
        self.go("data")
        self.sees("settings.data")
        self.tap("settings.sync")
        self.find("button", "settings.sync").wait_for()
        until(self.find("button", "settings.sync").is_enabled, "the try to end")

    # The phone

    def set_ahead(self, days: float) -> None:
        """The phone's clock against the real one, from now on."""
        self.page.evaluate("ms => localStorage.setItem('test-ahead', ms)", days * DAY * 1000)

    def now(self) -> float:
        """Of the phone's clock, in seconds since 1970."""
        return float(self.page.evaluate("Date.now()")) / 1000

    def leave_in_background(self, *, hidden: bool = True) -> None:
        """As far as the page is told: without a window no browser shows or hides anything."""
        self.page.evaluate(HIDDEN, hidden)

    def waiting(self) -> set[tuple[str, str]]:
        """Kind and id of what is to be handed over."""
        return {(row["kind"], row["id"]) for row in self.kept("outbox")}

    def state(self, name: str) -> Any:
        return self.page.evaluate(STATE, name)
