"""Safety flags through the staff API."""

from typing import Any

import pytest

from tests.factories import MembershipFactory, PatientFactory
from tests.people import People
from tests.staff import Staff
from tests.therapy.sessions.reports import refusals
from therapy.models import AccessLog, SafetyFlag

pytestmark = pytest.mark.django_db

FLAGS = "clinics/harbour/safety-flags"


@pytest.fixture
def bob(people: People) -> Staff:
    return Staff(people.bob)


def raise_flag(patient: Any, **fields: Any) -> SafetyFlag:
    said = {
        "rule": "more-than-the-dose",
        "rule_version": 1,
        "severity": "attention",
        "cause": patient.id,
        "numbers": {"minutes": 90.5, "allowed": 60},
    }
    flag: SafetyFlag = SafetyFlag.objects.create(patient=patient, **said | fields)
    return flag


def seen_to(flag: SafetyFlag) -> str:
    return f"{FLAGS}/{flag.id}/acknowledge"


def test_a_flag_says_which_rule_fired_on_what(people: People, bob: Staff) -> None:
    flag = raise_flag(people.anna)
    (row,) = bob.rows(FLAGS)
    assert (row["id"], row["patient"], row["patient_code"]) == (
        str(flag.id),
        str(people.anna.id),
        "ANNA",
    )
    assert row["title"] == flag.definition.title
    assert row["numbers"] == {"minutes": 90.5, "allowed": 60}
    assert row["acknowledged_at"] is None


def test_each_patient_who_is_shown_is_in_the_audit_and_no_other(people: People, bob: Staff) -> None:
    other = PatientFactory(clinic=people.harbour)
    for patient in (people.anna, other, people.carl):
        raise_flag(patient)
    assert len(bob.rows(FLAGS, patient=people.anna.id)) == 1
    assert list(AccessLog.objects.values_list("patient_id", flat=True)) == [people.anna.id]
    assert len(bob.rows(FLAGS)) == 2
    assert set(AccessLog.objects.values_list("patient_id", flat=True)) == {people.anna.id, other.id}


def test_filters_narrow_the_list(people: People, bob: Staff) -> None:
    standing = raise_flag(people.anna)
    urgent = raise_flag(people.anna, rule="self-harm-answer", severity="urgent")
    bob.post(seen_to(urgent), {"note": "Called."})

    def found(**query: Any) -> list[str]:
        return [row["id"] for row in bob.rows(FLAGS, **query)]

    assert found(acknowledged="false") == [str(standing.id)]
    assert found(acknowledged="true") == [str(urgent.id)]
    assert found(rule="self-harm-answer") == [str(urgent.id)]
    assert found(severity="attention") == [str(standing.id)]
    assert found(order="oldest") == [str(standing.id), str(urgent.id)]
    assert found(patient=people.carl.id) == []


def test_seeing_to_a_flag_is_written_down_once(people: People, bob: Staff) -> None:
    flag = raise_flag(people.anna)
    first = bob.post(seen_to(flag), {"note": "Called; is safe."})
    assert first.status_code == 200, first.content
    assert (first.json()["acknowledged_by"], first.json()["note"]) == ("Bob", "Called; is safe.")
    assert Staff(people.alice).post(seen_to(flag), {"note": "Me too."}).json() == first.json()
    assert bob.rows(FLAGS) == [first.json()]


def test_a_note_that_is_too_long_changes_nothing(people: People, bob: Staff) -> None:
    flag = raise_flag(people.anna)
    assert set(refusals(bob.post(seen_to(flag), {"note": "x" * 2001}))) == {"note"}
    flag.refresh_from_db()
    assert flag.acknowledged_at is None


def test_an_admin_reads_and_does_not_see_to_it(people: People) -> None:
    admin = Staff(MembershipFactory(clinic=people.harbour, role="admin").user)
    flag = raise_flag(people.anna)
    assert len(admin.rows(FLAGS)) == 1
    assert admin.post(seen_to(flag)).status_code == 403


def test_another_clinics_flag_is_not_here(people: People, bob: Staff) -> None:
    flag = raise_flag(people.carl)
    assert bob.post(seen_to(flag)).status_code == 404
    assert bob.rows(FLAGS) == []
