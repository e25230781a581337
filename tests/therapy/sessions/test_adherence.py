"""Which occasions were kept, and what became of the others."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories import ListeningSessionFactory, SessionNotHeldFactory, SessionPlanFactory
from tests.people import People
from tests.therapy.pages.reading import words
from therapy.models import Patient, PlanStanding, SessionPlan
from therapy.plans.services import pause, prescribe, resume
from therapy.sessions.adherence import Kept, kept_occasions

pytestmark = pytest.mark.django_db
DAILY = [{"days": [1, 2, 3, 4, 5, 6, 7], "at": "20:30", "minutes": 60}]
START = datetime(2026, 3, 23, tzinfo=UTC)  # Berlin's clocks go forward on the 29th
NOW = START + timedelta(days=10)


@pytest.fixture
def patient(people: People) -> Patient:
    people.anna.time_zone = "Europe/Berlin"
    people.anna.save()
    plan = SessionPlanFactory(patient=people.anna, schedule=DAILY)
    _dated(plan, START)
    return people.anna


def _dated(plan: SessionPlan, at: datetime) -> None:
    SessionPlan.objects.filter(id=plan.id).update(created_at=at)


def seen(people: People, at: datetime) -> None:
    people.annas_phone.device.last_seen_at = at
    people.annas_phone.device.save()


def evening(day: int, minutes: int = 0) -> datetime:
    """20:30 on the day that many days after the first, by Berlin's clock, in UTC."""
    hour = 19 if day < 6 else 18
    return START + timedelta(days=day, hours=hour, minutes=30 + minutes)


def outcomes(patient: Patient, now: datetime = NOW) -> list[str]:
    return [kept.outcome.value for kept in found(patient, now)]


def found(patient: Patient, now: datetime = NOW) -> list[Kept]:
    return kept_occasions(patient, since=START, now=now)


def test_times_follow_the_wall_clock_over_a_change(patient: Patient) -> None:
    assert [kept.occasion.opens for kept in found(patient)] == [evening(day) for day in range(10)]


def test_three_facts_are_three(people: People, patient: Patient) -> None:
    seen(people, evening(6))
    ListeningSessionFactory(patient=patient, started_at=evening(0, 20), ended_at=None)
    SessionNotHeldFactory(
        patient=patient, outcome="skipped", offered_at=evening(1), decided_at=evening(1, 5)
    )
    SessionNotHeldFactory(
        patient=patient, outcome="expired", offered_at=evening(2), decided_at=evening(2, 60)
    )
    assert outcomes(patient) == [
        *("held", "skipped", "expired", "missed", "missed", "missed"),
        *("not-known", "not-known", "not-known", "not-known"),
    ]


def test_nothing_is_missed_before_a_phone_is_heard_of(people: People, patient: Patient) -> None:
    assert set(outcomes(patient)) == {"not-known"}
    seen(people, evening(0, 60) + timedelta(seconds=1))
    assert outcomes(patient)[:2] == ["missed", "not-known"]


def test_what_arrives_late_puts_it_right(people: People, patient: Patient) -> None:
    seen(people, NOW)
    assert outcomes(patient)[3] == "missed"
    ListeningSessionFactory(patient=patient, started_at=evening(3, 59), ended_at=None)
    assert outcomes(patient)[3] == "held"


def test_a_session_after_a_no_is_held(people: People, patient: Patient) -> None:
    SessionNotHeldFactory(
        patient=patient, outcome="skipped", offered_at=evening(0), decided_at=evening(0, 1)
    )
    ListeningSessionFactory(patient=patient, started_at=evening(0, 40), ended_at=None)
    assert outcomes(patient)[0] == "held"


@pytest.mark.parametrize(("minutes", "held"), [(-6, False), (-4, True), (60, True), (61, False)])
def test_an_occasion_has_its_time(patient: Patient, minutes: int, held: bool) -> None:
    ListeningSessionFactory(patient=patient, started_at=evening(4, minutes), ended_at=None)
    assert (outcomes(patient)[4] == "held") == held


def test_a_session_keeps_one_occasion(people: People) -> None:
    twice = [*DAILY, {"days": [1, 2, 3, 4, 5, 6, 7], "at": "20:45", "minutes": 60}]
    plan = SessionPlanFactory(patient=people.anna, schedule=twice)
    _dated(plan, START)
    ListeningSessionFactory(
        patient=people.anna, started_at=START + timedelta(hours=20, minutes=50), ended_at=None
    )
    kept = kept_occasions(people.anna, since=START, now=START + timedelta(days=1))
    assert [one.outcome.value for one in kept] == ["held", "not-known"]


def test_each_occasion_is_of_the_plan_in_force(people: People, patient: Patient) -> None:
    _dated(prescribe(patient=patient, by=people.bob, schedule=[]), evening(2))
    _dated(prescribe(patient=patient, by=people.bob, schedule=DAILY), evening(8))
    first = found(patient)[0].plan.version
    days = [(kept.occasion.opens, kept.plan.version - first) for kept in found(patient)]
    assert days == [(evening(0), 0), (evening(1), 0), (evening(8), 2), (evening(9), 2)]


def test_a_pause_asks_for_nothing(people: People, patient: Patient) -> None:
    for change, at in ((pause, evening(1)), (resume, evening(4, -1))):
        row = change(patient=patient, by=people.bob)
        PlanStanding._base_manager.filter(id=row.id).update(set_at=at)
    opens = [kept.occasion.opens for kept in found(patient)]
    assert opens == [evening(day) for day in (0, 4, 5, 6, 7, 8, 9)]


def test_the_last_may_still_be_begun(people: People, patient: Patient) -> None:
    seen(people, evening(3, 30))
    assert outcomes(patient, now=evening(3, 30))[-1] == "open"


def test_rows_cost_no_queries(people: People, patient: Patient) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            found(patient)
        return len(asked)

    before = count()
    for day in range(10):
        ListeningSessionFactory(patient=patient, started_at=evening(day), ended_at=None)
    assert count() == before == 5


def test_the_page_tells_it_by_the_patients_clock(people: People) -> None:
    people.anna.time_zone = "Asia/Tokyo"
    people.anna.save()
    client = Client()
    client.force_login(people.bob)
    address = reverse("patient", args=[people.anna.id])
    assert "No plan sets times yet." in words(client.get(address))
    at = f"{timezone.now().astimezone(ZoneInfo('Asia/Tokyo')) - timedelta(hours=6):%H:%M}"
    plan = prescribe(patient=people.anna, by=people.bob, schedule=[{**DAILY[0], "at": at}])
    _dated(plan, timezone.now() - timedelta(days=2))  # 6 h and 30 h ago, and not 54 h
    page = words(client.get(address))
    assert "0 of 2 held; " in page
    assert "by the patient’s clock, Asia/Tokyo" in page
    assert f"{at} not known: no phone was heard of since" in page


def test_what_the_plan_in_force_sets_is_not_denied(people: People) -> None:
    """No occasion lay in the weeks that are shown: the plan has no times, or was paused."""
    client = Client()
    client.force_login(people.bob)
    address = reverse("patient", args=[people.anna.id])
    SessionPlanFactory(patient=people.anna)
    assert "listens whenever they like" in words(client.get(address))
    SessionPlanFactory(patient=people.anna, schedule=DAILY)
    PlanStanding.objects.create(
        patient=people.anna, standing="paused", set_at=timezone.now() - timedelta(days=30)
    )
    page = words(client.get(address))
    assert "The plan sets times; none of them came in the last 28 days" in page
    assert "whenever they like" not in page
