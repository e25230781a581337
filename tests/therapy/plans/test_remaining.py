"""How many tracks a plan leaves, and which rule takes how many away."""

from typing import Any

import pytest

from tests.factories import SessionPlanFactory
from tests.people import People, described_track
from therapy.catalogue.selectors import feature_table
from therapy.plans.remaining import Remaining, RuleTakes, remaining

pytestmark = pytest.mark.django_db


def left(people: People, **fields: Any) -> Remaining:
    """Of Harbour's tracks: 60, 70 and 80 bpm, and a sung one of 120 bpm with rain."""
    described_track(people.tracks[0].catalogue, tempo=120.0, tags=["rain"], lyrics="sung")
    plan = SessionPlanFactory(patient=people.anna, **fields)
    return remaining(plan, feature_table(people.harbour))


def test_a_plan_without_rules_leaves_all(people: People) -> None:
    assert left(people) == Remaining(total=4, left=4, enough=20, rules=())


def test_what_two_rules_take_is_told_apart_from_what_one_takes_alone(people: People) -> None:
    trigger = {"tag": "Rain", "reason": "The flood."}
    found = left(people, tempo_max=65.0, triggers=[trigger], track_count=3)
    assert found.left == 1
    assert found.rules == (RuleTakes("tempo", 3, 2), RuleTakes("triggers", 1, 0))


def test_a_never_track_that_no_model_could_choose_takes_nothing_away(people: People) -> None:
    plan = SessionPlanFactory(patient=people.anna)
    plan.never_tracks.set([people.tracks[0], people.strange_track])
    found = remaining(plan, feature_table(people.harbour))
    assert (found.left, found.rules) == (2, (RuleTakes("never_tracks", 1, 1),))


@pytest.mark.parametrize(("tracks", "few"), [(11, True), (12, False)])
def test_few_are_fewer_than_four_sessions_play(people: People, tracks: int, few: bool) -> None:
    for _ in range(tracks - len(people.tracks)):
        described_track(people.tracks[0].catalogue)
    plan = SessionPlanFactory(patient=people.anna, track_count=3)
    assert remaining(plan, feature_table(people.harbour)).too_few is few
