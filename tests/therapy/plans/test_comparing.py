"""Two versions of a plan side by side."""

import pytest

from tests.people import People
from therapy.models import SessionPlan
from therapy.plans.comparing import SECTIONS, Change, compare, fields_of
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
        Change("therapist", None, str(people.therapist)),
        Change("minutes", 20, 30),
        Change("never_tracks", [people.tracks[0].title], [people.tracks[1].title]),
        Change("triggers", [], [{"tag": "siren", "reason": "fire"}]),
    ]


def test_no_field_of_a_plan_is_left_out() -> None:
    of_the_row = {"id", "patient", "version", "template", "created_by", "created_at"}
    declared = {field.name for field in SessionPlan._meta.get_fields() if not field.auto_created}
    sections = [name for section in SECTIONS for name in fields_of(section)]
    assert sorted(sections) == sorted(declared - of_the_row)
