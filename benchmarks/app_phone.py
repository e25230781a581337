"""A patient's phone for the benchmark of the app: a Chromium with a profile of its own, whose page
notes when something was tapped, sounded or stood on the screen."""

import io
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from playwright.sync_api import Page, sync_playwright

from tests.browsing import QUIET, Window
from tests.needs import require
from tests.phone.app import PhoneApp
from tests.waiting import until

SIZE = {"width": 360, "height": 740}
PATIENCE = 120_000  # ms
SLOWER = 4  # times, of a phone's processor
NOTED = """
window.noted = { tap: 0, sound: null, input: 0, list: null, shown: null, busy: 0, asked: 0 };
const noted = window.noted;
const elements = new WeakSet();
const contexts = [];
// A tap until sound: the first track's element has moved on, and the graph that it goes into runs.
addEventListener("click", ({ timeStamp }) =>
  Object.assign(noted, { tap: timeStamp, sound: null, busy: 0 }), true);
const { play } = HTMLMediaElement.prototype;
HTMLMediaElement.prototype.play = function () {
  if (!elements.has(this)) this.addEventListener("playing", () => sounds(this));
  elements.add(this);
  return play.call(this);
};
function sounds(element) {
  const isSound = element.duration > 1 && contexts.at(-1).state === "running";
  if (isSound && element.currentTime > 0) noted.sound ??= performance.now();
  else if (!element.paused && noted.sound === null) setTimeout(() => sounds(element), 2);
}
window.AudioContext = class extends AudioContext {
  constructor(...given) {
    super(...given);
    contexts.push(this);
  }
};
// How long the model's thread was waited for.
window.Worker = class extends Worker {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", () => {
      noted.asked -= 1;
      if (noted.asked === 0) noted.busy += performance.now() - this.since;
    });
  }
  postMessage(...given) {
    if (noted.asked === 0) this.since = performance.now();
    noted.asked += 1;
    super.postMessage(...given);
  }
};
// A slider's event until another list is on the screen; the page's start until its first screen is.
addEventListener("input", ({ timeStamp }) =>
  Object.assign(noted, { input: timeStamp, list: null }), true);
let list = "";
new MutationObserver(() => {
  if (noted.shown === null && document.querySelector("h1") !== null) {
    noted.shown = NaN;
    setTimeout(() => { noted.shown = performance.now(); });
  }
  const now = document.querySelector("main ol")?.textContent ?? "";
  if (now !== list) noted.list ??= performance.now();
  list = now;
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
HOLD = """async ({ sound, tracks }) => {
  const bytes = Uint8Array.from(atob(sound), (letter) => letter.charCodeAt(0));
  const opening = indexedDB.open("attune");
  await new Promise((done) => { opening.onsuccess = done; });
  const row = { etag: null, type: "audio/ogg", total: bytes.length, bytes: bytes.length, parts: 1 };
  for (let at = 0; at < tracks.length; at += 500) {
    const writing = opening.result.transaction(["audio", "parts"], "readwrite");
    for (const track of tracks.slice(at, at + 500)) {
      writing.objectStore("audio").put({ ...row, track, whole: true, usedAt: 0 });
      writing.objectStore("parts").put(bytes, [track, 0]);
    }
    await new Promise((done, failed) => {
      writing.oncomplete = done;
      writing.onabort = () => failed(writing.error);
    });
  }
  opening.result.close();
}"""


def a_tone(seconds: float) -> bytes:
    """Ogg Vorbis of a soft tone, small enough that a phone holds it ten thousand times."""
    at = np.arange(int(8000 * seconds)) / 8000
    content = io.BytesIO()
    tone = (0.1 * np.sin(2 * np.pi * 220 * at)).astype(np.float32)
    soundfile.write(content, tone, 8000, format="OGG", subtype="VORBIS")
    return content.getvalue()


class Phone:
    """The app's page, and what a patient does with it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("Performance.enable")

    def slow_down(self, times: int) -> None:
        """The page's thread. The model's is as fast as it was: the browser slows no other."""
        self._devtools.send("Emulation.setCPUThrottlingRate", {"rate": times})

    def heap(self) -> float:
        """MB of the page's objects that are in use."""
        self._devtools.send("HeapProfiler.collectGarbage")
        metrics = self._devtools.send("Performance.getMetrics")["metrics"]
        return float(next(m["value"] for m in metrics if m["name"] == "JSHeapUsedSize")) / 1e6

    def noted(self, what: str) -> Any:
        return self.page.evaluate(f"noted.{what}")

    def until(self, expression: str) -> None:
        """Asked from outside: the policy lets Playwright evaluate nothing in the page by itself."""
        end = time.monotonic() + PATIENCE / 1000
        while not self.page.evaluate(expression):
            if time.monotonic() > end:
                raise TimeoutError(f"{expression}: {self.page.inner_text('body')[:500]}")
            time.sleep(0.05)

    def open(self, address: str) -> None:
        self.page.goto(f"{address}/phone/")
        self.until("noted.shown > 0")

    def hold(self, tracks: Sequence[str], seconds: float) -> None:
        """Have the sound of all tracks in the store, as fetching leaves it there."""
        sound = b64encode(a_tone(seconds)).decode()
        self.page.evaluate(HOLD, {"sound": sound, "tracks": list(tracks)})

    def connect(self, code: str) -> None:
        """From the code to the first screen on which a session can be begun."""
        app = PhoneApp(Window(self.page, ""))
        self.page.locator("input[name=code]").fill(code)
        app.tap("pair.connect")
        asked, ready = app.find("button", "consent.yes.care"), app.find("button", "ready.go")
        until(lambda: asked.count() or (ready.count() and ready.is_enabled()), "a question, or all")
        if asked.count():  # else the patient agreed on the phone before this one
            app.agree()
        ready.click()
        app.find("button", "home.make").wait_for()

    def rest(self) -> None:
        """Until nothing is sent, fetched or computed any more."""
        quiet = 0
        while quiet < 25:
            quiet = quiet + 1 if self.noted("asked") == 0 else 0
            time.sleep(0.1)

    def say_mood(self, moves: int) -> None:
        """From the first screen to the tap that begins a session."""
        self.page.locator("footer button.primary").click()
        slider = self.page.locator("input[type=range]").first
        while slider.input_value() == "0":
            slider.focus()
            for _ in range(abs(moves)):
                self.page.keyboard.press("ArrowRight" if moves > 0 else "ArrowLeft")
            self.rest()  # and look whether it stands there still

    def make(self) -> None:
        self.page.locator("footer button.big").click()
        self.until("noted.sound !== null")

    def tap(self, slower: int, *, moves: int) -> tuple[float, float]:
        """A session that is begun and stopped: ms from the tap to the first sound, and those of
        them that the model's thread was waited for."""
        self.say_mood(moves)
        self.slow_down(slower)
        self.make()
        found = self.page.evaluate("[noted.sound - noted.tap, noted.busy]")
        self.slow_down(1)
        time.sleep(1)
        self.stop()
        self.rest()
        return found[0], found[1]

    def leans(self, slower: int, times: int) -> list[float]:
        """In a session with the sliders on the screen: ms from a slider's event until another list
        is on the screen. A list that comes out the same cannot be seen, and is left out."""
        self.slow_down(slower)
        self.page.locator("footer button.equal").click()
        self.until("noted.sound !== null")
        sliders = self.page.locator(".live input[type=range]")
        found = []
        while len(found) < times:
            time.sleep(1)
            sliders.nth(len(found) % 2).focus()
            self.page.keyboard.press("ArrowLeft")
            time.sleep(1)
            moved, list_ = self.page.evaluate("[noted.input, noted.list]")
            if list_ is not None:
                found.append(list_ - moved)
        self.slow_down(1)
        self.stop()
        self.rest()
        return found

    def stop(self) -> None:
        """And leave out all that is asked, back to the first screen."""
        self.page.locator("footer button.stop").click()
        self.page.locator(".grounding").wait_for()
        self.page.locator("footer button.equal").click()
        self.page.locator("footer button.plain").click()
        while not self.page.locator("footer button.big").count():
            done = self.page.locator("footer button.primary")
            if done.count():
                done.click()
            time.sleep(0.1)


@contextmanager
def a_phone(profile: Path) -> Iterator[Phone]:
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=require("chromium"), args=QUIET, viewport=SIZE
        )
        context.set_default_timeout(PATIENCE)
        context.add_init_script(NOTED)
        yield Phone(context.pages[0])
        context.close()
