"""GET /api/v1/plan: what the phone plays by."""

from typing import Any

import pytest
from django.db.models import ManyToManyField

from tests.factories import SessionPlanFactory
from tests.people import People, Phone, described_track, settle
from tests.problems import problem_in
from therapy.models import SessionPlan
from therapy.plans.path import curve_weights
from therapy.plans.services import pause, prescribe

pytestmark = pytest.mark.django_db

STAYS_HERE = {
    *("id", "patient", "created_by", "created_at", "template"),
    *("indication", "rationale", "goals", "therapist", "review_on", "stop_criteria", "triggers"),
    *("epilepsy", "hyperacusis_or_tinnitus", "musical_hallucination", "trauma_associations"),
    *("hearing_aid", "drives", "escalation_contact"),
}
"""Why a plan is what it is: the phone plays by it, and may be lost."""


def test_without_a_plan_the_answer_says_so(phone: Phone) -> None:
    problem = problem_in(phone.get("plan"), 404)
    assert problem["code"] == "not_found"
    assert problem["detail"] == "No session plan has been prescribed yet."
    assert problem["errors"] == []


def test_all_that_was_prescribed_reaches_the_phone(people: People, phone: Phone) -> None:
    plan = prescribe(
        patient=people.anna,
        by=people.bob,
        curve="ease-out",
        track_count=4,
        start_factor=0.85,
        excluded_tags=["siren"],
        never_tracks=[people.tracks[2]],
        tempo_min=65.0,
    )
    body = phone.get("plan").json()
    simple = {
        field.name
        for field in SessionPlan._meta.get_fields()
        if field.concrete and not isinstance(field, ManyToManyField)
    } - STAYS_HERE
    assert {name: body[name] for name in simple} == {name: getattr(plan, name) for name in simple}
    assert not set(body) & (STAYS_HERE - {"id", "created_at"})
    assert body["id"] == str(plan.id)
    assert body["never_tracks"] == [str(people.tracks[2].id)]
    assert body["curve_weights"] == curve_weights("ease-out", 4, 0.85)
    assert set(body["excluded_track_ids"]) == {str(people.tracks[0].id), str(people.tracks[2].id)}


def test_the_latest_version_is_in_force(people: People, phone: Phone) -> None:
    for minutes in (10, 15):
        prescribe(patient=people.anna, by=people.bob, minutes=minutes)
    assert (phone.get("plan").json()["version"], phone.get("plan").json()["minutes"]) == (2, 15)


def test_another_patients_plan_is_never_shown(people: People) -> None:
    prescribe(patient=people.anna, by=people.bob)
    assert people.carls_phone.get("plan").status_code == 404


def test_the_same_plan_is_not_sent_again(people: People, phone: Phone) -> None:
    prescribe(patient=people.anna, by=people.bob)
    etag = phone.get("plan").headers["ETag"]
    assert phone.get("plan", If_None_Match=etag).status_code == 304
    prescribe(patient=people.anna, by=people.bob)
    assert phone.get("plan", If_None_Match=etag).status_code == 200


def test_a_new_track_that_the_plan_excludes_changes_the_answer(
    people: People, phone: Phone
) -> None:
    prescribe(patient=people.anna, by=people.bob, excluded_tags=["siren"])
    etag = phone.get("plan").headers["ETag"]
    track = described_track(people.tracks[0].catalogue, tags=["siren"])
    answer = phone.get("plan", If_None_Match=etag)
    assert answer.json()["excluded_track_ids"] == [str(track.id)]


@pytest.mark.parametrize("tracks", [1, 40])
def test_queries_do_not_grow_with_tracks_or_versions(
    tracks: int, django_assert_max_num_queries: Any
) -> None:
    people = settle(tracks=tracks)
    for version in range(tracks):
        plan = SessionPlanFactory(patient=people.anna, version=version + 1)
    plan.never_tracks.set(people.tracks)
    # device, last call, two counts of calls, consent, plan, tracks twice, standing, table
    with django_assert_max_num_queries(11):
        assert len(people.annas_phone.get("plan").json()["excluded_track_ids"]) == tracks


def test_the_phone_is_told_that_the_plan_is_paused_and_in_whose_time_it_is(
    people: People, phone: Phone
) -> None:
    people.anna.time_zone = "Europe/Berlin"
    people.anna.save()
    prescribe(patient=people.anna, by=people.bob, template="sleep")
    assert (phone.get("plan").json()["standing"], phone.get("plan").json()["time_zone"]) == (
        "active",
        "Europe/Berlin",
    )
    etag = phone.get("plan").headers["ETag"]
    pause(patient=people.anna, by=people.bob)
    assert phone.get("plan", If_None_Match=etag).json()["standing"] == "paused"


def test_a_trigger_is_masked_and_its_reason_stays_here(people: People, phone: Phone) -> None:
    siren = described_track(people.tracks[0].catalogue, tags=["siren"])
    trigger = {"tag": "Siren", "reason": "the night of the fire"}
    prescribe(patient=people.anna, by=people.bob, triggers=[trigger])
    answer = phone.get("plan")
    assert answer.json()["excluded_track_ids"] == [str(siren.id)]
    assert "fire" not in answer.content.decode()
