"""A therapist prescribes; every change is the next version."""

import math
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from tests.people import People
from tests.threads import at_once
from therapy.models import SessionPlan
from therapy.plans.comparing import said
from therapy.plans.selectors import current_plan
from therapy.plans.services import drafted, prescribe
from therapy.plans.templates import TEMPLATES, PlanTemplate
from therapy.records import ConflictError

pytestmark = pytest.mark.django_db


def test_a_patient_has_no_plan_until_one_is_prescribed(people: People) -> None:
    assert current_plan(people.anna) is None
    plan = prescribe(patient=people.anna, by=people.bob)
    assert current_plan(people.anna) == plan
    assert (plan.version, plan.created_by, plan.curve) == (1, people.bob, "linear")


def test_a_change_is_the_next_version_and_the_earlier_one_stays(people: People) -> None:
    first = prescribe(patient=people.anna, by=people.bob, track_count=4)
    second = prescribe(patient=people.anna, by=people.alice, curve="u")
    assert (first.version, second.version) == (1, 2)
    assert current_plan(people.anna) == second
    first.refresh_from_db()
    assert (first.track_count, first.curve) == (4, "linear")
    assert second.track_count == 5, "what is left out is the default, not what was before"


def test_versions_are_counted_for_each_patient(people: People) -> None:
    prescribe(patient=people.anna, by=people.bob)
    assert prescribe(patient=people.carl, by=people.charlie).version == 1


def test_every_field_is_kept(people: People) -> None:
    fields: dict[str, Any] = {
        "target_valence": 0.25,
        "target_arousal": -0.75,
        "curve": "plateau",
        "start_factor": 0.85,
        "track_count": 8,
        "minutes": 60,
        "hold_radius": 0.0,
        "largest_step": 3.0,
        "lowest_valence": -1.0,
        "explicit_allowed": True,
        "lyrics": "none",
        "tempo_min": 60.0,
        "tempo_max": 60.0,
        "loudness_max": -23.0,
    }
    plan = prescribe(
        patient=people.anna,
        by=people.bob,
        never_tracks=people.tracks[:2],
        excluded_tags=["Drums ", "drums", "siren"],
        **fields,
    )
    stored = SessionPlan.objects.get(id=plan.id)
    assert {name: getattr(stored, name) for name in fields} == fields
    assert set(stored.never_tracks.all()) == set(people.tracks[:2])
    assert stored.excluded_tags == ["drums", "siren"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("curve", "zigzag", "'zigzag' is not a valid choice. There are: linear, "),
        ("lyrics", "some", "not a valid choice"),
        ("track_count", 2, "between 3 and 8, not 2"),
        ("track_count", 9, "between 3 and 8, not 9"),
        ("target_valence", 1.01, "between -1 and 1"),
        ("target_arousal", -1.01, "between -1 and 1"),
        ("lowest_valence", math.nan, "finite number, not nan"),
        ("start_factor", 0.49, "between 0.5 and 1, not 0.49"),
        ("start_factor", math.inf, "finite number, not inf"),
        ("minutes", 4, "between 5 and 60, not 4"),
        ("minutes", 61, "between 5 and 60, not 61"),
        ("hold_radius", -0.1, "between 0 and 1"),
        ("largest_step", 0.0, "between 0.05 and 3"),
        ("largest_step", math.nan, "finite number, not nan"),
        ("tempo_min", 0.0, "between 1 and 1000"),
        ("tempo_max", math.nan, "finite number"),
        ("loudness_max", 3.0, "between -100 and 0"),
        ("excluded_tags", "drums", "list of words"),
        ("excluded_tags", ["x" * 61], "at most 60 characters"),
        ("excluded_tags", [1], "list of words"),
        ("volume", 3, "no such field"),
        ("composed_share", 1.2, "between 0 and 1"),
        ("breathing_rate", 2.0, "between 3 and 20"),
        ("volume_ceiling", 0, "between 1 and 100"),
        ("selected_by", "nobody", "not a valid choice"),
        ("epilepsy", "maybe", "not a valid choice"),
        ("rationale", "x" * 4001, "at most 4000"),
        ("goals", {}, "list of at most 6 goals"),
        ("lyrics", "languages", "at least one language"),
        ("lyric_languages", ["Deutsch!"], "Not a language tag"),
        ("triggers", [{"tag": "siren"}], "'tag' and 'reason'"),
        ("schedule", [{"days": [1], "at": "20:30"}], "'days', 'at' and 'minutes'"),
        ("schedule", [{"days": [0], "at": "20:30", "minutes": 60}], "1 (Monday) to 7 (Sunday)"),
        ("schedule", [{"days": [1, 1], "at": "20:30", "minutes": 60}], "a day twice"),
        ("schedule", [{"days": [1], "at": "24:00", "minutes": 60}], "time of day"),
        ("schedule", [{"days": [1], "at": "20:30", "minutes": 4}], "5 to 1440"),
        ("measures", [{"measure": "phq9", "when": "now", "may_skip": True}], "one of start"),
        ("measures", [{"measure": "mood", "when": "start", "may_skip": True}], "affective-slider"),
    ],
)
def test_a_plan_is_refused_by_field(people: People, field: str, value: Any, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        prescribe(patient=people.anna, by=people.bob, **{field: value})
    ((path, texts),) = refused.value.message_dict.items()
    assert path.split(".")[0] == ("lyric_languages" if value == "languages" else field)
    assert words in texts[0]
    assert not SessionPlan.objects.exists()


def test_an_empty_range_of_tempo_is_refused(people: People) -> None:
    with pytest.raises(ValidationError) as refused:
        prescribe(patient=people.anna, by=people.bob, tempo_min=81.0, tempo_max=80.0)
    assert refused.value.message_dict == {
        "tempo_min": ["The lowest, 81, is above the highest, 80 bpm."]
    }


def test_all_that_is_wrong_is_said_at_once(people: People) -> None:
    with pytest.raises(ValidationError) as refused:
        prescribe(
            patient=people.anna,
            by=people.bob,
            curve="zigzag",
            minutes=2,
            excluded_tags="drums",
            never_tracks=[people.strange_track],
        )
    assert set(refused.value.message_dict) == {"curve", "minutes", "excluded_tags", "never_tracks"}


def test_tracks_of_another_clinics_catalogue_are_refused_by_title(people: People) -> None:
    with pytest.raises(ValidationError) as refused:
        prescribe(
            patient=people.anna,
            by=people.bob,
            never_tracks=[people.tracks[0], people.strange_track],
        )
    assert refused.value.message_dict == {
        "never_tracks": [f"In no catalogue of this clinic: {people.strange_track.title}."]
    }


def test_a_stranger_cannot_prescribe(people: People) -> None:
    with pytest.raises(PermissionDenied, match="may not change what a patient is given"):
        prescribe(patient=people.anna, by=people.charlie)
    assert not SessionPlan.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_plans_prescribed_at_once_get_versions_of_their_own(people: People) -> None:
    def once() -> int:
        return prescribe(patient=people.anna, by=people.bob).version

    assert sorted(at_once(once, once, once, once)) == [1, 2, 3, 4]


def test_a_plan_begins_from_a_template_and_says_otherwise(people: People) -> None:
    plan = prescribe(patient=people.anna, by=people.bob, template="sleep", minutes=15)
    sleep = TEMPLATES["sleep"].fields
    assert (plan.template, plan.minutes) == ("sleep", 15)
    assert plan.schedule == sleep["schedule"]
    assert (plan.target_arousal, plan.lyrics) == (sleep["target_arousal"], "none")


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.key)
def test_every_template_is_a_sound_plan_and_names_its_source(
    people: People, template: PlanTemplate
) -> None:
    assert prescribe(patient=people.anna, by=people.bob, template=template.key).version == 1
    assert template.source
    assert template.purpose


