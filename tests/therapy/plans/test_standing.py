"""A plan is paused, taken up again and ended."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from tests.factories import MembershipFactory
from tests.people import People
from therapy.append_only import NeverChanged
from therapy.models import Membership, PlanStanding
from therapy.plans.models import Standing
from therapy.plans.selectors import standing_of
from therapy.plans.services import end, pause, resume

pytestmark = pytest.mark.django_db


def test_a_plan_is_active_until_something_else_is_said(people: People) -> None:
    assert standing_of(people.anna) is Standing.ACTIVE


def test_the_newest_word_stands_and_every_one_is_kept(people: People) -> None:
    pause(patient=people.anna, by=people.bob, reason=" on holiday ")
    assert standing_of(people.anna) is Standing.PAUSED
    resume(patient=people.anna, by=people.alice)
    end(patient=people.anna, by=people.bob)
    assert standing_of(people.anna) is Standing.ENDED
    resume(patient=people.anna, by=people.bob)
    assert standing_of(people.anna) is Standing.ACTIVE
    rows = PlanStanding.objects.filter(patient=people.anna).order_by("id")
    assert [(row.standing, row.set_by) for row in rows] == [
        ("paused", people.bob),
        ("active", people.alice),
        ("ended", people.bob),
        ("active", people.bob),
    ]
    assert rows[0].reason == "on holiday"
    with pytest.raises(NeverChanged):
        rows.update(standing="active")


@pytest.mark.parametrize(("first", "second"), [(pause, pause), (end, pause), (end, end)])
def test_what_cannot_follow_is_refused(people: People, first: object, second: object) -> None:
    first(patient=people.anna, by=people.bob)  # type: ignore[operator]
    with pytest.raises(ValidationError, match="it cannot become"):
        second(patient=people.anna, by=people.bob)  # type: ignore[operator]
    assert PlanStanding.objects.count() == 1


def test_what_is_not_paused_is_not_resumed(people: People) -> None:
    with pytest.raises(ValidationError, match="it cannot become active"):
        resume(patient=people.anna, by=people.bob)


def test_a_stranger_and_an_admin_change_nothing(people: People) -> None:
    admin = MembershipFactory(clinic=people.harbour, role=Membership.Role.ADMIN).user
    for user in (people.charlie, admin):
        with pytest.raises(PermissionDenied):
            pause(patient=people.anna, by=user)
    assert not PlanStanding.objects.exists()
