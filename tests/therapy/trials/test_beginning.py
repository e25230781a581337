"""A trial begins between arms that differ in one thing, with consent, and one at a time."""

from collections import Counter
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from tests.people import People
from tests.therapy.trials.practice import DESIGN, begun, consent, planned
from therapy.catalogue.selectors import feature_table
from therapy.models import Assignment, SessionPlan, Trial
from therapy.plans.comparing import compare
from therapy.plans.exclusions import excluded_track_ids
from therapy.plans.services import pause
from therapy.statistics.single_case import randomised_blocks
from therapy.trials.arms import plan_of
from therapy.trials.services import begin_trial

pytestmark = pytest.mark.django_db


def begin(people: People, plan: SessionPlan, **fields: Any) -> Trial:
    return begin_trial(patient=people.anna, by=people.bob, plan=plan, **DESIGN | fields)


def refusal(people: People, plan: SessionPlan, **fields: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        begin(people, plan, **fields)
    assert not Trial.objects.exists()
    assert not Assignment.objects.exists()
    return refused.value.message_dict


def test_every_session_is_drawn_once_in_blocks_that_have_both_arms_as_often(
    people: People,
) -> None:
    trial = begun(people)
    rows = list(trial.assignments.order_by("position"))
    assert [row.position for row in rows] == list(range(12))
    for block in range(3):
        assert Counter(row.arm for row in rows if row.block == block) == {"a": 2, "b": 2}
    drawn = [one for block in randomised_blocks(3, 2, trial.seed) for one in block]
    assert [row.arm == "b" for row in rows] == [one == 1 for one in drawn]
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(trial=trial, position=0, block=0, arm="a")


@pytest.mark.parametrize(
    ("varied", "other"), [("curve", "direct"), ("start_factor", 0.85), ("track_count", 3)]
)
def test_the_arms_differ_in_that_alone(people: People, varied: str, other: Any) -> None:
    trial = begun(people, varied=varied, other=other)
    a, b = plan_of(trial, "a"), plan_of(trial, "b")
    assert [change.field for change in compare(a, b)] == [varied]
    assert getattr(b, varied) == other
    assert compare(a, trial.plan) == []
    for name in ("volume_ceiling", "crisis_plan", "triggers", "excluded_tags", "schedule"):
        assert getattr(a, name) == getattr(b, name)
    assert set(a.never_tracks.all()) == set(b.never_tracks.all()) == {people.tracks[2]}
    table = feature_table(people.harbour)
    assert excluded_track_ids(a, table) == excluded_track_ids(b, table) == {people.tracks[2].id}
    trial.plan.refresh_from_db()
    assert getattr(trial.plan, varied) != other, "nothing was changed in the plan"


@pytest.mark.parametrize(
    ("fields", "where", "says"),
    [
        ({"varied": "volume_ceiling", "other": 90}, "varied", "curve, start_factor, track_count"),
        ({"varied": "crisis_plan", "other": "none"}, "varied", "curve, start_factor, track_count"),
        ({"other": "linear"}, "other", "would be the same"),
        ({"other": "spiral"}, "other", "There are: linear"),
        ({"varied": "start_factor", "other": 3.0}, "other", "between 0.5 and 1"),
        ({"varied": "track_count", "other": 99}, "other", "between 3 and 8"),
        ({"varied": "start_factor", "other": float("nan")}, "other", "finite number"),
        ({"blocks": 1, "each": 1}, "blocks", "4 to 60 sessions; this would be 1"),
        ({"blocks": 31}, "blocks", "between 1 and 30"),
        ({"axis": "pulse"}, "axis", "valence, arousal"),
    ],
)
def test_what_is_no_trial_is_refused_and_named(
    people: People, fields: dict[str, Any], where: str, says: str
) -> None:
    plan = planned(people)
    consent(people)
    found = refusal(people, plan, **fields)
    assert says in " ".join(found[where]), found


def test_two_values_that_lead_the_same_way_are_no_comparison(people: People) -> None:
    plan = planned(people, curve="direct")
    consent(people)
    assert "same path" in refusal(people, plan, varied="start_factor", other=0.7)["other"][0]


def test_without_consent_nothing_begins(people: People) -> None:
    plan = planned(people)
    assert "never asked about experiments" in refusal(people, plan)["__all__"][0]
    consent(people)
    consent(people, given=False)
    assert "does not consent" in refusal(people, plan)["__all__"][0]
    consent(people)
    consent(people, scope="care", given=False)
    assert "consent to care" in refusal(people, plan)["__all__"][0]


def test_neither_does_one_of_a_plan_that_is_not_in_force(people: People) -> None:
    old, new = planned(people), planned(people)
    consent(people)
    assert "changed meanwhile" in refusal(people, old)["__all__"][0]
    pause(patient=people.anna, by=people.bob)
    assert "paused or ended" in refusal(people, new)["__all__"][0]


def test_one_at_a_time(people: People) -> None:
    trial = begun(people)
    with pytest.raises(ValidationError, match="One at a time"):
        begin(people, trial.plan)
    assert Trial.objects.count() == 1


def test_a_stranger_begins_none(people: People) -> None:
    plan = planned(people)
    consent(people)
    with pytest.raises(PermissionDenied):
        begin_trial(patient=people.anna, by=people.charlie, plan=plan, **DESIGN)
    assert not Trial.objects.exists()
