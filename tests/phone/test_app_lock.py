"""The lock of the patient's app on its screens, a copy of what is there, and forgetting it all."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.phone.patient import DAY, Patient
from tests.phone.surgery import Surgery

pytestmark = [pytest.mark.browser, pytest.mark.system]

PIN, WRONG = "271828", "314159"


def set_pin(app: Patient) -> None:
    app.go("lock")
    app.tap("lock.setPin")
    app.page.locator("input[name=new-pin]").fill(PIN)
    app.page.locator("input[name=new-pin-again]").fill(PIN)
    app.tap("common.save")
    app.until_it_reads(app.say("lock.pinSet"))


def enter(app: Patient, pin: str) -> None:
    app.page.locator("input[name=pin]").fill(pin)
    app.tap("lock.unlock")


def test_a_pin_guards_everything_but_help(app: Patient, clinic: Surgery) -> None:
    app.sit()
    set_pin(app)
    app.go("home")
    app.reload()
    app.sees("lock.title")
    assert "Piece" not in app.text()
    enter(app, WRONG)
    app.until_it_reads("That is not it.")
    app.sees("lock.title")
    app.page.get_by_role("link", name=app.say("common.help")).click()
    app.sees("help.title")
    app.until_it_reads("Emergency:")
    app.tap("help.back")
    app.sees("lock.title")
    enter(app, PIN)
    app.sees("home.title")
    app.find("button", "home.make").wait_for()
    app.sit()
    app.hand_over()


def test_it_locks_in_the_background_after_the_chosen_time_and_never_in_a_session(
    clinic: Surgery, context: BrowserContext
) -> None:
    app = Patient(context, clinic.network.url, clock=True)
    app.come_in(clinic.code())
    set_pin(app)
    app.page.locator("select").select_option("15")
    app.go("home")
    app.sees("home.title")
    minute = 60 / DAY
    app.leave_in_background()
    app.set_ahead(14 * minute)
    app.leave_in_background(hidden=False)
    app.sees("home.title")
    app.leave_in_background()
    app.set_ahead(30 * minute)
    app.leave_in_background(hidden=False)
    app.sees("lock.title")
    enter(app, PIN)

    app.find("button", "home.make").wait_for()
    app.begin_and_pause()
    app.leave_in_background()
    app.set_ahead(90 * minute)
    app.leave_in_background(hidden=False)
    app.find("button", "session.play").wait_for()
    app.tap("session.play")
    app.answer_after()


def test_a_copy_has_everything_and_no_token_and_forgetting_says_what_is_lost(
    app: Patient, clinic: Surgery, tmp_path: Path
) -> None:
    app.hand_over()  # what was decided, too
    clinic.network.weather = "gone"
    app.sit()
    waiting = app.waiting()
    app.go("data")
    with app.page.expect_download() as download:
        app.tap("settings.export")
    download.value.save_as(tmp_path / "copy.json")
    written = (tmp_path / "copy.json").read_text()
    copy = json.loads(written)
    assert {(row["kind"], row["id"]) for row in copy["happened"]} == waiting
    assert copy["plan"]["track_count"] == 3
    assert len(copy["consents"]["consents"]) == 4
    assert copy["patient"] == clinic.patient.code
    assert "attune_" not in written

    app.page.get_by_role("button", name=f"{app.say('settings.forget')}…").click()
    count = len(app.kept("outbox"))
    app.until_it_reads(f"{count} entries were not handed over yet.")
    app.tap("common.cancel")
    assert app.waiting() == waiting
    app.page.get_by_role("button", name=f"{app.say('settings.forget')}…").click()
    clinic.network.weather = "fine"
    with app.page.expect_navigation():
        app.tap("settings.forgetSure")
    app.sees("pair.title")
    assert app.kept("outbox") == app.kept("history") == app.kept("audio") == []
    app.connect(clinic.code())
    app.get_ready()  # what was agreed to stands at the clinic
    app.go("history")
    app.until_it_reads("Nothing yet.")
