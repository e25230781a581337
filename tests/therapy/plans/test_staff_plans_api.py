"""Session plans through the staff API: versions, prescribing, pausing and ending."""

from typing import Any

import pytest

from tests.factories import SessionPlanFactory
from tests.people import People
from tests.staff import Staff
from tests.therapy.sessions.reports import refusals
from therapy.models import PlanStanding, SessionPlan
from therapy.plans.models import BOUNDS
from therapy.plans.services import PlanFields
from therapy.plans.templates import TEMPLATES

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(people: People) -> Staff:
    return Staff(people.bob)


@pytest.fixture
def plans(people: People) -> str:
    return f"patients/{people.anna.id}/plans"


def test_versions_are_listed_whole_the_newest_first(people: People, bob: Staff, plans: str) -> None:
    for version in (1, 2):
        SessionPlanFactory(patient=people.anna, version=version, created_by=people.bob)
    newest, first = bob.rows(plans)
    assert (newest["version"], first["version"]) == (2, 1)
    assert newest["created_by"] == "Bob"
    assert newest.keys() >= PlanFields.__annotations__.keys()
    assert [row["version"] for row in bob.rows(plans, order="oldest")] == [1, 2]


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_is_prescribed_as_it_is(bob: Staff, plans: str, template: str) -> None:
    answer = bob.post(plans, {"template": template})
    assert answer.status_code == 201, answer.content
    assert answer.json().items() >= TEMPLATES[template].fields.items()
    assert bob.rows(plans) == [answer.json()]


def test_whole_sections_are_prescribed_and_read_back(
    people: People, bob: Staff, plans: str
) -> None:
    sent = {
        "template": "sleep",
        "indication": "Lies awake.",
        "goals": [{"goal": "Sleep", "weight": 2, "levels": ["a", "b", "c", "d", "e"]}],
        "therapist": people.therapist.id,
        "review_on": "2026-05-01",
        "target_valence": 0.25,
        "always_tracks": [str(people.tracks[0].id)],
        "never_tracks": [str(people.tracks[1].id)],
        "excluded_tags": ["organ"],
        "triggers": [{"tag": "siren", "reason": "An accident."}],
        "schedule": [{"days": [1, 7], "at": "21:00", "minutes": 60}],
        "measures": [{"measure": "pain-nrs", "when": "start", "may_skip": False}],
        "epilepsy": "no",
        "crisis_plan": "Call Ada.",
        "tempo_max": None,
    }
    answer = bob.post(plans, sent)
    assert answer.status_code == 201, answer.content
    assert answer.json().items() >= sent.items()
    assert SessionPlan.objects.get(patient=people.anna).created_by == people.bob


def test_every_number_is_bounded_where_the_description_says(bob: Staff, plans: str) -> None:
    for name, (low, high) in BOUNDS.items():
        for value in (low - 1, high + 1):
            assert set(refusals(bob.post(plans, {name: value}))) == {name}, (name, value)


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("template", "no-such", "template"),
        ("target_valence", "0.5", "target_valence"),
        ("track_count", 4.5, "track_count"),
        ("excluded_tags", 7, "excluded_tags"),
        ("goals", [{"goal": "", "weight": 1, "levels": ["", "", "", "", ""]}], "goals/0/goal"),
        ("goals", [{"goal": "x", "weight": 1, "levels": ["a"]}], "goals/0/levels"),
        ("triggers", [{"tag": "x"}], "triggers/0/reason"),
        ("schedule", [{"days": [8], "at": "21:00", "minutes": 60}], "schedule/0/days"),
        ("measures", [{"measure": "no", "when": "start", "may_skip": True}], "measures/0/measure"),
        ("therapist", 10**9, "therapist"),
        ("always_tracks", ["6f1c2a52-6f0e-4c0e-9a5e-3f1f6f1d2b01"], "always_tracks"),
        ("always_tracks", "all", "always_tracks"),
        ("epilepsy", "maybe", "epilepsy"),
        ("review_on", "soon", "review_on"),
        ("indication", "x" * 4001, "indication"),
        ("indication", "\0", "indication"),
        ("explicit_allowed", "yes", "explicit_allowed"),
    ],
)
def test_what_is_refused_is_named_and_nothing_is_prescribed(
    people: People, bob: Staff, plans: str, field: str, value: Any, named: str
) -> None:
    answer = bob.post(plans, {field: value})
    assert set(refusals(answer)) == {named}
    assert not SessionPlan.objects.filter(patient=people.anna).exists()


def test_a_track_of_another_catalogue_is_refused(people: People, bob: Staff, plans: str) -> None:
    answer = bob.post(plans, {"never_tracks": [str(people.strange_track.id)]})
    assert set(refusals(answer)) == {"never_tracks"}
    assert people.strange_track.title not in answer.content.decode()


def test_listening_is_paused_resumed_and_ended(people: People, bob: Staff, plans: str) -> None:
    told = [
        bob.post(f"{plans}/{verb}", {"reason": verb}).json()["standing"]
        for verb in ("pause", "resume", "end")
    ]
    assert told == ["paused", "active", "ended"]
    rows = PlanStanding.objects.filter(patient=people.anna, set_by=people.bob).order_by("id")
    assert [row.reason for row in rows] == ["pause", "resume", "end"]


def test_what_does_not_follow_is_refused(bob: Staff, plans: str) -> None:
    assert set(refusals(bob.post(f"{plans}/resume"))) == {""}
    assert set(refusals(bob.post(f"{plans}/pause", {"reason": "x" * 501}))) == {"reason"}
    assert bob.post(f"{plans}/end").status_code == 200
    assert set(refusals(bob.post(f"{plans}/pause"))) == {""}, "no field of the body is at fault"


def test_templates_are_told_with_what_they_rest_on(bob: Staff) -> None:
    told = bob.get("plan-templates").json()["templates"]
    assert [template["key"] for template in told] == list(TEMPLATES)
    assert all(template["source"] and template["plan"] for template in told)


def test_a_prescription_whose_answer_was_lost_is_had_again(
    people: People, bob: Staff, plans: str
) -> None:
    key = {"Idempotency_Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
    first = bob.post(plans, {"template": "sleep"}, **key)
    again = bob.post(plans, {"template": "sleep"}, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert SessionPlan.objects.count() == 1


def test_who_works_there_no_longer_is_not_answered_again(
    people: People, bob: Staff, plans: str
) -> None:
    key = {"Idempotency_Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
    bob.post(plans, {"template": "sleep", "indication": "Lies awake."}, **key)
    people.therapist.delete()
    again = bob.post(plans, {"template": "sleep", "indication": "Lies awake."}, **key)
    assert again.status_code == 404
    assert b"awake" not in again.content


def test_a_misspelt_prescription_is_refused_and_the_plan_in_force_stays(
    people: People, bob: Staff, plans: str
) -> None:
    bob.post(plans, {"template": "sleep"})
    for sent, name in (
        ({"templte": "stress"}, "templte"),
        ({"template": "stress", "excluded_tag": ["bells"]}, "excluded_tag"),
    ):
        answer = bob.post(plans, sent)
        assert answer.status_code == 400
        assert [(one["pointer"], one["detail"]) for one in answer.json()["errors"]] == [
            (f"/{name}", "There is no such field.")
        ]
    assert SessionPlan.objects.get(patient=people.anna).template == "sleep"
