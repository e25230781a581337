"""What the patient's app asks and offers: questionnaires, occasions, reminders."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext

from tests.phone.patient import DAY, Patient
from tests.phone.surgery import Surgery
from tests.waiting import until
from therapy.models import MeasureResponse, ReminderRule, SessionNotHeld, TrackRating

pytestmark = [pytest.mark.browser, pytest.mark.system]

HOURS = 10  # for which a session is due, since an hour
SELF_HARM = 9  # of the PHQ-9's questions


@pytest.fixture
def plan() -> dict[str, Any]:
    opened = timezone.now() - timedelta(hours=1)
    every_day = {"days": [1, 2, 3, 4, 5, 6, 7], "at": f"{opened:%H:%M}", "minutes": HOURS * 60}
    return {
        "schedule": [every_day],
        "crisis_plan": "Call my sister.",
        "measures": [
            {"measure": "phq9", "when": "start", "may_skip": True},
            {"measure": "phq4", "when": "start", "may_skip": True},
        ],
    }


def test_a_questionnaire_is_answered_with_help_at_once_and_another_is_skipped(
    app: Patient, clinic: Surgery
) -> None:
    app.until_it_reads("2 questionnaires are due")
    app.tap("home.answer", "link")
    options = app.page.locator("input[type=radio]")
    for _ in range(1, SELF_HARM):
        options.nth(2).check()
        app.tap("common.next")
    options.nth(1).click()  # and is gone
    app.sees("help.title")
    app.until_it_reads(app.say("help.safety"))
    app.until_it_reads("Call my sister.")
    app.tap("help.back")
    assert options.nth(1).is_checked()
    app.tap("common.back")
    assert options.nth(2).is_checked()
    app.tap("common.next")
    app.tap("common.next")
    options.nth(0).check()  # how difficult it was made
    app.tap("common.done")

    app.sees("home.title")
    app.until_it_reads("A short questionnaire is due")
    app.tap("home.answer", "link")
    app.tap("measure.skip")
    app.sees("home.title")
    app.until_it_is_gone("questionnaire is due")
    app.hand_over()
    answered, skipped = MeasureResponse.objects.filter(patient=clinic.patient).order_by("-measure")
    assert (answered.measure, answered.state) == ("phq9", "answered")
    assert answered.answers["phq9-9"] == 1
    assert [answered.answers[f"phq9-{number}"] for number in range(1, SELF_HARM)] == [2] * 8
    assert (skipped.measure, skipped.state, skipped.answers) == ("phq4", "skipped", None)


def test_an_occasion_that_is_refused_arrives_with_its_reason(app: Patient, clinic: Surgery) -> None:
    app.until_it_reads("Your session is due until")
    app.tap("home.notToday", "link")
    app.tap("notToday.reasons.tired")
    app.sees("home.title")
    app.until_it_is_gone("Your session is due until")
    app.hand_over()
    refused = SessionNotHeld.objects.get(patient=clinic.patient)
    assert (refused.outcome, refused.skip_reason) == ("skipped", "tired")


def test_an_occasion_that_ran_out_after_it_was_shown_arrives_as_that(
    clinic: Surgery, context: BrowserContext
) -> None:
    app = Patient(context, clinic.network.url, clock=True)
    app.come_in(clinic.code())
    app.until_it_reads("Your session is due until")
    clinic.stop()
    app.set_ahead(1)
    app.reload()
    app.until_it_reads("Your session is due until")
    app.reload()
    clinic.start(ahead=DAY)
    app.hand_over()
    expired = SessionNotHeld.objects.get(patient=clinic.patient)
    assert (expired.outcome, expired.skip_reason) == ("expired", "")
    assert expired.offered_at < expired.decided_at
    assert expired.decided_at - expired.offered_at > timedelta(hours=HOURS)


def test_reminders_are_set_and_what_cannot_be_is_said(
    app: Patient, clinic: Surgery, context: BrowserContext
) -> None:
    context.grant_permissions(["notifications"], origin=clinic.network.url)
    app.go("reminders")
    before = app.page.get_by_label(app.say("reminders.before"))
    before.fill("45")
    before.blur()
    app.until_it_reads(app.say("reminders.saved"))
    app.page.get_by_label(app.say("reminders.from"), exact=True).fill("21:30")
    app.page.get_by_label(app.say("reminders.to"), exact=True).fill("08:15")
    app.page.get_by_label(app.say("reminders.to"), exact=True).blur()

    def stands() -> bool:
        rule = ReminderRule.objects.filter(patient=clinic.patient).first()
        return rule is not None and str(rule.quiet_to) == "08:15:00"

    until(stands, "the quiet hours")
    rule = ReminderRule.objects.filter(patient=clinic.patient)[0]
    assert rule.minutes_before == 45
    assert str(rule.quiet_from) == "21:30:00"
    # Nobody pushes to this Chromium: it has no push service.
    app.find("checkbox", "reminders.on").click()
    app.until_it_reads(app.say("reminders.failed"))
    assert not app.find("checkbox", "reminders.on").is_checked()


def test_what_was_said_of_a_piece_can_be_put_right(app: Patient, clinic: Surgery) -> None:
    app.begin_and_pause()
    app.tap("session.like")
    app.reads(app.say("session.liked"))
    app.tap("session.sayAgain")
    so_so = app.page.get_by_role("radio", name=app.say("after.liking.2"), exact=True)
    loved = app.page.get_by_role("radio", name=app.say("after.liking.4"), exact=True)
    assert loved.is_checked()
    so_so.check()
    app.until_it_reads(app.say("session.noted"))
    app.until_it_is_gone(app.say("session.liked"))
    app.tap("session.stop")
    app.sees("stopped.title")
    app.tap("stopped.noReason")
    app.tap("mood.skip")
    if app.title_of("after.tracks", "after.done") == app.say("after.tracks"):
        app.tap("common.done")  # another piece had begun before the pause
    app.leave()
    app.hand_over()
    said = TrackRating.objects.filter(patient=clinic.patient).order_by("rated_at")
    assert [rating.liking for rating in said] == [5, 3]
    assert len({rating.track for rating in said}) == 1
