"""The patient's app in a browser, used as a patient uses it: by what stands on the screen.

Texts are named by their place in the app's own catalogue (phone/src/words), such as `mood.make`,
and said in the language of the phone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal

from playwright.sync_api import Browser, Locator

from tests.browsing import Window, context_of
from tests.phone.node import run
from tests.phone.site import Site
from tests.waiting import until

SMALL = (360, 740)
LOCALES = {"en": "en-GB", "zh-Hans": "zh-CN"}
CONSENTS = ("care", "pooled-learning", "experiments", "reminders")
# Every audio element that was ever played, for the app keeps its own out of the page.
REMEMBER_PLAYERS = """
window.players = new Set();
const { play } = HTMLMediaElement.prototype;
HTMLMediaElement.prototype.play = function () { players.add(this); return play.call(this); };
"""
STORE = """async (name) => {
  const request = indexedDB.open("attune");
  await new Promise((resolve) => { request.onsuccess = resolve; });
  const database = request.result;
  const rows = database.transaction(name).objectStore(name).getAll();
  await new Promise((resolve) => { rows.onsuccess = resolve; });
  database.close();
  return rows.result.map(({ id, kind, version }) => ({ id, kind, version }));
}"""
Role = Literal["button", "link", "radio", "checkbox", "slider"]


@cache
def words() -> Any:
    """What stands on the screens, by language and place."""
    return run("run_words.mjs", None)


class PhoneApp:
    """The app in one page."""

    def __init__(self, window: Window, language: str = "en") -> None:
        self.window, self.page, self.language = window, window.page, language

    # What stands there

    def say(self, place: str) -> str:
        """The text of a place in the catalogue."""
        found = words()[self.language]
        for name in place.split("."):
            found = found[int(name) if isinstance(found, list) else name]
        assert isinstance(found, str), place
        return found

    def find(self, role: Role, place: str) -> Locator:
        return self.page.get_by_role(role, name=self.say(place), exact=True)

    def title(self) -> str:
        return self.page.locator("h1").inner_text()

    def title_of(self, *places: str) -> str:
        """Wait for a screen with one of these titles: which it is."""
        titles = {self.say(place) for place in places}
        until(lambda: self.title() in titles, f"one of {titles}")
        return self.title()

    def sees(self, place: str) -> None:
        """Wait for the screen with this title."""
        self.sees_title(self.say(place))

    def sees_title(self, title: str) -> None:
        self._until(lambda: self.page.locator("h1").all_inner_texts() == [title], repr(title))

    def reads(self, text: str) -> None:
        """Wait for a text on the screen."""
        self._until(self.page.get_by_text(text).first.is_visible, repr(text))

    def _until(self, happened: Callable[[], bool], what: str) -> None:
        """Wait for something on the screen; where it does not come, say what there is instead."""
        try:
            until(happened, what)
        except AssertionError as missed:
            screen = self.page.inner_text("#app")[:1000]
            raise AssertionError(f"{missed} There is:\n{screen}") from None

    # What is done

    def open(self, address: str = "/phone/") -> None:
        self.window.open(address)
        self.page.locator("h1").wait_for()

    def go(self, screen: str) -> None:
        """To a screen by its address, as Back or a link would."""
        self.page.evaluate("screen => { location.hash = screen }", f"/{screen}")

    def tap(self, place: str, role: Role = "button") -> None:
        self.find(role, place).click()

    def slide(self, place: str, to: int) -> None:
        """Move one of the mood's sliders to −100..100."""
        self.find("slider", place).fill(str(to))

    def feel(self, valence: int, arousal: int) -> None:
        self.slide("mood.arousal", arousal)
        self.slide("mood.valence", valence)

    # Ways through several screens

    def connect(self, code: str) -> None:
        """By the address that a QR code holds, until something is asked."""
        self.open(f"/pair#{code}")
        self.tap("pair.connect")

    def agree(self, **answers: bool) -> None:
        """To each scope of consent, or not: `agree(experiments=False)`."""
        for scope in CONSENTS:
            given = answers.get(scope.replace("-", "_"), True)
            self.tap(f"consent.{'yes' if given else 'no'}.{scope}")

    def get_ready(self) -> None:
        """Until everything is fetched, and on to Today."""
        self.sees("ready.title")
        self.until_kept()
        self.tap("ready.go")
        self.sees("home.title")

    def come_in(self, code: str) -> None:
        """From the code to Today, everything agreed to."""
        self.connect(code)
        self.agree()
        self.get_ready()

    def make_playlist(self, valence: int, arousal: int) -> None:
        self.tap("home.make")
        self.sees("mood.before")
        self.feel(valence, arousal)
        self.tap("mood.make")
        self.find("button", "session.pause").wait_for()

    def until_heard(self) -> None:
        """Wait for the first piece: before it sounds, nothing can be said of it."""
        until(self.find("button", "session.like").is_enabled, "the music")

    def pause(self) -> None:
        """Pause the first piece, once it is heard."""
        self.until_heard()
        self.tap("session.pause")

    # What the phone holds

    def until_kept(self) -> None:
        """Wait until the browser keeps the app and the phone its model and all of the music."""
        until(
            lambda: self.page.evaluate("navigator.serviceWorker.controller !== null"),
            "the app to be kept",
        )
        meter = self.page.get_by_role("progressbar").last  # of the steps, and of the music
        until(
            lambda: meter.count() and meter.evaluate("meter => meter.value === meter.max"),
            "the music to be fetched",
        )

    def seconds_played(self) -> float:
        """How far the sound is, all players together."""
        played: float = self.page.evaluate(
            "[...players].reduce((sum, player) => sum + player.currentTime, 0)"
        )
        return played

    def kept(self, store: str) -> list[dict[str, Any]]:
        """Id, kind and version of the rows in a store of the phone, which are not sealed."""
        rows: list[dict[str, Any]] = self.page.evaluate(STORE, store)
        return rows


@contextmanager
def phone_app(
    chromium: Browser, site: Site, language: str = "en", **options: Any
) -> Iterator[PhoneApp]:
    """A phone that knows nothing yet, on which nothing but the app is."""
    with context_of(chromium, SMALL, locale=LOCALES[language], **options) as context:
        context.add_init_script(REMEMBER_PLAYERS)
        yield PhoneApp(Window(context.new_page(), site.address), language)
