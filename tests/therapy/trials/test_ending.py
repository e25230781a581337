"""What ends a trial, at once and for good, and what is written down then."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from tests.people import People
from tests.therapy.trials.practice import DESIGN, begun, consent, follow, follow_all, planned
from therapy.append_only import NeverChanged
from therapy.models import TrialDecision
from therapy.plans import services as plans
from therapy.trials.selectors import Ending, ends_of, running_trial
from therapy.trials.services import begin_trial, decide, stop_trial

pytestmark = pytest.mark.django_db

WAYS: dict[Ending, Callable[[People], object]] = {
    Ending.WITHDRAWN: lambda people: consent(people, given=False),
    Ending.CARE_ENDED: lambda people: consent(people, scope="care", given=False),
    Ending.PRESCRIBED: planned,
    Ending.PAUSED: lambda people: plans.pause(patient=people.anna, by=people.bob),
    Ending.PLAN_ENDED: lambda people: plans.end(patient=people.anna, by=people.bob),
    Ending.STOPPED: lambda people: stop_trial(
        trial=people.anna.trials.get(), by=people.bob, words="She sleeps badly."
    ),
}


@pytest.mark.parametrize("ending", WAYS)
def test_each_ends_it_and_says_why(people: People, ending: Ending) -> None:
    trial = begun(people)
    assert running_trial(people.anna) == trial
    WAYS[ending](people)
    assert running_trial(people.anna) is None
    end = ends_of([trial])[trial.id]
    assert end is not None
    assert end.ending is ending
    assert end.at >= trial.begun_at


def test_a_yes_after_a_no_begins_nothing_again(people: People) -> None:
    trial = begun(people)
    consent(people, given=False)
    consent(people)
    assert running_trial(people.anna) is None
    again = begin_trial(patient=people.anna, by=people.bob, plan=trial.plan, **DESIGN)
    assert running_trial(people.anna) == again


def test_another_patients_word_ends_nothing(people: People) -> None:
    begun(people)
    plans.prescribe(patient=people.carl, by=people.charlie)
    plans.pause(patient=people.carl, by=people.charlie)
    assert running_trial(people.anna) is not None


def test_when_every_session_was_held_it_is_over(people: People) -> None:
    trial = begun(people)
    *first, last = trial.assignments.order_by("position")
    for assignment in first:
        follow(assignment)
    assert running_trial(people.anna) == trial
    session = follow(last)
    end = ends_of([trial])[trial.id]
    assert end is not None
    assert (end.ending, end.at) == (Ending.HELD, session.started_at)


def test_what_came_first_is_why(people: People) -> None:
    trial = begun(people)
    stop_trial(trial=trial, by=people.bob)
    follow_all(trial)  # of a phone that had not heard of it
    planned(people)
    end = ends_of([trial])[trial.id]
    assert end is not None
    assert end.ending is Ending.STOPPED


def test_it_is_stopped_once(people: People) -> None:
    trial = begun(people)
    with pytest.raises(PermissionDenied):
        stop_trial(trial=trial, by=people.charlie)
    with pytest.raises(ValidationError, match="at most 2000"):
        stop_trial(trial=trial, by=people.bob, words="x" * 2001)
    row = stop_trial(trial=trial, by=people.bob, words=" She sleeps badly. ")
    assert (row.words, row.recorded_by) == ("She sleeps badly.", people.bob)
    with pytest.raises(ValidationError, match="over already"):
        stop_trial(trial=trial, by=people.bob)
    with pytest.raises(NeverChanged):
        row.save()


def test_nothing_is_decided_while_it_goes_on(people: People) -> None:
    trial = begun(people)
    asked = {"trial": trial, "by": people.bob, "choice": "b", "words": "", "estimate": None}
    with pytest.raises(ValidationError, match="goes on"):
        decide(**asked)
    stop_trial(trial=trial, by=people.bob)
    with pytest.raises(ValidationError, match="a, b, neither"):
        decide(**asked | {"choice": "c"})
    with pytest.raises(ValidationError, match="what follows"):
        decide(**asked | {"choice": ""})
    row = decide(**asked | {"estimate": {"effect": -0.2}, "words": "Calmer, she says."})
    assert (row.choice, row.estimate) == ("b", {"effect": -0.2})
    with pytest.raises(ValidationError, match="already"):
        decide(**asked | {"choice": "a"})
    assert TrialDecision.objects.filter(kind="decided").count() == 1


def test_two_that_say_the_same_assignment_leave_one_to_follow(people: People) -> None:
    trial = begun(people)
    one = trial.assignments.earliest("position")
    follow(one)
    follow(one, at=trial.begun_at + timedelta(days=30))
    assert running_trial(people.anna) == trial
    assert trial.assignments.filter(sessions=None).count() == trial.planned - 1