def test_an_unknown_template_is_answered_with_those_that_there_are(people: People) -> None:
    with pytest.raises(ValidationError, match="There are: sleep"):
        prescribe(patient=people.anna, by=people.bob, template="party")


def test_a_therapist_of_another_clinic_cannot_be_responsible(people: People) -> None:
    stranger = people.charlie.memberships.get()
    with pytest.raises(ValidationError, match="does not work at"):
        prescribe(patient=people.anna, by=people.bob, therapist=stranger)


def test_a_track_is_not_both_always_and_never(people: People) -> None:
    both = people.tracks[:1]
    with pytest.raises(ValidationError, match="Also among those that are never played"):
        prescribe(patient=people.anna, by=people.bob, always_tracks=both, never_tracks=both)


@pytest.mark.parametrize(
    ("goal", "path"),
    [
        ({"goal": "", "weight": 1, "levels": ["a"] * 5}, "goals.0.goal"),
        ({"goal": "x", "weight": 0, "levels": ["a"] * 5}, "goals.0.weight"),
        ({"goal": "x", "weight": True, "levels": ["a"] * 5}, "goals.0.weight"),
        ({"goal": "x", "weight": 1, "levels": ["a"] * 4}, "goals.0.levels"),
        ({"goal": "x"}, "goals.0"),
    ],
)
def test_a_goal_is_refused_where_it_is_wrong(
    people: People, goal: dict[str, Any], path: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        prescribe(patient=people.anna, by=people.bob, goals=[goal])
    assert list(refused.value.message_dict) == [path]


# Written to follow a version


def test_what_was_written_to_follow_another_version_is_refused(people: People) -> None:
    prescribe(patient=people.anna, by=people.bob, after=0)
    with pytest.raises(ConflictError, match=r"The plan is at version 1, not 0\."):
        prescribe(patient=people.anna, by=people.alice, after=0)
    assert prescribe(patient=people.anna, by=people.alice, after=1).version == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_that_follow_the_same_version_one_is_kept(people: People) -> None:
    def write() -> int | str:
        try:
            return prescribe(patient=people.anna, by=people.bob, after=0).version
        except ConflictError:
            return "refused"

    assert sorted(map(str, at_once(write, write))) == ["1", "refused"]


# Drafts


def test_a_draft_says_what_would_be_prescribed_and_saves_nothing(people: People) -> None:
    fields: Any = {
        "template": "sleep",
        "never_tracks": [people.tracks[0]],
        "always_tracks": people.tracks[1:],
        "only_tags": ["Piano "],
    }
    draft = drafted(patient=people.anna, **fields)
    assert not SessionPlan.objects.filter(patient=people.anna).exists()
    assert said(draft) == said(prescribe(patient=people.anna, by=people.bob, **fields))
    assert said(draft)["never_tracks"] == [people.tracks[0].title]


def test_a_draft_is_refused_as_a_plan_is(people: People) -> None:
    with pytest.raises(ValidationError) as refused:
        drafted(patient=people.anna, track_count=9, never_tracks=[people.strange_track])
    assert set(refused.value.message_dict) == {"track_count", "never_tracks"}
