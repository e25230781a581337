"""Reviews of how far goals were attained."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import MembershipFactory
from tests.people import People
from tests.therapy.pages.reading import words
from therapy.models import GoalReview, Membership, SessionPlan
from therapy.plans.reviewing import review_goals
from therapy.plans.services import prescribe

pytestmark = pytest.mark.django_db
LEVELS = ["no night", "one night", "three nights", "five nights", "every night"]
GOALS = [
    {"goal": "Sleeps through", "weight": 3, "levels": LEVELS},
    {"goal": "Sings again", "weight": 1, "levels": LEVELS},
]


@pytest.fixture
def plan(people: People) -> SessionPlan:
    return prescribe(patient=people.anna, by=people.bob, goals=GOALS)


@pytest.fixture
def bobs(people: People) -> Client:
    client = Client()
    client.force_login(people.bob)
    return client


def page_of(client: Client, people: People) -> str:
    return words(client.get(reverse("patient", args=[people.anna.id])))


def sent(**fields: Any) -> dict[str, Any]:
    return {"plan": "1", "goal-0": "1", "goal-1": "", "reviewed_on": "2026-03-01"} | fields


def test_a_review_is_written_on_the_page(bobs: Client, people: People, plan: SessionPlan) -> None:
    assert "+2 much more than expected: every night" in page_of(bobs, people)
    page = words(bobs.post(reverse("review-goals", args=[people.anna.id]), sent(), follow=True))
    assert "Written down: goal attainment T = 60." in page
    assert "T = 60 1 Mar 2026, by Bob; plan version 1" in page
    assert "Sleeps through: more than expected" in page
    assert "Sings again: " not in page, "It was not judged."


def test_weights_count(people: People, plan: SessionPlan) -> None:
    """50 + 10·(3·1 + 1·(−2))/√(.7·10 + .3·16) = 50 + 10/√11.8."""
    made = review_goals(plan=plan, by=people.bob, reviewed_on=date(2026, 3, 1), levels=[1, -2])
    assert made.score == pytest.approx(52.911, abs=1e-3)


def test_a_review_keeps_to_the_goals_that_it_judged(
    bobs: Client, people: People, plan: SessionPlan
) -> None:
    review_goals(plan=plan, by=people.bob, reviewed_on=date(2026, 3, 1), levels=[0, None])
    prescribe(patient=people.anna, by=people.bob, goals=GOALS[1:])
    page = page_of(bobs, people)
    assert "T = 50 1 Mar 2026, by Bob; plan version 1" in page
    answer = bobs.post(reverse("review-goals", args=[people.anna.id]), sent(), follow=True)
    assert "The plan has changed meanwhile" in words(answer)
    assert GoalReview.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"goal-0": ""}, "Judge one goal at least"),
        ({"goal-0": "3"}, "from −2 to 2"),
        ({"goal-0": "much"}, "whole number"),
        ({"reviewed_on": "soon"}, "on which day"),
        ({"reviewed_on": "2999-01-01"}, "still to come"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    bobs: Client, people: People, plan: SessionPlan, fields: dict[str, str], said: str
) -> None:
    answer = bobs.post(reverse("review-goals", args=[people.anna.id]), sent(**fields), follow=True)
    assert "Nothing was written down" in words(answer)
    assert said in words(answer)
    assert not GoalReview.objects.exists()


def test_numbers_match_the_goals(people: People, plan: SessionPlan) -> None:
    with pytest.raises(ValidationError, match="2 goals, not 1"):
        review_goals(plan=plan, by=people.bob, reviewed_on=date(2026, 3, 1), levels=[1])


def test_where_it_is_tomorrow_already_today_is_a_day(people: People, plan: SessionPlan) -> None:
    tomorrow = timezone.now().date() + timedelta(days=1)
    assert review_goals(plan=plan, by=people.bob, reviewed_on=tomorrow, levels=[0, 0]).score == 50


def test_admins_and_strangers_review_nothing(people: People, plan: SessionPlan) -> None:
    admin = MembershipFactory(clinic=people.harbour, role=Membership.Role.ADMIN).user
    for user in (admin, people.charlie):
        with pytest.raises(PermissionDenied):
            review_goals(plan=plan, by=user, reviewed_on=date(2026, 3, 1), levels=[0, 0])


def test_a_plan_without_goals_says_what_goals_are_for(bobs: Client, people: People) -> None:
    assert "there is none yet" in page_of(bobs, people)
    prescribe(patient=people.anna, by=people.bob)
    assert "names no goals" in page_of(bobs, people)
    answer = bobs.post(reverse("review-goals", args=[people.anna.id]), sent(), follow=True)
    assert "The plan names no goals to review" in words(answer)
