"""Two versions of a plan side by side."""

import pytest

from tests.people import People
from therapy.plans.comparing import Change, compare
from therapy.plans.selectors import plans_of
from therapy.plans.services import prescribe

pytestmark = pytest.mark.django_db


def test_equal_versions_have_no_changes(people: People) -> None:
    prescribe(patient=people.anna, by=people.bob, template="sleep")
    prescribe(patient=people.anna, by=people.alice, template="sleep")
    assert compare(*plans_of(people.anna)) == []


def test_every_field_that_differs_is_said_with_both_values(people: People) -> None:
    prescribe(
        patient=people.anna, by=people.bob, indication="sleep", never_tracks=people.tracks[:1]
    )
    prescribe(
        patient=people.anna,
        by=people.bob,
        indication="worry",
        therapist=people.therapist,
        minutes=30,
        never_tracks=people.tracks[1:2],
        triggers=[{"tag": "siren", "reason": "fire"}],
    )
    after, before = plans_of(people.anna)
    assert compare(before, after) == [
        Change("indication", "sleep", "worry"),
        Change("minutes", 20, 30),
        Change("never_tracks", [people.tracks[0].title], [people.tracks[1].title]),
        Change("therapist", None, str(people.therapist)),
        Change("triggers", [], [{"tag": "siren", "reason": "fire"}]),
    ]
