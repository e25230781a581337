"""Setting a trial up, watching it blind, stopping it, and deciding on what it found."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.people import People
from tests.therapy.pages.reading import rows, words
from tests.therapy.trials.practice import begun, consent, follow, follow_all, planned
from therapy.audit.models import AccessLog
from therapy.models import SessionNotHeld, Trial, TrialDecision
from therapy.statistics.drift import PRIOR
from therapy.statistics.single_case import power
from therapy.trials.selectors import Ending, ends_of

pytestmark = pytest.mark.django_db

ASKED = {"difference": "curve:direct", "outcome": "calmer", "blocks": "4", "each": "3"}


@pytest.fixture
def bobs(people: People) -> Client:
    """Bob, Anna's therapist, at his desk."""
    client = Client()
    client.force_login(people.bob)
    return client


def new(people: People) -> str:
    return f"/patients/{people.anna.id}/trials/new/"


def at(trial: Trial, rest: str = "") -> str:
    return f"/patients/{trial.patient_id}/trials/{trial.id}/{rest}"


def test_a_therapist_sets_one_up(people: People, bobs: Client) -> None:
    plan = planned(people, schedule=[{"days": [1, 3, 5], "at": "18:00", "minutes": 60}])
    consent(people)
    page = words(bobs.get(f"/patients/{people.anna.id}/"))
    assert "Set up a trial" in page
    shown = bobs.get(new(people), ASKED)
    said = words(shown)
    assert "24 sessions: 12 by A and 12 by B, in 4 blocks." in said
    assert "about 8 weeks" in said
    assert "Curve linear: in equal steps" in said
    assert "direct: at the target from the first track on" in said
    chance = round(100 * power(0.3, 4, 3, PRIOR["arousal"].residual))
    assert f"0.3 {chance} of 100 such trials" in rows(shown)
    assert "SiTunes" in said
    body = ASKED | {"plan": str(plan.version), "approved": "yes"}
    assert "has begun" in words(bobs.post(new(people), body, follow=True))
    trial = Trial.objects.get()
    assert (trial.other, trial.axis, trial.higher_is_better) == ("direct", "arousal", False)
    assert (trial.begun_by, trial.assignments.count()) == (people.bob, 24)


def test_the_power_is_of_the_patients_own_sessions_once_there_are_enough(
    people: People, bobs: Client
) -> None:
    trial = begun(people)
    follow_all(trial)
    said = words(bobs.get(new(people), ASKED))
    assert "12 sessions of this patient" in said


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"approved": ""}, "approve both arms"),
        ({"plan": "99"}, "changed meanwhile"),
        ({"blocks": "1", "each": "1"}, "An arm has 4 to 60 sessions; this would be 1."),
        ({"blocks": "many"}, "Enter a whole number."),
        ({"difference": "volume_ceiling:100"}, "not one of the available choices"),
        ({"difference": "curve:linear"}, "not one of the available choices"),
    ],
)
def test_what_is_refused_begins_nothing_and_stays_typed(
    people: People, bobs: Client, changes: dict[str, str], says: str
) -> None:
    plan = planned(people)
    consent(people)
    body = ASKED | {"plan": str(plan.version), "approved": "yes"} | changes
    answer = bobs.post(new(people), body)
    assert says in words(answer)
    assert f'value="{body["each"]}"' in answer.content.decode()
    assert not Trial.objects.exists()


def test_without_consent_there_is_no_button(people: People, bobs: Client) -> None:
    plan = planned(people)
    shown = bobs.get(new(people), ASKED)
    assert "never asked about experiments" in words(shown)
    assert "Begin the trial" not in words(shown)
    body = ASKED | {"plan": str(plan.version), "approved": "yes"}
    assert "never asked about experiments" in words(bobs.post(new(people), body))
    assert not Trial.objects.exists()


def test_without_a_plan_it_says_so(people: People, bobs: Client) -> None:
    assert "No session plan is prescribed yet." in words(bobs.get(new(people)))


def test_while_it_goes_on_nobody_sees_which_is_which(people: People, bobs: Client) -> None:
    trial = begun(people)
    first, second, third, *_ = trial.assignments.order_by("position")
    follow(first)
    follow(second, after=None)
    SessionNotHeld.objects.create(
        patient=people.anna,
        plan=trial.plan,
        outcome="skipped",
        offered_at=trial.begun_at,
        phone_offered_at=trial.begun_at,
        decided_at=trial.begun_at,
        phone_decided_at=trial.begun_at,
    )
    shown = bobs.get(at(trial))
    said = words(shown)
    assert "It goes on." in said
    for line in (
        "Sessions planned 12",
        "Held so far 2",
        "which count 1",
        "and not held 1",
        "to come 10",
    ):
        assert line in said
    assert "What it found" not in said
    assert "Way" not in " ".join(rows(shown)[2:])
    assert not re.search(r"block \d, [AB]:", shown.content.decode())
    assert not re.search(r'<circle class="(before|after)"', shown.content.decode())
    assert AccessLog.objects.filter(patient_id=people.anna.id, address="trial").exists()
    assert third.sessions.count() == 0


