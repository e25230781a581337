"""What is sent when, to a push service that opens it: on time, once, or not at all."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import DeviceFactory, ListeningSessionFactory, PatientFactory
from tests.people import People, settle
from tests.push_service import PushService
from tests.therapy.reminders.reminded import EVENING, Reminded, minutes, remind, run, run_through
from tests.threads import at_once
from therapy.models import Consent, PushSubscription, ReminderDelivery, ReminderWatch
from therapy.people.services import revoke_device, set_time_zone
from therapy.plans.services import end, pause, prescribe
from therapy.reminders.due import GRACE, look
from therapy.reminders.models import Outcome
from therapy.reminders.sending import INTERRUPTED
from therapy.reminders.services import switch_off
from therapy.reminders.vapid import push_key
from therapy.rights.erasing import ask_for_erasure
from worker import tasks

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


# On time, and once


def test_a_push_arrives_when_it_is_due_and_only_the_browser_can_read_it(
    anna: Reminded, service: PushService
) -> None:
    browser = anna.subscribed(service)
    run_through(EVENING - minutes(3), EVENING, every=minutes(1))
    assert service.arrived == []
    run(EVENING + minutes(1))
    (push,) = service.arrived
    assert browser.read(push) == {
        "title": "Reminder",
        "body": "It is time for your music.",
        "lang": "en",
        "tag": "attune-reminder",
    }
    assert b"music" not in push.body
    assert push.headers["urgency"] == "high"
    assert push.headers["ttl"] == "540", "its service keeps it no longer than it is on time"
    assert push.claims["aud"] == f"https://localhost:{service.port}"
    assert push.claims["sub"].startswith("mailto:")
    assert push.key == push_key()
    run_through(EVENING + minutes(2), EVENING + minutes(30), every=minutes(1))
    assert len(service.arrived) == 1
    assert (anna.only.outcome, anna.only.reached) == ("sent", 1)
    assert (anna.only.opens, anna.only.time_zone) == (EVENING, "Europe/Berlin")


def test_ahead_of_time_it_names_the_hour_in_the_patients_language_and_zone(
    anna: Reminded, service: PushService
) -> None:
    browser = anna.subscribed(service)
    anna.set("push", minutes_before=45, language="de-AT")
    run_through(EVENING - minutes(50), EVENING + minutes(5), every=minutes(1))
    (push,) = service.arrived
    assert browser.read(push)["body"] == "Ihre Musik ist für 20:30 Uhr geplant."
    assert anna.only.due_at == EVENING - minutes(45)


def test_every_phone_of_the_patient_gets_it_but_one_whose_access_was_ended(
    anna: Reminded, service: PushService
) -> None:
    second, third = (DeviceFactory(patient=anna.patient, label=name) for name in "23")
    browsers = [anna.subscribed(service, device) for device in (anna.device, second, third)]
    revoke_device(device=third)
    run(EVENING + minutes(1))
    assert {push.path for push in service.arrived} == {
        browser.endpoint.partition(str(service.port))[2] for browser in browsers[:2]
    }
    assert anna.only.reached == 2
    assert not PushSubscription.objects.filter(device=third).exists()


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_it_once(service: PushService) -> None:
    people = settle()
    anna = remind(people.anna, phone=people.annas_phone)
    anna.subscribed(service)
    run(EVENING)
    assert at_once(*[lambda: run(EVENING + minutes(1))] * 4) == [None] * 4
    assert len(service.arrived) == 1
    assert anna.outcomes == ["sent"]


def test_the_task_of_the_timetable_sends_by_the_real_clock(
    people: People, service: PushService
) -> None:
    just_now = (timezone.now() - minutes(1)).replace(second=0, microsecond=0)
    anna = remind(people.anna, at=f"{just_now:%H:%M}", zone="UTC", phone=people.annas_phone)
    anna.subscribed(service)
    tasks.send_reminders.apply(throw=True)
    assert len(service.arrived) == 1
    assert anna.only.opens == just_now


def test_a_clock_that_was_fast_and_is_set_right_sends_nothing_twice(
    anna: Reminded, service: PushService
) -> None:
    anna.subscribed(service)
    run(EVENING)
    run(EVENING + minutes(1))
    ReminderWatch.objects.update(looked_until=EVENING + 1000 * DAY)
    run(EVENING + minutes(2))
    assert len(service.arrived) == 1
    run(EVENING + DAY + minutes(1))
    assert anna.outcomes == ["sent", "sent"], "a clock that is right looks on"


# Zones and clocks that change


@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        # 02:30 does not exist on 29 March and comes twice on 25 October.
        ("Europe/Berlin", "02:30", "2026-03-29T01:30Z"),
        ("Europe/Berlin", "02:30", "2026-10-25T00:30Z"),
        ("Europe/Berlin", "20:30", "2026-03-29T18:30Z"),
        ("Europe/Berlin", "20:30", "2026-10-25T19:30Z"),
        # Midnight was skipped on 4 November 2018, and came twice at the end of 17 February 2018.
        ("America/Sao_Paulo", "00:00", "2018-11-04T03:00Z"),
        ("America/Sao_Paulo", "23:30", "2018-02-18T01:30Z"),
        ("America/Sao_Paulo", "07:00", "2026-11-01T10:00Z"),
        # By half an hour: 02:15 is skipped on 4 October, 01:45 comes twice on 5 April.
        ("Australia/Lord_Howe", "02:15", "2026-10-03T15:45Z"),
        ("Australia/Lord_Howe", "01:45", "2026-04-04T14:45Z"),
        ("Australia/Lord_Howe", "08:00", "2026-10-03T21:00Z"),
    ],
)
def test_once_and_at_the_right_instant_whatever_clocks_do(
    people: People, mailoutbox: Any, zone: str, at: str, expected: str
) -> None:
    """Five minutes a step, from an hour and a half before until as long after."""
    opens = datetime.fromisoformat(expected)
    anna = remind(people.anna, at=at, zone=zone, channels=["email"], email="anna@example.org")
    run_through(opens - minutes(90), opens, every=minutes(5))
    assert len(mailoutbox) == 0
    run_through(opens + minutes(5), opens + minutes(90), every=minutes(5))
    assert len(mailoutbox) == 1
    assert (anna.only.outcome, anna.only.opens) == ("sent", opens)


def test_a_patient_who_moves_is_reminded_by_the_new_clock(
    anna: Reminded, service: PushService
) -> None:
    anna.subscribed(service)
    run(EVENING - minutes(30))
    set_time_zone(patient=anna.patient, time_zone="Europe/Lisbon")
    run_through(EVENING - minutes(29), EVENING + minutes(59), every=minutes(1))
    assert service.arrived == []
    run_through(EVENING + minutes(60), EVENING + minutes(62), every=minutes(1))
    assert len(service.arrived) == 1
    assert anna.only.time_zone == "Europe/Lisbon"


# Not late


def test_what_was_due_while_no_worker_ran_is_not_sent_late(
    anna: Reminded, service: PushService
) -> None:
    anna.subscribed(service)
    run(EVENING - minutes(1))
    run(EVENING + GRACE + minutes(1))
    run(EVENING + 2 * DAY + minutes(1))
    assert anna.outcomes == ["too-late", "too-late", "sent"]
    assert len(service.arrived) == 1


def test_within_the_grace_it_is_still_sent(anna: Reminded, service: PushService) -> None:
    anna.subscribed(service)
    run(EVENING - minutes(1))
    run(EVENING + GRACE - minutes(0.5))
    assert len(service.arrived) == 1
    assert service.arrived[0].headers["ttl"] == "30"


def test_what_was_set_after_it_would_have_been_due_missed_nothing(
    anna: Reminded, people: People
) -> None:
    run(EVENING - DAY / 2)
    anna.set("email", email="anna@example.org", at=EVENING + minutes(30))
    run(EVENING + minutes(60))
    assert anna.outcomes == []
    prescribe(patient=people.anna, by=people.bob, schedule=[])
    run(EVENING + DAY + minutes(60))
    assert anna.outcomes == []


def test_a_worker_that_dies_before_it_claimed_leaves_it_to_the_next(
    anna: Reminded, service: PushService
) -> None:
    anna.subscribed(service)
    run(EVENING)
    look(EVENING + minutes(1))  # and then it died
    assert anna.outcomes == ["waiting"]
    run(EVENING + minutes(2))
    assert len(service.arrived) == 1


def test_a_worker_that_dies_while_it_sends_has_nobody_reminded_twice(
    anna: Reminded, service: PushService
) -> None:
    anna.subscribed(service)
    run(EVENING)
    look(EVENING + minutes(1))
    ReminderDelivery.objects.update(outcome=Outcome.SENDING, claimed_at=EVENING + minutes(1))
    run_through(EVENING + minutes(2), EVENING + minutes(20), every=minutes(1))
    assert service.arrived == []
    assert (anna.only.outcome, anna.only.cause) == ("failed", INTERRUPTED)


# Not at all


def test_without_consent_nothing_is_sent(anna: Reminded, service: PushService) -> None:
    anna.subscribed(service)
    anna.consent(False)
    run(EVENING + minutes(1))
    anna.consent(True)
    run(EVENING + minutes(2))
    assert service.arrived == []
    assert anna.outcomes == ["no-consent"]


def test_a_withdrawal_stops_what_waits_for_its_next_try(
    anna: Reminded, service: PushService
) -> None:
    anna.subscribed(service)
    service.will_answer(503)
    run(EVENING + minutes(1))
    assert anna.outcomes == ["waiting"]
    anna.consent(False)
    run(EVENING + minutes(3))
    assert anna.outcomes == ["no-consent"]
    assert len(service.arrived) == 1


def test_who_was_never_asked_is_not_reminded(people: People, service: PushService) -> None:
    anna = remind(people.anna, phone=people.annas_phone)
    anna.subscribed(service)
    carl = remind(people.carl, phone=people.carls_phone)
    carl.subscribed(service)
    QuerySet(Consent).filter(patient=people.carl)._raw_delete("default")
    run(EVENING + minutes(1))
    assert (anna.outcomes, carl.outcomes) == (["sent"], ["no-consent"])


def test_a_pause_holds_reminders_and_an_end_makes_none(
    anna: Reminded, service: PushService, people: People
) -> None:
    anna.subscribed(service)
    pause(patient=people.anna, by=people.bob)
    run(EVENING + minutes(1))
    end(patient=people.anna, by=people.bob)
    run(EVENING + DAY + minutes(1))
    assert anna.outcomes == ["paused"]
    assert service.arrived == []


def test_after_care_and_in_erasure_there_is_none(
    anna: Reminded, service: PushService, people: People
) -> None:
    anna.subscribed(service)
    carl = remind(people.carl, phone=people.carls_phone)
    carl.subscribed(service)
    anna.consent(False, scope="care")
    ask_for_erasure(patient=people.carl, code="CARL", by=people.charlie)
    run(EVENING + minutes(1))
    assert (anna.outcomes, carl.outcomes) == ([], [])
    assert service.arrived == []


def test_erasure_and_the_end_of_care_stop_what_is_due_already(
    anna: Reminded, service: PushService, people: People
) -> None:
    anna.subscribed(service)
    carl = remind(people.carl, phone=people.carls_phone)
    carl.subscribed(service)
    run(EVENING)
    look(EVENING + minutes(1))
    anna.consent(False, scope="care")
    ask_for_erasure(patient=people.carl, code="CARL", by=people.charlie)
    run(EVENING + minutes(2))
    assert service.arrived == []


def test_switched_off_is_off_at_once(anna: Reminded, service: PushService) -> None:
    anna.subscribed(service)
    run(EVENING)
    look(EVENING + minutes(1))
    switch_off(patient=anna.patient)
    run(EVENING + minutes(2))
    run(EVENING + DAY + minutes(1))
    assert anna.outcomes == ["switched-off"]
    assert service.arrived == []


@pytest.mark.parametrize(
    ("quiet_from", "quiet_to", "outcome"),
    [
        (time(20), time(7), "quiet-hours"),  # past midnight
        (time(20, 30), time(21), "quiet-hours"),  # the beginning is quiet
        (time(19), time(20, 30), "sent"),  # the end is not
        (time(19), time(20), "sent"),  # nor is it by UTC, where it is 19:30
        (time(22), time(7), "sent"),
        (time(20, 31), time(22), "quiet-hours"),  # it was due before, and would come within
    ],
)
def test_quiet_hours_are_by_the_patients_clock(
    anna: Reminded, service: PushService, quiet_from: time, quiet_to: time, outcome: str
) -> None:
    anna.subscribed(service)
    anna.set("push", quiet_from=quiet_from, quiet_to=quiet_to)
    run(EVENING)
    run(EVENING + minutes(1))
    assert anna.outcomes == [outcome]
    assert len(service.arrived) == (outcome == "sent")


@pytest.mark.parametrize(
    ("ago", "outcome"), [(minutes(20), "listened"), (minutes(90), "sent"), (-DAY, "sent")]
)
def test_who_began_the_session_is_not_reminded_of_it(
    anna: Reminded, service: PushService, ago: timedelta, outcome: str
) -> None:
    anna.subscribed(service)
    ListeningSessionFactory(patient=anna.patient, started_at=EVENING - ago)
    run(EVENING + minutes(1))
    assert anna.outcomes == [outcome]


def test_without_a_phone_that_asked_for_pushes_there_is_nowhere(
    anna: Reminded, service: PushService
) -> None:
    run(EVENING + minutes(1))
    assert anna.outcomes == ["no-address"]


def test_without_a_key_the_server_says_so(anna: Reminded) -> None:
    run(EVENING + minutes(1))
    assert (anna.only.outcome, anna.only.cause) == ("failed", "this server has no key for pushes")


# However many


def queries_of(at: datetime) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        run(at)
    return len(captured)


def test_queries_do_not_grow_with_the_patients(people: People, mailoutbox: Any) -> None:
    needed = []
    for day, more in enumerate((1, 9, 90)):
        for _ in range(more):
            patient = PatientFactory(clinic=people.harbour)
            remind(patient, channels=["email"], email="someone@example.org")
        now = EVENING + day * DAY
        run(now)
        idle = queries_of(now)
        needed.append((idle, queries_of(now + minutes(1))))
    assert ReminderDelivery.objects.filter(outcome="sent").count() == len(mailoutbox) == 111
    assert needed[0] == needed[1]
    assert needed[2][0] == needed[0][0]
    # SQLite takes some hundred values in a statement, so a hundred rows may need a few more.
    assert needed[2][1] <= needed[0][1] + 4
