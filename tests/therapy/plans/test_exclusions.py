"""What a plan excludes is excluded, and what is not known counts against a track."""

import uuid
from typing import Any

import pytest

from tests.factories import FeatureSchemaFactory, SessionPlanFactory, TrackFeaturesFactory
from tests.people import People, described_track
from therapy.catalogue.selectors import feature_table
from therapy.models import SessionPlan, Track
from therapy.plans.exclusions import excluded_track_ids

pytestmark = pytest.mark.django_db


def excluded(people: People, **fields: Any) -> set[uuid.UUID]:
    plan = SessionPlanFactory(patient=people.anna, **fields)
    return excluded_track_ids(plan, feature_table(people.harbour))


def add(people: People, **fields: Any) -> Track:
    return described_track(people.tracks[0].catalogue, **fields)


def test_a_plan_without_rules_excludes_nothing(people: People) -> None:
    assert excluded(people) == set()


def test_a_never_track_is_excluded_even_where_the_table_lacks_it(people: People) -> None:
    plan: SessionPlan = SessionPlanFactory(patient=people.anna)
    plan.never_tracks.set([people.tracks[0], people.strange_track])
    assert excluded_track_ids(plan, feature_table(people.harbour)) == {
        people.tracks[0].id,
        people.strange_track.id,
    }


@pytest.mark.parametrize(
    ("rule", "tag"), [("rain", "Rain"), ("RAIN", "rain"), ("straße", "STRASSE")]
)
def test_tags_are_compared_without_regard_to_case(people: People, rule: str, tag: str) -> None:
    rainy = add(people, tags=["piano", tag])
    assert excluded(people, excluded_tags=[rule, "drums"]) == {rainy.id}


def test_explicit_tracks_need_a_plan_that_allows_them(people: People) -> None:
    explicit = add(people, explicit=True)
    assert excluded(people) == {explicit.id}
    assert excluded(people, explicit_allowed=True) == set()


def test_where_no_lyrics_are_wanted_unknown_ones_are_excluded_too(people: People) -> None:
    sung, unknown = add(people, lyrics="sung"), add(people, lyrics="unknown")
    assert excluded(people, lyrics="none") == {sung.id, unknown.id}
    assert excluded(people, lyrics="any") == set()


def test_tempo_has_a_lowest_and_a_highest_both_allowed(people: People) -> None:
    at_60, _, at_80 = people.tracks
    assert excluded(people, tempo_min=70.0) == {at_60.id}
    assert excluded(people, tempo_max=70.0) == {at_80.id}
    assert excluded(people, tempo_min=70.0, tempo_max=70.0) == {at_60.id, at_80.id}


def test_the_bound_itself_is_allowed_though_the_table_is_float32(people: People) -> None:
    add(people, tempo=72.1, loudness=-23.1)
    rules = {"tempo_min": 72.1, "tempo_max": 72.1, "loudness_max": -23.1}
    assert excluded(people, **rules) == {track.id for track in people.tracks}


def test_loud_tracks_are_excluded(people: People) -> None:
    loud = add(people, loudness=-14.0)
    assert excluded(people, loudness_max=-20.0) == {loud.id}


@pytest.mark.parametrize("name", ["integrated_loudness", "loudness"])
def test_loudness_goes_by_either_name(people: People, name: str) -> None:
    schema = FeatureSchemaFactory(version=2, features=[{"name": name}])
    people.harbour.feature_schema = schema
    loud, quiet = people.tracks[:2]
    TrackFeaturesFactory(track=loud, schema=schema, values=[-10.0])
    TrackFeaturesFactory(track=quiet, schema=schema, values=[-30.0])
    assert excluded(people, loudness_max=-20.0) == {loud.id}


@pytest.mark.parametrize("rule", [{"tempo_max": 300.0}, {"tempo_min": 1.0}, {"loudness_max": 0.0}])
def test_a_range_of_a_feature_that_nobody_measured_excludes_all(
    people: People, rule: dict[str, float]
) -> None:
    schema = FeatureSchemaFactory(version=2, features=[{"name": "brightness"}])
    people.harbour.feature_schema = schema
    for track in people.tracks:
        TrackFeaturesFactory(track=track, schema=schema, values=[1500.0])
    assert excluded(people, **rule) == {track.id for track in people.tracks}
    assert excluded(people) == set()


def test_only_lyrics_of_some_languages(people: People) -> None:
    add(people, lyrics="none")
    add(people, lyrics="sung", language="pt-BR")
    other = add(people, lyrics="sung", language="pto")
    unknown = add(people, lyrics="sung")
    perhaps = add(people, lyrics="unknown", language="fi")
    assert excluded(people, lyrics="languages", lyric_languages=["pt"]) == {
        other.id,
        unknown.id,
        perhaps.id,
    }


def test_only_tracks_with_one_of_the_tags(people: People) -> None:
    add(people, tags=["Harp", "rain"])
    assert excluded(people, only_tags=["harp", "piano"]) == {track.id for track in people.tracks}


def test_a_triggers_tag_is_excluded(people: People) -> None:
    siren = add(people, tags=["siren"])
    assert excluded(people, triggers=[{"tag": " Siren", "reason": "x"}]) == {siren.id}


def test_loudness_and_brightness_have_ranges(people: People) -> None:
    quiet, loud = add(people, loudness=-40.0), add(people, loudness=-9.0)
    assert excluded(people, loudness_min=-30.0, loudness_max=-10.0) == {quiet.id, loud.id}
    assert excluded(people, brightness_min=1500.0, brightness_max=1500.0) == set()
    assert len(excluded(people, brightness_max=1499.0)) == 5
