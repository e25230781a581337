"""The patients of a clinic, for staff: what is told, filters, orders, and taking someone in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import (
    DeviceFactory,
    ListeningSessionFactory,
    PatientFactory,
    SessionPlanFactory,
)
from tests.people import People
from tests.staff import Staff
from tests.therapy.sessions.reports import refusals
from therapy.models import Erasure, Patient, PlanStanding, SafetyFlag
from worker.models import Job

pytestmark = pytest.mark.django_db

PATIENTS = "clinics/harbour/patients"
DAY = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)


@pytest.fixture
def bob(people: People) -> Staff:
    return Staff(people.bob)


def raise_flag(patient: Any, severity: str = "urgent") -> SafetyFlag:
    flag: SafetyFlag = SafetyFlag.objects.create(
        patient=patient,
        rule="self-harm-answer",
        rule_version=1,
        severity=severity,
        cause=patient.id,
    )
    return flag


def codes(bob: Staff, **query: Any) -> list[str]:
    return [row["code"] for row in bob.rows(PATIENTS, **query)]


def test_a_row_says_what_every_room_knows(people: People, bob: Staff) -> None:
    plan = SessionPlanFactory(patient=people.anna, version=4)
    SessionPlanFactory(patient=people.anna, version=3)
    PlanStanding.objects.create(patient=people.anna, standing="paused")
    ListeningSessionFactory(patient=people.anna, started_at=DAY)
    ListeningSessionFactory(patient=people.anna, started_at=DAY - timedelta(days=3))
    raise_flag(people.anna)
    (row,) = bob.rows(PATIENTS)
    assert row == bob.get(f"patients/{people.anna.id}").json()
    assert row == {
        "id": str(people.anna.id),
        "code": "ANNA",
        "clinic": "harbour",
        "origin": "care",
        "time_zone": "UTC",
        "therapist": {"membership": people.therapist.id, "name": "Bob"},
        "created_at": row["created_at"],
        "plan": {
            "version": 4,
            "created_at": plan.created_at.isoformat().replace("+00:00", "Z"),
            "standing": "paused",
        },
        "last_session_at": "2026-03-01T18:30:00Z",
        "phone_connected": True,
        "open_flags": {"urgent": 1, "attention": 0},
    }


def test_nothing_yet_is_null(people: People, bob: Staff) -> None:
    patient = PatientFactory(clinic=people.harbour)
    row = bob.get(f"patients/{patient.id}").json()
    nothing = {"plan": None, "therapist": None, "last_session_at": None, "phone_connected": False}
    assert row.items() >= nothing.items()


def test_the_list_is_of_one_clinic_and_without_who_is_being_erased(
    people: People, bob: Staff
) -> None:
    PatientFactory(clinic=people.harbour, erasure=Erasure.objects.create(clinic=people.harbour))
    assert codes(bob) == ["ANNA"]


def test_filters_narrow_the_list(people: People, bob: Staff) -> None:
    flagged, planned, ended, heard = (
        PatientFactory(clinic=people.harbour, code=code)
        for code in ("B-flagged", "C-planned", "D-ended", "E-heard")
    )
    raise_flag(flagged)
    seen_to = raise_flag(planned)
    SafetyFlag.objects.filter(id=seen_to.id).update(acknowledged_at=timezone.now())
    SessionPlanFactory(patient=planned)
    SessionPlanFactory(patient=ended)
    PlanStanding.objects.create(patient=ended, standing="ended")
    PlanStanding.objects.create(patient=heard, standing="paused")
    ListeningSessionFactory(patient=heard, started_at=DAY)
    DeviceFactory(patient=heard, revoked_at=DAY)
    assert codes(bob, code="-PL") == ["C-planned"]
    assert codes(bob, has_open_flags="true") == ["B-flagged"]
    assert "B-flagged" not in codes(bob, has_open_flags="false")
    assert codes(bob, plan="active") == ["C-planned"]
    assert codes(bob, plan="ended") == ["D-ended"]
    assert codes(bob, plan="paused") == []
    assert codes(bob, plan="none") == ["ANNA", "B-flagged", "E-heard"]
    assert codes(bob, phone_connected="true") == ["ANNA"]
    assert codes(bob, last_session_after="2026-03-01T19:30:00+01:00") == ["E-heard"]
    assert codes(bob, last_session_before="2026-03-01T18:30:00Z") == []
    assert codes(bob, last_session_before="2026-03-01T18:30:00.000001Z") == ["E-heard"]


def test_the_latest_session_comes_first_if_asked_and_nobody_is_left_out(
    people: People, bob: Staff
) -> None:
    for day in range(3):
        patient = PatientFactory(clinic=people.harbour, code=f"P-{day}")
        ListeningSessionFactory(patient=patient, started_at=DAY + timedelta(days=day))
    PatientFactory(clinic=people.harbour, code="NEVER")
    page, seen = bob.get(PATIENTS, order="recent", page_size=2), []
    while True:
        seen += [row["code"] for row in page.json()["results"]]
        if page.json()["next"] is None:
            break
        page = bob.follow(page.json()["next"])
    assert seen[:3] == ["P-2", "P-1", "P-0"]
    assert set(seen[3:]) == {"ANNA", "NEVER"}


def test_a_new_patient_is_taken_in_and_their_model_asked_for(people: People, bob: Staff) -> None:
    sent = {
        "code": "H-014",
        "therapist": people.therapist.id,
        "time_zone": "Europe/Berlin",
        "origin": "simulated",
    }
    answer = bob.post(PATIENTS, sent)
    assert answer.status_code == 201, answer.content
    patient = Patient.objects.get(code="H-014")
    assert answer.json() == bob.get(f"patients/{patient.id}").json()
    assert (patient.clinic, patient.therapist) == (people.harbour, people.therapist)
    assert (patient.time_zone, patient.origin) == ("Europe/Berlin", "simulated")
    assert Job.objects.filter(key=f"adapt_patient:{patient.id}").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("code", value) for value in ("ANNA", "", "Anna Müller", "x" * 41, None, "\0", [])),
        *(("code", value) for value in ("1980-03-01", "1.3.1980", "01_03_80")),
        *(("time_zone", value) for value in ("Mars/Olympus", "", 3, None)),
        *(("therapist", value) for value in (0, -1, 2**63, 10**9, "1", True, {})),
        *(("origin", value) for value in ("invented", None, [])),
    ],
)
def test_what_is_wrong_is_named_and_nobody_is_taken_in(
    people: People, bob: Staff, field: str, value: Any
) -> None:
    answer = bob.post(PATIENTS, {"code": "H-014"} | {field: value})
    assert set(refusals(answer)) == {field}
    assert Patient.objects.filter(clinic=people.harbour).count() == 1


def test_a_therapist_of_another_clinic_is_nobody_here(people: People, bob: Staff) -> None:
    stranger = people.charlie.memberships.get()
    answer = bob.post(PATIENTS, {"code": "H-014", "therapist": stranger.id})
    assert refusals(answer) == {"therapist": ["Nobody works at this clinic under this id."]}
