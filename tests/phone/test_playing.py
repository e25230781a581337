"""A session is played in a real Chromium: what goes out of it is listened to."""

import base64
import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import chromium
from tests.phone.laboratory import laboratory
from tests.phone.tones import tone
from tests.waiting import until

__all__ = ["chromium"]
pytestmark = pytest.mark.browser

RATE = 22_050
AMPLITUDE = 0.5
A, B, C = TONES = [440.0, 660.0, 990.0]
PLAN = {"volume_ceiling": None, "fade_in": 2, "fade_out": 2, "silence_at_end": 0}
CROSSFADE = 2
AUDIBLE, SILENT = 0.05, 0.0005  # as parts of what a tone has at full level


def sound(track: str, frequency: float, seconds: float = 6, **more: Any) -> dict[str, Any]:
    file = tone(frequency, seconds, rate=RATE, amplitude=AMPLITUDE)
    return {"track": track, "file": base64.b64encode(file).decode(), **more}


class Listener:
    """Of the page: what its player told, and what went out."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def ready(self, sounds: list[dict[str, Any]], **plan: Any) -> None:
        self.page.evaluate(
            """([sounds, plan, crossfade, tones]) => {
                 laboratory.give(sounds);
                 laboratory.ready(plan, crossfade, tones);
               }""",
            [sounds, PLAN | plan, CROSSFADE, TONES],
        )

    def begin(self) -> None:
        self.page.get_by_role("button", name="Begin").click()

    def ask(self, what: str) -> Any:
        return self.page.evaluate(what)

    def wait(self, condition: str) -> None:
        """Asked from here: the page's policy lets nothing be asked again and again inside it."""
        until(lambda: self.ask(condition), condition)

    def wait_for(self, event: str, track: str) -> None:
        self.wait(f"laboratory.told.some(([how, of]) => how === '{event}' && of === '{track}')")

    def wait_for_tone(self, frequency: float) -> None:
        at = TONES.index(frequency)
        self.wait(f"laboratory.heard.at(-1)?.tones[{at}] > {AUDIBLE * AMPLITUDE}")

    @property
    def told(self) -> list[list[Any]]:
        return self.ask("laboratory.told")

    @property
    def heard(self) -> list[dict[str, Any]]:
        return self.ask("laboratory.heard")

    @property
    def in_words(self) -> list[str]:
        return [f"{event} {track}" for event, track, *_ in self.told]

    def seconds(self, track: str) -> float:
        return next(rest[0] for _, of, *rest in self.told if of == track and rest)


