"""Flags on the staff pages, and seeing to one."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from tests.factories import MembershipFactory
from tests.people import People
from tests.therapy.pages.reading import words
from therapy.models import Membership, SafetyFlag
from therapy.safety.services import acknowledge

pytestmark = pytest.mark.django_db


@pytest.fixture
def flag(people: People) -> SafetyFlag:
    flag: SafetyFlag = SafetyFlag.objects.create(
        patient=people.anna,
        rule="stopped-feeling-worse",
        rule_version=1,
        severity="attention",
        cause=people.anna.id,
    )
    return flag


@pytest.fixture
def alices(people: People) -> Client:
    client = Client()
    client.force_login(people.alice)
    return client


def seen_to(people: People, flag: SafetyFlag) -> str:
    return reverse("flag", args=[people.anna.id, flag.id])


def test_a_standing_flag_says_which_rule_fired_and_what_it_rests_on(
    alices: Client, people: People, flag: SafetyFlag
) -> None:
    page = words(alices.get(reverse("patient", args=[people.anna.id])))
    assert "A session was stopped because the patient felt worse" in page
    assert "rule stopped-feeling-worse, version 1" in page
    assert "What the patient said." in page
    assert "1" in words(alices.get("/"))


def test_the_page_begins_with_what_stands_until_it_is_seen_to(
    alices: Client, people: People, flag: SafetyFlag
) -> None:
    address = reverse("patient", args=[people.anna.id])
    notice = '<a href="#safety-flags">A session was stopped because the patient felt worse</a>'
    before, _, after = alices.get(address).content.decode().partition('id="plan"')
    assert notice in before
    assert after
    alices.post(seen_to(people, flag), {"note": "called her"})
    assert notice not in alices.get(address).content.decode()


def test_without_flags_the_page_promises_no_watching(alices: Client, people: People) -> None:
    assert "nobody watches in between" in words(
        alices.get(reverse("patient", args=[people.anna.id]))
    )


def test_seeing_to_a_flag_keeps_who_when_and_what_was_done(
    alices: Client, people: People, flag: SafetyFlag
) -> None:
    answer = alices.post(seen_to(people, flag), {"note": "called her"}, follow=True)
    assert "the flag was seen to" in words(answer)
    assert "seen to by Alice" in words(answer)
    flag.refresh_from_db()
    assert (flag.acknowledged_by, flag.note) == (people.alice, "called her")
    acknowledge(flag=flag, by=people.bob, note="later")
    flag.refresh_from_db()
    assert flag.acknowledged_by == people.alice


def test_a_note_that_is_too_long_changes_nothing(
    alices: Client, people: People, flag: SafetyFlag
) -> None:
    answer = alices.post(seen_to(people, flag), {"note": "x" * 2001}, follow=True)
    assert "Nothing was changed" in words(answer)
    flag.refresh_from_db()
    assert flag.acknowledged_at is None


def test_strangers_and_admins_see_to_nothing(people: People, flag: SafetyFlag) -> None:
    admin = MembershipFactory(clinic=people.harbour, role=Membership.Role.ADMIN).user
    for user in (people.charlie, admin):
        with pytest.raises(PermissionDenied):
            acknowledge(flag=flag, by=user)


def test_the_urgent_come_first_in_the_list(people: People, alices: Client) -> None:
    for severity, cause in (("attention", people.anna.id), ("urgent", people.harbour.id)):
        SafetyFlag.objects.create(
            patient=people.anna,
            rule="self-harm-answer",
            rule_version=1,
            severity=severity,
            cause=cause,
        )
    assert "1 urgent and 1 more" in words(alices.get("/"))
