"""Draws docs/screenshots anew: `make pictures`.

It needs a running site with a worker (`make demo`) and one of its simulated patients, who is
connected anew for every size and language by `manage.py pair`.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.browsing import QUIET, Window, context_of
from tests.needs import ROOT, require
from tests.phone.app import LOCALES, PhoneApp
from tests.waiting import until

FOLDER = ROOT / "docs" / "screenshots"
SIZES = {"en": [(360, 740), (1280, 800)], "zh-Hans": [(360, 740)]}
ZONES = {"en": "Europe/London", "zh-Hans": "Asia/Shanghai"}
COLOURS = 64  # enough for flat screens, and a third of the bytes
SOUND = "--autoplay-policy=no-user-gesture-required"


def main(address: str, patient: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=require("chromium"), args=[*QUIET, SOUND]
        )
        for language, sizes in SIZES.items():
            for size in sizes:
                draw(browser, address, patient, language, size)


def draw(
    browser: Browser, address: str, patient: str, language: str, size: tuple[int, int]
) -> None:
    options = {"locale": LOCALES[language], "timezone_id": ZONES[language]}
    with context_of(browser, size, reduced_motion="reduce", **options) as context:
        app = PhoneApp(Window(context.new_page(), address), language)
        picture = camera(app, FOLDER, f"{language.split('-', maxsplit=1)[0]}-{size[0]}")
        app.open(f"/pair#{code_for(patient)}")
        picture("pair")
        app.tap("pair.connect")
        decide(app, picture)
        app.get_ready()
        app.find("button", "home.make").wait_for()
        picture("today")
        a_session(app, picture)
        for screen, title in {
            "history": "history.title",
            "settings": "settings.title",
            "lock": "settings.lock",
            "help": "help.title",
        }.items():
            app.go(screen)
            app.sees(title)
            picture(screen)


def decide(app: PhoneApp, picture: Callable[[str], None]) -> None:
    """A yes to whatever was never asked of this patient, until what they agreed to comes."""
    while until(lambda: asked(app) or app.kept("model"), "a question, or a model") is True:
        before = app.title()
        if app.page.get_by_text(app.say("consent.yes.care"), exact=True).count():
            picture("consent")
        app.page.locator("footer .equal").first.click()
        leave(app, before)


def asked(app: PhoneApp) -> bool:
    return app.page.locator("footer .equal").count() == 2


def leave(app: PhoneApp, title: str) -> None:
    until(lambda: app.title() != title, "the next question")


def a_session(app: PhoneApp, picture: Callable[[str], None]) -> None:
    app.tap("home.make")
    app.sees("mood.before")
    app.feel(-40, 50)
    picture("mood")
    app.tap("mood.grid")
    picture("square")
    app.tap("mood.make")
    app.find("button", "session.pause").wait_for()
    until(lambda: app.page.locator("details[open] li").count() > 0, "why it was chosen")
    picture("listening")
    app.tap("session.stop")
    app.sees("stopped.title")
    picture("stopped")
    app.tap("stopped.noReason")
    app.sees("mood.after")
    app.tap("mood.sliders")
    app.feel(40, -30)
    app.tap("common.next")
    app.sees("after.tracks")
    picture("pieces")
    app.tap("common.done")
    app.sees("after.done")
    picture("done")
    app.tap("after.home")
    app.sees("home.title")


def camera(app: PhoneApp, folder: Path, kind: str) -> Callable[[str], None]:
    def take(name: str) -> None:
        drawn = Image.open(BytesIO(app.page.screenshot()))
        drawn.quantize(COLOURS).save(folder / f"{name}-{kind}.png", optimize=True)

    return take


def code_for(patient: str) -> str:
    told = subprocess.run(
        [sys.executable, "manage.py", "pair", patient],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", told)
    assert found is not None, told
    return found.group()