def test_stopping_asks_once_more(people: People, bobs: Client) -> None:
    trial = begun(people)
    asked = bobs.get(at(trial, "stop/"))
    assert "Stop the trial with ANNA?" in words(asked)
    assert ends_of([trial])[trial.id] is None
    told = bobs.post(at(trial, "stop/"), {"words": "She sleeps badly."}, follow=True)
    assert "It was stopped" in words(told)
    assert "Bob wrote: She sleeps badly." in words(told)
    end = ends_of([trial])[trial.id]
    assert end is not None
    assert end.ending is Ending.STOPPED
    again = bobs.post(at(trial, "stop/"), {"words": "Once more"})
    assert "over already" in words(again)
    assert "Once more" in words(again)
    assert TrialDecision.objects.count() == 1


def test_what_it_found_is_shown_with_arms_and_decided_once(people: People, bobs: Client) -> None:
    trial = begun(people)
    follow_all(trial)
    shown = bobs.get(at(trial))
    said = words(shown)
    assert "All planned sessions were held" in said
    assert "After listening by B the patient said to be calmer than after listening by A." in said
    assert "(calmer) is above 99 %" in said
    assert "From 6 sessions by A and 6 by B" in said
    assert "no effect of treating a disease" in said
    html = shown.content.decode()
    assert len(re.findall(r"block \d, A:", html)) == len(re.findall(r"block \d, B:", html)) == 6
    empty = bobs.post(at(trial, "decide/"), {"choice": "", "words": "Half a thought"})
    assert "Say what follows from the trial." in words(empty)
    assert "Half a thought" in words(empty)
    told = bobs.post(
        at(trial, "decide/"), {"choice": "b", "words": "She wants to go on so."}, follow=True
    )
    assert "Go on with B" in words(told)
    assert "She wants to go on so." in words(told)
    row = TrialDecision.objects.get()
    assert -0.4 < row.estimate["effect"] < -0.2, "drawn a little towards no difference"
    assert row.estimate["probability_of_benefit"] > 0.99
    assert row.estimate["sessions"] == [6, 6]
    answer = bobs.post(at(trial, "decide/"), {"choice": "a", "words": ""})
    assert "already" in words(answer)
    assert TrialDecision.objects.get() == row


def test_where_chance_alone_speaks_no_difference_is_claimed(people: People, bobs: Client) -> None:
    trial = begun(people)
    follow_all(trial, arousal=[0.1, -0.2, 0.3, -0.1, 0.0, 0.2, -0.3, 0.1, 0.2, -0.1, 0.0, -0.2])
    assert "cannot be shown" in words(bobs.get(at(trial)))


def test_of_one_arm_alone_nothing_is_told(people: People, bobs: Client) -> None:
    trial = begun(people)
    follow(trial.assignments.filter(arm="a").earliest("position"))
    consent(people, given=False)
    said = words(bobs.get(at(trial)))
    assert "The patient took back the consent to experiments" in said
    assert "Nothing can be told" in said
    decided = bobs.post(at(trial, "decide/"), {"choice": "neither", "words": ""}, follow=True)
    assert "It makes no difference that matters" in words(decided)
    assert TrialDecision.objects.get().estimate is None


def test_sessions_of_a_phone_that_had_not_heard_of_the_end_do_not_count(
    people: People, bobs: Client
) -> None:
    trial = begun(people)
    bobs.post(at(trial, "stop/"))
    follow_all(trial)
    assert "Held 0" in words(bobs.get(at(trial)))


@pytest.mark.parametrize("rest", ["", "stop/"])
def test_a_stranger_finds_none(people: People, rest: str) -> None:
    trial = begun(people)
    client = Client()
    client.force_login(people.charlie)
    assert client.get(at(trial, rest)).status_code == 404
    assert client.post(at(trial, "stop/")).status_code == 404
    assert client.post(at(trial, "decide/"), {"choice": "a"}).status_code == 404
    assert client.get(new(people)).status_code == 404
    elsewhere: Any = f"/patients/{people.carl.id}/trials/{trial.id}/"
    assert client.get(elsewhere).status_code == 404
    assert not TrialDecision.objects.exists()
