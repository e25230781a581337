"""Which rules fire on what phones report, through the phone's own door and the job."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from tests.factories import (
    ListeningSessionFactory,
    MeasureResponseFactory,
    MembershipFactory,
    MoodRatingFactory,
)
from tests.people import People, Phone
from therapy.models import Membership, MoodRating, Patient, SafetyFlag
from therapy.plans.services import prescribe
from therapy.safety.drift import Course, expected, is_worse
from therapy.safety.rules import RULES
from therapy.safety.services import check_patient
from worker.models import Job

pytestmark = pytest.mark.django_db

Mood = tuple[float, float]


def sit(patient: Patient, before: Mood, after: Mood, *, day: int = 0, **fields: Any) -> Any:
    at = timezone.now() - timedelta(days=30 - day)
    session = ListeningSessionFactory(patient=patient, started_at=at, **fields)
    for phase, mood in ((MoodRating.Phase.BEFORE, before), (MoodRating.Phase.AFTER, after)):
        MoodRatingFactory(
            patient=patient,
            session=session,
            phase=phase,
            valence=mood[0],
            arousal=mood[1],
            rated_at=at,
        )
    return session


def raised(patient: Patient) -> list[str]:
    check_patient(patient_id=patient.id)
    return sorted(SafetyFlag.objects.filter(patient=patient).values_list("rule", flat=True))


AS_EXPECTED = ((-0.4, 0.5), (-0.068, 0.2875))
WORSE = ((-0.4, 0.5), (-0.44, 0.2875))  # valence: expected −.068, less 1.5·.24 is −.428


def test_expected_is_where_ordinary_listening_would_have_left_the_mood() -> None:
    assert expected((0.0, 0.0)) == (0.158, 0.032)
    assert expected((1.0, -1.0)) == pytest.approx((0.723, -0.479))


def test_worse_is_more_than_one_and_a_half_deviations_below_what_was_expected() -> None:
    at_zero = (0.158 - 1.5 * 0.24 + 1e-9, 0.032 + 1.5 * 0.27 - 1e-9)
    assert not is_worse(Course((0, 0), at_zero), aims_at_calm=True)
    assert is_worse(Course((0, 0), (at_zero[0] - 0.01, 0)), aims_at_calm=True)
    excited = Course((0, 0), (0.2, at_zero[1] + 0.01))
    assert is_worse(excited, aims_at_calm=True)
    assert not is_worse(excited, aims_at_calm=False)


def test_a_drop_from_a_good_mood_is_not_worse_than_expected() -> None:
    """From .9 ordinary listening leads to .67: what looks like a loss is the usual drift."""
    assert not is_worse(Course((0.9, 0.0), (0.5, 0.0)), aims_at_calm=True)


@pytest.mark.parametrize(
    ("courses", "fires"),
    [
        ([WORSE, AS_EXPECTED, WORSE], True),
        ([AS_EXPECTED, WORSE, WORSE], True),
        ([WORSE, WORSE], True),
        ([WORSE], False),
        ([WORSE, AS_EXPECTED, AS_EXPECTED, WORSE], False),
        ([WORSE, WORSE, AS_EXPECTED], False),  # it was flagged when the second came
    ],
)
def test_two_of_the_last_three_raise_a_flag_on_the_newest(
    people: People, courses: list[tuple[Mood, Mood]], fires: bool
) -> None:
    for day, (before, after) in enumerate(courses):
        newest = sit(people.anna, before, after, day=day)
    assert raised(people.anna) == (["worse-than-expected"] if fires else [])
    if fires:
        flag = SafetyFlag.objects.get()
        assert (flag.cause, flag.rule_version, flag.severity) == (newest.id, 1, "attention")
        assert flag.numbers["worse sessions"] == 2


def test_a_session_without_both_moods_is_passed_over(people: People) -> None:
    sit(people.anna, *WORSE, day=0)
    ListeningSessionFactory(patient=people.anna, started_at=timezone.now() - timedelta(days=29))
    sit(people.anna, *WORSE, day=2)
    assert raised(people.anna) == ["worse-than-expected"]


def test_looking_again_raises_nothing_twice(people: People) -> None:
    for day in range(2):
        sit(people.anna, *WORSE, day=day)
    assert raised(people.anna) == raised(people.anna) == ["worse-than-expected"]


def test_stopping_because_one_felt_worse_raises_a_flag(phone: Phone) -> None:
    now = timezone.now()
    body = {
        "id": "6f1c2a52-6f0e-4c0e-9a5e-3f1f6f1d2b01",
        "started_at": (now - timedelta(minutes=9)).isoformat(),
        "ended_at": now.isoformat(),
        "ending": "stopped",
        "stop_reason": "felt-worse",
    }
    assert phone.post("sessions", body).status_code == 201
    (job,) = Job.objects.filter(kind="check_safety")
    assert job.arguments == {"patient_id": str(phone.patient.id)}
    assert raised(phone.patient) == ["stopped-feeling-worse"]


def test_too_many_minutes_in_a_week_raise_a_flag(people: People) -> None:
    prescribe(patient=people.anna, by=people.bob, most_minutes_a_week=60)
    now = timezone.now()
    for days, minutes in ((9, 60), (3, 31), (1, 30)):
        start = now - timedelta(days=days)
        ListeningSessionFactory(
            patient=people.anna, started_at=start, ended_at=start + timedelta(minutes=minutes)
        )
    assert raised(people.anna) == ["more-than-the-dose"]
    assert SafetyFlag.objects.get().numbers == {"minutes": 61.0, "allowed": 60}


def test_an_answer_about_self_harm_is_told_at_once_to_the_therapist_and_without_content(
    people: People,
) -> None:
    MeasureResponseFactory(patient=people.anna, measure="phq9", safety_check=True)
    assert raised(people.anna) == ["self-harm-answer"]
    (sent,) = mail.outbox
    assert sent.to == ["bob@example.org"]
    assert people.anna.code not in sent.body + sent.subject
    assert "harm" not in sent.body
    flag = SafetyFlag.objects.get()
    assert (flag.severity, flag.told) == ("urgent", 1)
    raised(people.anna)
    assert len(mail.outbox) == 1


def test_without_a_therapist_everyone_who_may_act_is_told(people: People) -> None:
    people.anna.therapist = None
    people.anna.save()
    MembershipFactory(clinic=people.harbour, role=Membership.Role.ADMIN)
    MeasureResponseFactory(patient=people.anna, measure="phq9", safety_check=True)
    raised(people.anna)
    assert sorted(to for one in mail.outbox for to in one.to) == [
        "alice@example.org",
        "bob@example.org",
    ]


def test_what_could_not_be_told_is_told_by_the_next_try(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    MeasureResponseFactory(patient=people.anna, measure="phq9", safety_check=True)
    with monkeypatch.context() as broken:
        broken.setattr("therapy.safety.services.send_mail", down)
        with pytest.raises(ConnectionRefusedError):
            check_patient(patient_id=people.anna.id)
    assert SafetyFlag.objects.get().told_at is None
    raised(people.anna)
    assert SafetyFlag.objects.get().told_at is not None


def test_every_rule_says_what_it_means_and_rests_on() -> None:
    for rule in RULES.values():
        assert rule.title
        assert rule.meaning
        assert rule.source
