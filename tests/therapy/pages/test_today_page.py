"""Today: who needs the therapist, each with the one thing that follows."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import DeviceFactory, MembershipFactory, PatientFactory, SessionPlanFactory
from tests.people import People
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import words
from therapy.caseload.today import MOST
from therapy.models import (
    Consent,
    Device,
    OutcomeSummary,
    Patient,
    PlanStanding,
    SafetyFlag,
    SessionPlan,
)

pytestmark = pytest.mark.django_db
TODAY = "/today/"


@pytest.fixture
def bobs(people: People, signed_in: SignedIn) -> Client:
    """Bob, who is Anna's therapist."""
    return signed_in(people.bob)


def raise_flag(patient: Patient, **fields: Any) -> SafetyFlag:
    said = {"rule": "more-than-the-dose", "rule_version": 1, "severity": "attention"}
    flag: SafetyFlag = SafetyFlag.objects.create(patient=patient, cause=patient.id, **said | fields)
    return flag


def lately(patient: Patient, *, held: int, missed: int) -> None:
    OutcomeSummary.objects.update_or_create(
        patient=patient,
        defaults={"made_at": timezone.now(), "held_lately": held, "missed_lately": missed},
    )


def links(answer: Any) -> list[str]:
    """Where the lines lead: the anchors of patients' pages."""
    return re.findall(r'href="/patients/[0-9a-f-]+/#([a-z-]+)"', answer.content.decode())


def test_with_nothing_to_do_it_says_so(bobs: Client) -> None:
    said = words(bobs.get(TODAY))
    assert "Nothing waits for you" in said
    assert "Nobody is watching live" in said


def test_each_need_is_a_line_with_what_follows(people: People, bobs: Client) -> None:
    anna = people.anna
    raise_flag(anna, severity="urgent", rule="self-harm-answer")
    lately(anna, held=3, missed=4)
    today = timezone.now().date()
    SessionPlanFactory(patient=anna, review_on=today + timedelta(days=3))
    answer = bobs.get(TODAY)
    assert links(answer) == ["safety-flags", "listening-as-planned", "goals", "phones"]
    said = words(answer)
    assert "A question about self-harm was answered above 0" in said
    assert "4 of 7 in the last two weeks" in said
    assert "No phone was seen yet" in said
    assert "Nothing waits for you" not in said
    page = bobs.get(f"/patients/{anna.id}/").content.decode()
    for anchor in links(answer):
        assert f'id="{anchor}"' in page


def test_what_is_settled_is_not_shown(people: People, bobs: Client) -> None:
    anna = people.anna
    raise_flag(anna, acknowledged_at=timezone.now())
    lately(anna, held=1, missed=1)
    SessionPlanFactory(patient=anna, review_on=timezone.now().date() + timedelta(days=30))
    Device.objects.filter(patient=anna).update(last_seen_at=timezone.now())
    assert links(bobs.get(TODAY)) == []


def test_of_several_plans_the_newest_is_reviewed_and_none_that_ended(
    people: People, bobs: Client
) -> None:
    anna, yesterday = people.anna, timezone.now().date() - timedelta(days=1)
    Device.objects.filter(patient=anna).update(last_seen_at=timezone.now())
    SessionPlanFactory(patient=anna, version=1, review_on=yesterday)
    newest = SessionPlanFactory(patient=anna, version=2, review_on=None)
    assert links(bobs.get(TODAY)) == []
    SessionPlan.objects.filter(id=newest.id).update(review_on=yesterday)
    assert links(bobs.get(TODAY)) == ["goals"]
    PlanStanding.objects.create(patient=anna, standing="ended")
    assert links(bobs.get(TODAY)) == []


def test_who_agreed_to_care_waits_for_a_plan(people: People, bobs: Client) -> None:
    consent = {"patient": people.anna, "scope": "care", "text_version": "1", "language": "en"}
    Consent.objects.create(given=True, **consent)
    assert links(bobs.get(TODAY)) == ["plan"]
    Consent.objects.create(given=False, **consent)
    assert links(bobs.get(TODAY)) == []


def test_a_phone_counts_as_unseen_by_the_one_that_was_seen_last(
    people: People, bobs: Client
) -> None:
    anna, now = people.anna, timezone.now()
    SessionPlanFactory(patient=anna)
    Device.objects.filter(patient=anna).update(last_seen_at=now - timedelta(days=9))
    answer = bobs.get(TODAY)
    assert links(answer) == ["phones"]
    assert "Last seen 9 days ago" in words(answer)
    second = DeviceFactory(patient=anna, last_seen_at=now)
    assert links(bobs.get(TODAY)) == []
    Device.objects.filter(id=second.id).update(revoked_at=now)
    assert links(bobs.get(TODAY)) == ["phones"]
    PlanStanding.objects.create(patient=anna, standing="paused")
    assert links(bobs.get(TODAY)) == []


def test_who_does_well_is_told_unless_a_flag_stands(people: People, bobs: Client) -> None:
    lately(people.anna, held=5, missed=0)
    answer = bobs.get(TODAY)
    assert links(answer) == ["moods"]
    assert "All 5 in the last two weeks" in words(answer)
    assert "Nothing waits for you" in words(answer)
    raise_flag(people.anna)
    assert links(bobs.get(TODAY)) == ["safety-flags"]


def test_one_sees_ones_own_patients_or_all_of_the_clinic_and_no_strangers(
    people: People, bobs: Client, alices: Client, signed_in: SignedIn
) -> None:
    other = MembershipFactory(clinic=people.harbour, role="therapist")
    ben = PatientFactory(clinic=people.harbour, code="BEN", therapist=other)
    for patient in (people.anna, ben, people.carl):
        raise_flag(patient)
    own, everyone = words(bobs.get(TODAY)), words(bobs.get(f"{TODAY}?who=all"))
    assert ("ANNA" in own, "BEN" in own, "CARL" in own) == (True, False, False)
    assert ("ANNA" in everyone, "BEN" in everyone, "CARL" in everyone) == (True, True, False)
    alice = words(alices.get(TODAY))  # who has no patients of her own
    assert ("ANNA" in alice, "BEN" in alice, "CARL" in alice) == (True, True, False)
    assert "CARL" in words(signed_in(people.charlie).get(TODAY))
    assert Client().get(TODAY).status_code == 302


def test_there_may_be_more_than_are_shown(people: People, bobs: Client) -> None:
    for number in range(MOST + 1):
        one = PatientFactory(clinic=people.harbour, code=f"P-{number}", therapist=people.therapist)
        lately(one, held=0, missed=2 + number)
    answer = bobs.get(TODAY)
    assert len(links(answer)) == MOST
    assert "These are 20 of more." in words(answer)
    assert "22 of 22 in the last two weeks" in words(answer)  # the most missed first
