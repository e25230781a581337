"""Summaries by patient and month: what they count, and that they keep in step."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import (
    DeviceFactory,
    ListeningSessionFactory,
    MeasureResponseFactory,
    MoodRatingFactory,
    PatientFactory,
    SessionPlanFactory,
)
from tests.people import People
from tests.therapy.pages.reading import add_session
from therapy.models import (
    ListeningMonth,
    MeasureMonth,
    MoodMonth,
    OutcomeSummary,
    Patient,
    SessionPlan,
)
from therapy.outcomes.refreshing import ask_for_all, refresh
from therapy.outcomes.summaries import behind
from therapy.outcomes.summing import aim_of
from therapy.rights.erasing import ask_for_erasure
from worker.models import Job

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)


def summed(people: People) -> int:
    return refresh(clinic_id=people.harbour.id, report=lambda share, note: None)


def plan_of(patient: Patient, **fields: Any) -> SessionPlan:
    plan: SessionPlan = SessionPlanFactory(
        patient=patient, target_valence=0.4, target_arousal=-0.5, hold_radius=0.15, **fields
    )
    return plan


def test_moods_are_summed_by_month_and_aim(people: People) -> None:
    plan = plan_of(people.anna)
    add_session(people.anna, day=0, before=(-0.4, 0.6), after=(0.1, -0.2), plan=plan)
    add_session(people.anna, day=1, before=(-0.2, 0.4), after=(0.3, 0.0), plan=plan)
    add_session(people.anna, day=2, before=(0.4, -0.4), after=(0.5, -0.5), plan=plan)
    add_session(people.anna, day=40, before=(-0.4, 0.6), after=(0.1, -0.2), plan=plan)
    summed(people)
    assert set(MoodMonth.objects.values_list("month", "aim", "sessions")) == {
        (MARCH, "calm", 2),
        (MARCH, "hold", 1),
        (date(2026, 4, 1), "calm", 1),
    }
    march = MoodMonth.objects.get(month=MARCH, aim="calm")
    assert march.valence_before == pytest.approx(-0.6)
    assert march.arousal_after_squared == pytest.approx(0.04)
    assert march.valence_product == pytest.approx(-0.4 * 0.1 - 0.2 * 0.3)


def test_of_several_moods_in_a_phase_the_last_counts(people: People) -> None:
    session = add_session(people.anna, before=(-0.4, 0.6), after=(0.1, -0.2))
    assert session.ended_at is not None
    later = session.ended_at + timedelta(minutes=1)
    MoodRatingFactory(
        patient=people.anna,
        session=session,
        phase="after",
        valence=0.75,
        arousal=-0.2,
        rated_at=later,
    )
    summed(people)
    assert MoodMonth.objects.get().valence_after == pytest.approx(0.75)


def test_what_a_session_was_to_do_is_read_from_its_own_plan() -> None:
    assert aim_of((0.4, -0.4), (0.4, -0.5), 0.15) == "hold"
    assert aim_of((0.4, -0.3), (0.4, -0.5), 0.15) == "calm"
    assert aim_of((-0.4, -0.3), (0.4, 0.5), 0.15) == "lively"
    assert aim_of((0.0, 0.0), None, 0.0) == "calm"


def test_what_was_not_said_is_counted_and_not_summed(people: People) -> None:
    plan = plan_of(people.anna)
    add_session(people.anna, day=0, plan=plan, ending="completed")
    add_session(people.anna, day=1, after=None, plan=plan, ending="stopped")
    add_session(people.anna, day=2, before=None, plan=plan)
    add_session(people.anna, day=3, before=None, after=None, plan=plan)
    ListeningSessionFactory(patient=people.anna, started_at=datetime(2026, 3, 9, tzinfo=UTC))
    summed(people)
    month = ListeningMonth.objects.get(month=MARCH)
    assert (month.sessions, month.both_moods, month.only_before, month.only_after) == (5, 1, 1, 1)
    assert (month.completed, month.stopped) == (1, 1)
    assert month.seconds == pytest.approx(4 * 18 * 60)
    assert MoodMonth.objects.get().sessions == 1


def test_occasions_are_counted_by_what_became_of_them(people: People) -> None:
    now = timezone.now()
    plan = plan_of(
        people.anna,
        schedule=[{"days": [1, 2, 3, 4, 5, 6, 7], "at": "08:00", "minutes": 60}],
    )
    SessionPlan.objects.filter(id=plan.id).update(created_at=now - timedelta(days=10))
    DeviceFactory(patient=people.anna, last_seen_at=now)
    summed(people)
    months = ListeningMonth.objects.filter(patient=people.anna)
    assert sum(month.missed for month in months) in {9, 10, 11}  # by the hour of the day
    assert sum(month.held for month in months) == 0
    summary = OutcomeSummary.objects.get(patient=people.anna)
    assert summary.held_lately == 0
    assert summary.missed_lately == sum(month.missed for month in months)


def test_measures_keep_the_first_and_the_last_score_of_a_month(people: People) -> None:
    for day, total in ((1, 14), (9, 11), (20, 8)):
        MeasureResponseFactory(
            patient=people.anna,
            measure="phq9",
            version=1,
            state="answered",
            answers={},
            scores={"total": {"value": total, "band": "mild"}},
            answered_at=datetime(2026, 3, day, tzinfo=UTC),
        )
    summed(people)
    row = MeasureMonth.objects.get()
    assert (row.measure, row.scale, row.month) == ("phq9", "total", MARCH)
    assert (row.first, row.last, row.answers) == (14, 8, 3)


def test_only_those_with_news_are_summed_anew(people: People) -> None:
    ben = PatientFactory(clinic=people.harbour, code="BEN")
    assert summed(people) == 2
    assert summed(people) == 0
    people.annas_phone.post(
        "sessions",
        {"id": "6b1f2d7e-1111-4c1e-9a55-0d5f3a2b1c01", "started_at": "2026-03-02T18:00:00Z"},
    )
    now = timezone.now()
    assert list(behind(people.harbour, now)) == [people.anna]
    assert summed(people) == 1
    assert ListeningMonth.objects.get(patient=people.anna).sessions == 1
    OutcomeSummary.objects.filter(patient=ben).update(made_at=now - timedelta(days=2))
    assert list(behind(people.harbour, now)) == [ben]  # occasions are missed without a report


def test_a_session_whose_end_comes_later_is_summed_again(people: People) -> None:
    address = "sessions"
    session = {"id": "6b1f2d7e-1111-4c1e-9a55-0d5f3a2b1c02", "started_at": "2026-03-02T18:00:00Z"}
    people.annas_phone.post(address, session)
    summed(people)
    assert ListeningMonth.objects.get().seconds == 0
    ended = session | {"ended_at": "2026-03-02T18:20:00Z", "ending": "completed"}
    assert people.annas_phone.post(address, ended).status_code < 300
    summed(people)
    assert ListeningMonth.objects.get().seconds == 1200


def test_summing_again_changes_nothing(people: People) -> None:
    add_session(people.anna)
    summed(people)
    OutcomeSummary.objects.update(made_at=timezone.now() - timedelta(days=2))
    assert summed(people) == 1
    assert MoodMonth.objects.count() == 1
    assert ListeningMonth.objects.count() == 1


def test_it_is_asked_for_where_something_is_behind_and_only_there(people: People) -> None:
    ask_for_all()
    jobs = Job.objects.filter(kind="refresh_outcomes")
    assert jobs.count() == 2  # of two clinics
    summed(people)
    jobs.delete()
    ask_for_all()
    assert [job.arguments for job in jobs.all()] == [{"clinic_id": str(people.hill.id)}]


def test_whoever_is_being_erased_is_not_summed(people: People) -> None:
    add_session(people.anna)
    ask_for_erasure(patient=people.anna, code="ANNA", by=people.alice)
    assert summed(people) == 0
    assert not MoodMonth.objects.exists()
