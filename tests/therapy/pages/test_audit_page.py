"""The audit page: for owners, both logs of their clinic, in words."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import (
    MembershipFactory,
    MoodRatingFactory,
    PatientFactory,
    SessionPlanFactory,
)
from tests.people import People
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import words
from therapy.audit.causes import Cause, caused_by
from therapy.audit.models import AccessLog, WriteLog
from therapy.people.staff import change_role

pytestmark = pytest.mark.django_db
AUDIT = "/audit/harbour/"


def changed_plan(people: People) -> None:
    with caused_by(lambda: Cause(user_id=people.bob.id)):
        plan = SessionPlanFactory(patient=people.anna)
        plan.minutes, plan.target_valence = 40, 0.125
        plan.save()


def lines(response: Any) -> list[str]:
    """The entries' words, without when."""
    shown = re.findall(r"<th role=\"rowheader\".*?</tr>", response.content.decode(), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in shown]


def test_writes_and_reads_are_told_in_words(
    alices: Client, signed_in: SignedIn, people: People
) -> None:
    changed_plan(people)
    signed_in(people.bob).get(reverse("patient", args=[people.anna.id]))
    change_role(membership=people.therapist, role="admin", by=people.alice.memberships.get())
    MoodRatingFactory(patient=people.anna)
    with caused_by(lambda: Cause(other={"device": "a"})):
        MoodRatingFactory(patient=people.anna)
    told = lines(alices.get(AUDIT))
    assert told[:5] == [
        "The patient’s phone created the mood rating of ANNA",
        "The server created the mood rating of ANNA",
        "The server changed the membership “Bob, admin at Harbour Practice”: "
        "role (therapist → admin)",
        "Bob read the page of ANNA",
        "Bob changed the session plan of ANNA : minutes, target valence",
    ]


def test_pages_that_were_read_have_names(
    alices: Client, signed_in: SignedIn, people: People
) -> None:
    plan = SessionPlanFactory(patient=people.anna)
    bobs = signed_in(people.bob)
    bobs.get(reverse("rg-mbi", args=[people.anna.id, plan.version]))
    b"".join(bobs.get(reverse("patient-fhir", args=[people.anna.id])))
    told = lines(alices.get(f"{AUDIT}?kind=read"))
    assert told[:2] == [
        "Bob read the FHIR bundle of ANNA",
        "Bob read the reporting sheet (RG-MBI) of ANNA",
    ]


def test_nothing_of_another_clinic_is_told(
    signed_in: SignedIn, alices: Client, people: People
) -> None:
    changed_plan(people)
    charlies = signed_in(people.charlie)
    shown = words(charlies.get("/audit/hill/"))
    assert "CARL" in shown
    assert not [word for word in ("ANNA", "Bob", "Alice", "Harbour") if word in shown]
    assert charlies.get(AUDIT).status_code == 404
    assert words(charlies.get(AUDIT)) == words(charlies.get("/audit/nowhere/"))
    searched = charlies.get(f"/audit/hill/?code=ANNA&person={people.bob.id}")
    assert "ANNA" not in "".join(lines(searched))


@pytest.mark.parametrize("role", ["therapist", "admin"])
def test_only_owners_read_it_and_are_led_to_it(
    signed_in: SignedIn, people: People, role: str
) -> None:
    others = signed_in(MembershipFactory(clinic=people.harbour, role=role).user)
    assert others.get(AUDIT).status_code == 403
    assert others.get("/audit/").status_code == 403
    assert "/audit/" not in others.get("/").content.decode()
    owners = signed_in(people.alice)
    assert 'href="/audit/"' in owners.get("/").content.decode()
    assert owners.get("/audit/").headers["Location"] == AUDIT


def test_an_owner_elsewhere_does_not_read_where_they_are_a_therapist(
    signed_in: SignedIn, people: People
) -> None:
    MembershipFactory(clinic=people.harbour, user=people.charlie, role="therapist")
    assert signed_in(people.charlie).get(AUDIT).status_code == 404


def test_it_is_narrowed_by_person_code_kind_and_days(
    alices: Client, signed_in: SignedIn, people: People
) -> None:
    changed_plan(people)
    signed_in(people.bob).get(reverse("patient", args=[people.anna.id]))
    bert = PatientFactory(clinic=people.harbour, code="BERT")
    MoodRatingFactory(patient=bert)

    def narrowed(**query: Any) -> list[str]:
        return lines(alices.get(AUDIT, {name.strip("_"): text for name, text in query.items()}))

    bobs = narrowed(person=people.bob.id)
    assert len(bobs) == 3
    assert all(line.startswith("Bob ") for line in bobs)
    assert all("BERT" in line for line in narrowed(code="ber"))
    assert narrowed(kind="read") == ["Bob read the page of ANNA"]
    assert len(narrowed(kind="update", code="anna")) == 1
    assert len(narrowed(kind="create", code="bert")) == 2
    today = datetime.now(UTC).date()
    assert len(narrowed(from_=today, to=today)) == len(narrowed())
    assert narrowed(to="2001-01-01") == []
    assert narrowed(from_="2900-01-01") == []
    assert len(narrowed(person="x", kind="y")) == len(narrowed())


def test_what_is_no_day_is_told_beside_the_field(alices: Client) -> None:
    for typed in ("yesterday", "2026-02-31", "9999-12-31", "0001-01-01"):
        refused = alices.get(AUDIT, {"to": typed})
        assert refused.status_code == 400
        assert "Write a day as 2026-03-31." in words(refused)


def test_who_left_is_still_found(alices: Client, people: People) -> None:
    changed_plan(people)
    people.therapist.delete()
    assert f'<option value="{people.bob.id}">Bob</option>' in alices.get(AUDIT).content.decode()
    assert len(lines(alices.get(AUDIT, {"person": people.bob.id}))) == 2


def test_an_erased_patient_is_told_without_a_name(alices: Client, people: People) -> None:
    patient = PatientFactory(clinic=people.harbour, code="GONE")
    patient.delete()
    told = alices.get(AUDIT)
    assert lines(told)[0] == "The server deleted the record of an erased patient"
    assert "GONE" not in told.content.decode()


def test_a_page_has_fifty_entries_and_as_many_queries_for_many(
    alices: Client, signed_in: SignedIn, people: People
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alices.get(AUDIT).status_code == 200
        return len(captured)

    changed_plan(people)
    signed_in(people.bob).get(reverse("patient", args=[people.anna.id]))
    few = queries()
    for patient in PatientFactory.create_batch(30, clinic=people.harbour):
        MoodRatingFactory(patient=patient)
        signed_in(people.bob).get(reverse("patient", args=[patient.id]))
    assert queries() == few
    assert few <= 14
    assert len(lines(alices.get(AUDIT))) == 50
    total = WriteLog.objects.filter(clinic_id=people.harbour.id).count()
    total += AccessLog.objects.filter(clinic_id=people.harbour.id).count()
    assert f"1–50 of {total} entries" in words(alices.get(AUDIT))
    assert len(lines(alices.get(AUDIT, {"page": 99}))) == (total - 1) % 50 + 1


def test_before_anything_was_logged_it_says_so(signed_in: SignedIn, people: People) -> None:
    WriteLog._base_manager.filter(clinic_id=people.hill.id)._raw_delete("default")
    shown = words(signed_in(people.charlie).get("/audit/hill/"))
    assert "Nothing yet" in shown
    assert "No entry matches" in words(signed_in(people.charlie).get("/audit/hill/?code=zz"))
