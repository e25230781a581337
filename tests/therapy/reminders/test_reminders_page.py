"""Reminders on a patient's page: what is set, why nothing is sent, what comes, what was."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import MembershipFactory, SessionPlanFactory
from tests.people import People, Phone
from tests.push_service import PushService
from tests.therapy.pages.reading import words
from tests.therapy.reminders.reminded import EVENING, Reminded, minutes, remind, run
from therapy.models import ReminderEmail, ReminderRule
from therapy.people.services import record_consent
from therapy.plans.services import pause

pytestmark = pytest.mark.django_db

FORM = {
    "by_push": "on",
    "email": "",
    "minutes_before": "15",
    "quiet_from": "22:00",
    "quiet_to": "07:00",
    "language": "de",
    "time_zone": "Europe/Berlin",
}


@pytest.fixture
def bobs(people: People) -> Client:
    client = Client()
    client.force_login(people.bob)
    return client


def page_of(client: Client, people: People) -> str:
    return words(client.get(reverse("patient", args=[people.anna.id])))


def change(client: Client, people: People, **fields: str) -> Any:
    address = reverse("reminders", args=[people.anna.id])
    return client.post(address, FORM | fields)


def test_a_no_is_told_from_never_asked(bobs: Client, people: People) -> None:
    change(bobs, people)
    record_consent(
        patient=people.anna, scope="reminders", given=False, text_version="1", language="en"
    )
    page = page_of(bobs, people)
    assert "The patient does not consent to reminders, so none is sent." in page
    assert "has not been asked" not in page


def test_where_nothing_is_set_the_page_says_so(bobs: Client, people: People) -> None:
    assert "Nothing is set, so the patient is not reminded of sessions." in page_of(bobs, people)


def test_staff_set_it_and_read_it_in_words(bobs: Client, people: People) -> None:
    SessionPlanFactory(patient=people.anna, schedule=[{"days": [1], "at": "20:30", "minutes": 30}])
    answer = change(bobs, people)
    assert answer.status_code == 302
    page = page_of(bobs, people)
    assert (
        "By push to the phone, 15 minutes before a session may be begun; nothing from 22:00 to "
        "07:00. By the patient’s clock (Europe/Berlin)." in page
    )
    assert "by Bob" in page
    assert "The patient has not been asked about reminders yet, so none is sent." in page
    assert "This server has no key for pushes, so none is pushed." in page
    assert page.count(", 20:15") == 2, "Mondays, two weeks ahead"
    rule = ReminderRule.objects.get()
    assert (rule.language, rule.set_by) == ("de", people.bob)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"minutes_before": "soon"}, "Enter a whole number."),
        ({"minutes_before": "2000"}, "less than or equal to 1440"),
        ({"quiet_to": ""}, "Quiet hours need a beginning and an end."),
        ({"quiet_from": "late"}, "Enter a valid time."),
        ({"by_email": "on"}, "Reminders by email need an address."),
        ({"email": "nobody"}, "This is no email address."),
        ({"time_zone": "Mars/Olympus"}, "'Mars/Olympus' is no time zone."),
        ({"language": "xx"}, "There are: English, German, Chinese (simplified)."),
        ({"time_zone": "Europe/Berlin\0"}, "Null characters are not allowed."),
    ],
)
def test_what_is_refused_is_said_beside_the_field(
    bobs: Client, people: People, fields: dict[str, str], said: str
) -> None:
    answer = change(bobs, people, **fields)
    assert answer.status_code == 200
    assert said in words(answer)
    assert not ReminderRule.objects.exists()
    assert not ReminderEmail.objects.exists()


def test_what_stands_is_in_the_form(bobs: Client, people: People) -> None:
    change(bobs, people, by_email="on", email="anna@example.org")
    form = bobs.get(reverse("reminders", args=[people.anna.id])).content.decode()
    for shown in ('value="anna@example.org"', 'value="15"', 'value="22:00"', 'value="07:00"'):
        assert shown in form
    assert form.count("checked") == 2


def test_staff_switch_it_off_and_what_was_set_stays(bobs: Client, people: People) -> None:
    change(bobs, people)
    answer: Any = bobs.post(reverse("end-reminders", args=[people.anna.id]))
    assert answer.status_code == 302
    assert "Switched off." in page_of(bobs, people)
    form = bobs.get(reverse("reminders", args=[people.anna.id])).content.decode()
    assert 'value="22:00"' in form
    assert "checked" not in form


def test_who_may_not_change_care_changes_no_reminders(people: People) -> None:
    client = Client()
    client.force_login(MembershipFactory(clinic=people.harbour, role="admin").user)
    assert change(client, people).status_code == 403
    assert not ReminderRule.objects.exists()


def test_why_nothing_is_sent_is_said(
    bobs: Client, people: People, anna: Reminded, service: PushService
) -> None:
    assert "No phone has asked for pushes yet" in page_of(bobs, people)
    anna.subscribed(service)
    page = page_of(bobs, people)
    assert "No phone has asked" not in page
    assert " Next " in page
    assert "does not consent" not in page
    pause(patient=people.anna, by=people.bob)
    page = page_of(bobs, people)
    assert "The plan is paused or has ended, so none is sent." in page
    assert " Next " not in page


def test_a_plan_without_times_has_nothing_to_remind_of(
    bobs: Client, people: People, phone: Phone
) -> None:
    SessionPlanFactory(patient=people.anna)
    change(bobs, people)
    assert "The session plan has no times, so there is nothing to remind of." in page_of(
        bobs, people
    )


def test_a_time_in_quiet_hours_is_shown_as_not_sent(bobs: Client, people: People) -> None:
    remind(people.anna, at="23:00")
    change(bobs, people)
    assert "22:45 in quiet hours: not sent" in page_of(bobs, people)


def test_what_became_of_each_is_told_by_the_clock_that_it_was_due_by(
    bobs: Client, people: People, anna: Reminded, service: PushService
) -> None:
    anna.subscribed(service)
    run(EVENING + minutes(1))
    service.will_answer(400)
    run(EVENING + timedelta(days=1, minutes=1))
    run(EVENING + timedelta(days=2, hours=3))
    page = page_of(bobs, people)
    assert "Mon 12 Jan 2026, 20:30 (Europe/Berlin) push to the phone: sent" in page
    assert "failed (the push service answered 400)" in page
    assert "not sent: the server was down or busy when it was due" in page