@pytest.fixture(scope="module")
def opened(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with laboratory(chromium, tmp_path_factory.mktemp("player"), "player.html") as page:
        yield page


@pytest.fixture
def listener(opened: Page) -> Listener:
    opened.reload()
    return Listener(opened)


def test_each_goes_over_into_the_next_and_none_is_above_the_ceiling(listener: Listener) -> None:
    gain = 10 ** (-17 / 20)  # of 60 %
    listener.ready([sound("a", A), sound("b", B)], volume_ceiling=60)
    listener.begin()
    listener.wait_for("ended", "drained")
    assert listener.in_words == ["began a", "finished a", "began b", "finished b", "ended drained"]
    assert 6 - CROSSFADE - 0.1 < listener.seconds("a") <= 6.1
    assert listener.seconds("b") == pytest.approx(6, abs=0.1)

    full = AMPLITUDE * gain
    heard = listener.heard
    assert any(min(one["tones"][:2]) > 0.3 * full for one in heard), "both at once"
    assert max(one["tones"][0] for one in heard) == pytest.approx(full, rel=0.05)
    assert max(one["level"] for one in heard) < 1.05 * full / math.sqrt(2)
    assert max(one["peak"] for one in heard) < 1.05 * full * math.sqrt(2)
    assert listener.ask("laboratory.progress") > 3


def test_what_changed_is_what_comes(listener: Listener) -> None:
    listener.ready([sound("a", A, 8), sound("b", B)])
    listener.begin()
    listener.wait_for("began", "a")
    listener.page.evaluate("(sounds) => laboratory.give(sounds)", [sound("c", C)])
    listener.ask("laboratory.player.nextChanged()")
    listener.wait_for("began", "c")
    listener.wait_for_tone(C)
    assert listener.in_words == ["began a", "finished a", "began c"]
    assert max(one["tones"][1] for one in listener.heard) < SILENT


def test_a_broken_file_is_told_and_passed_over(listener: Listener) -> None:
    broken = base64.b64encode(b"This is no music. " * 50).decode()
    listener.ready(
        [{"track": "first", "file": broken}, sound("a", A), {"track": "no", "file": broken}]
    )
    listener.begin()
    listener.wait_for("ended", "drained")
    expected = ["failed first", "began a", "failed no", "finished a", "ended drained"]
    assert listener.in_words == expected
    assert listener.seconds("no") == 0


def test_stop_fades_into_silence(listener: Listener) -> None:
    listener.ready([sound("a", A, 20)], fade_out=5)
    listener.begin()
    listener.wait_for_tone(A)
    listener.wait("laboratory.player.elapsed() > 2.2")  # past its fade
    began, ended = listener.ask(
        """(async () => {
             const began = performance.now();
             await laboratory.player.stop();
             return [began, performance.now()];
           })()"""
    )
    assert listener.in_words == ["began a", "stopped a", "ended stopped"]
    fading = [one for one in listener.heard if began < one["at"] <= ended]
    steps = [later["tones"][0] - sooner["tones"][0] for sooner, later in pairwise(fading)]
    assert max(steps, default=0) < 0.1 * AMPLITUDE, "it only falls"
    later = [one["tones"][0] for one in fading if one["at"] > began + 300]
    assert any(SILENT < one < 0.99 * AMPLITUDE for one in later), "and does not break off"
    assert listener.ask("[...laboratory.elements].every((one) => one.paused)")
    assert listener.ask("navigator.mediaSession.playbackState") == "none"


def test_pauses_are_silent_and_not_counted(listener: Listener) -> None:
    listener.ready([sound("a", A, 20)])
    listener.begin()
    listener.wait("laboratory.player.elapsed() > 2.2")
    listener.ask("laboratory.player.pause()")
    listener.wait(f"laboratory.heard.at(-1).level < {SILENT}")
    listener.wait("[...laboratory.elements].every((one) => one.paused)")
    at = listener.ask("laboratory.player.elapsed()")
    listener.page.wait_for_timeout(1000)
    assert listener.ask("laboratory.player.elapsed()") == at
    listener.page.get_by_role("button", name="Resume").click()
    listener.wait(f"laboratory.heard.at(-1).tones[0] > {0.9 * AMPLITUDE}")
    told, played = listener.ask(
        """(() => {
             const { currentTime } = [...laboratory.elements].find((one) => !one.paused);
             laboratory.player.stop();
             return [laboratory.told.at(-1), currentTime];
           })()"""
    )
    assert told[:2] == ["stopped", "a"]
    assert told[2] == pytest.approx(played, abs=0.1)


def test_a_skip_goes_over_into_the_next(listener: Listener) -> None:
    listener.ready([sound("a", A, 20), sound("b", B, 20)])
    listener.begin()
    listener.wait("laboratory.player.elapsed() > 2.2")
    listener.ask("laboratory.player.skip()")
    listener.wait_for("began", "b")
    listener.wait(
        f"laboratory.heard.at(-1).tones[0] < {SILENT}"
        f" && laboratory.heard.at(-1).tones[1] > {0.9 * AMPLITUDE}"
    )
    assert listener.in_words == ["began a", "skipped a", "began b"]
    assert max(one["level"] for one in listener.heard) < 1.05 * AMPLITUDE / math.sqrt(2)
    shown = listener.ask(
        "[navigator.mediaSession.metadata.title, navigator.mediaSession.playbackState]"
    )
    assert shown == ["Title of b", "playing"]


@pytest.mark.parametrize(
    "halt",
    [
        "[...laboratory.elements].find((one) => !one.paused).pause()",
        "laboratory.interrupt()",
    ],
)
def test_what_the_system_pauses_stays_so_until_a_tap(listener: Listener, halt: str) -> None:
    listener.ready([sound("a", A, 20, gain=0.5)])
    listener.begin()
    listener.wait("laboratory.player.elapsed() > 2.2")
    listener.ask(halt)
    listener.wait("laboratory.told.some(([how]) => how === 'interrupted')")
    assert listener.ask("laboratory.player.standing") == "paused"
    assert listener.ask("[...laboratory.elements].every((one) => one.paused)")
    listener.page.get_by_role("button", name="Resume").click()
    listener.wait(f"laboratory.heard.at(-1).tones[0] > {0.45 * AMPLITUDE}")
    assert max(one["tones"][0] for one in listener.heard) < 0.55 * AMPLITUDE
