"""The summary for the chart: what it counts, its period, and that it is one sheet of paper."""

import re
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.browsing import Window
from tests.factories import MeasureResponseFactory, SessionPlanFactory, TrackPlayFactory
from tests.people import People, settle
from tests.signing_in import with_password
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import FIRST_DAY, add_session, rows, words
from therapy.models import GoalReview, Patient, SafetyFlag
from therapy.pages.summary import CHARTED

SPRING = {"from": "2026-03-01", "to": "2026-05-31"}
GOAL = {"goal": "Fall asleep within half an hour", "weight": 2, "levels": list("abcde")}


def address_of(patient: Patient) -> str:
    return reverse("summary", args=[patient.id])


def fill(people: People) -> None:
    """More than the sheet can show of everything."""
    plans = [
        SessionPlanFactory(
            patient=people.anna,
            version=version,
            goals=[GOAL],
            schedule=[{"days": [1, 2, 3, 4, 5, 6, 7], "at": "18:00", "minutes": 60}],
            most_sessions_a_day=2,
            most_minutes_a_week=180,
        )
        for version in (1, 2)
    ]
    for plan in plans:
        type(plan)._base_manager.filter(pk=plan.pk).update(
            created_at=FIRST_DAY - timedelta(hours=1)
        )
    for day in range(CHARTED + 4):
        swing = 0.1 if day % 2 else -0.1
        sitting = add_session(
            people.anna,
            day=day,
            plan=plans[day > 14],
            after=(0.2 + swing, -0.3 + swing),
            ending="stopped" if day == 3 else "completed",
        )
        TrackPlayFactory(
            patient=people.anna,
            session=sitting,
            track=people.tracks[0],
            position=0,
            started_at=sitting.started_at,
            seconds_heard=600,
        )
        MeasureResponseFactory(
            patient=people.anna,
            session=sitting,
            measure="pain-nrs",
            answers={"pain": 7 - day % 5},
            scores={"pain": {"value": 7 - day % 5, "band": None}},
            answered_at=sitting.started_at,
        )
    GoalReview.objects.create(
        patient=people.anna, plan=plans[1], reviewed_on=date(2026, 3, 20), levels=[1]
    )
    for number, rule in enumerate(("stopped-feeling-worse", "worse-than-expected")):
        flag = SafetyFlag.objects.create(
            patient=people.anna,
            rule=rule,
            rule_version=1,
            severity="attention",
            cause=people.tracks[number].id,
        )
        SafetyFlag.objects.filter(id=flag.id).update(raised_at=FIRST_DAY + timedelta(days=3))


@pytest.mark.django_db
def test_it_counts_what_was_held_heard_and_said(people: People, alices: Client) -> None:
    fill(people)
    answer = alices.get(address_of(people.anna), SPRING)
    said = words(answer)
    assert "28 sessions held, 1 of them stopped" in said
    assert "280 minutes heard, 21 a week" in said
    assert "As planned: 28 of " in said
    assert "The latest 24 of 28 sessions." in said
    assert "sound exposure cannot be estimated" in said
    assert "T-score 60.0, where 50 is what was expected" in said
    assert "2 flags stand and were not seen to." in said
    # After .2 and −.3 on average; from −.4 and .6 ordinary listening leads to −.07 and .34.
    assert "Valence −0.40 +0.20 +0.27" in rows(answer)
    assert "Arousal +0.60 −0.30 −0.64" in rows(answer)


@pytest.mark.django_db
def test_of_a_measure_the_last_answer_is_told_with_the_change_since_the_first(
    people: People, alices: Client
) -> None:
    for day, pain in ((0, 7), (4, 3), (200, 1)):
        MeasureResponseFactory(
            patient=people.anna,
            measure="pain-nrs",
            answered_at=FIRST_DAY + timedelta(days=day),
            answers={"pain": pain},
            scores={"pain": {"value": pain, "band": None}},
        )
    said = words(alices.get(address_of(people.anna), SPRING))
    assert "6 Mar 2026, 18:00 : 3 of 0 to 10, since the first: −4" in said
    assert "2 Mar 2026" not in said.split("Measures, the last answer to each")[1]


@pytest.mark.django_db
def test_only_what_was_in_the_period_counts(people: People, alices: Client) -> None:
    fill(people)
    asked = {"from": "2026-03-04", "to": "2026-03-05"}
    said = words(alices.get(address_of(people.anna), asked))
    assert "2 sessions held" in said
    assert "4 March 2026 to 5 March 2026" in said
    assert "No safety flag was raised." not in said
    later = words(alices.get(address_of(people.anna), {"from": "2026-06-01", "to": "2026-06-30"}))
    assert "0 sessions held" in later
    assert "No session of this period has a mood both before and after." in later
    assert "No safety flag was raised." in later


@pytest.mark.django_db
def test_without_a_plan_it_says_so(people: People, alices: Client) -> None:
    said = words(alices.get(address_of(people.anna)))
    assert "None is prescribed." in said
    assert "The plan set no times in this period." in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"from": "3 March"}, "Write a day as 2026-03-31."),
        ({"to": "2026-02-30"}, "Write a day as 2026-03-31."),
        ({"from": "2026-05-01", "to": "2026-04-01"}, "The last day is before the first."),
        ({"from": "2198-01-01", "to": "2199-01-01"}, "This day is still to come."),
    ],
)
def test_a_period_that_makes_no_sense_is_told_at_its_field(
    people: People, alices: Client, asked: dict[str, str], problem: str
) -> None:
    answer = alices.get(address_of(people.anna), asked)
    assert answer.status_code == 400
    assert problem in words(answer)
    assert "Listening of ANNA" in words(answer)
    for typed in asked.values():
        assert f'value="{typed}"' in answer.content.decode()


@pytest.mark.django_db
def test_charlie_finds_nobody(people: People, signed_in: SignedIn) -> None:
    assert signed_in(people.charlie).get(address_of(people.anna)).status_code == 404


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_full_summary_is_one_sheet_of_paper(window: Window) -> None:
    cache.clear()  # the tries of other tests
    people = settle()
    fill(people)
    with_password(people.alice)
    window.sign_in(people.alice.email)
    page = window.page
    window.open(f"{address_of(people.anna)}?from=2026-03-01&to=2026-05-31")
    page.get_by_role("heading", name="Listening of ANNA").wait_for()
    window.expect_calm()
    window.expect_accessible()
    sheet = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    page.emulate_media(media="print")
    assert page.get_by_label("First day").is_hidden()
    page.get_by_text("What this is not").wait_for()
