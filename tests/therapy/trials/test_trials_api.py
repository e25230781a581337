"""What a phone is told of a trial, and what it tells."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import DeviceFactory
from tests.people import People, Phone
from tests.therapy.sessions.reports import new_id, refusals
from tests.therapy.trials.practice import begun, consent, follow
from therapy.models import ListeningSession
from therapy.plans.path import curve_weights

pytestmark = pytest.mark.django_db


def session_body(assignment: str | None, **fields: Any) -> dict[str, Any]:
    started_at = (timezone.now() - timedelta(minutes=30)).isoformat()
    return {
        "id": new_id(),
        "plan": None,
        "assignment": assignment,
        "started_at": started_at,
        **fields,
    }


def test_without_a_trial_there_is_none(people: People, phone: Phone) -> None:
    begun(people)
    consent(people, given=False)
    assert phone.get("plan").json()["trial"] is None


def test_a_phone_has_every_session_ahead(people: People, phone: Phone) -> None:
    trial = begun(people)
    said = phone.get("plan").json()["trial"]
    assert said["id"] == str(trial.id)
    in_order = list(trial.assignments.order_by("position"))
    assert [one["id"] for one in said["assignments"]] == [str(one.id) for one in in_order]
    for one, assignment in zip(said["assignments"], in_order, strict=True):
        curve = "direct" if assignment.arm == "b" else "linear"
        assert one == {
            "id": str(assignment.id),
            "curve": curve,
            "start_factor": 1.0,
            "track_count": 5,
            "curve_weights": curve_weights(curve, 5, 1.0),
        }


def test_what_was_followed_is_not_offered_again(people: People, phone: Phone) -> None:
    trial = begun(people)
    first, second, *_ = phone.get("plan").json()["trial"]["assignments"]
    before = phone.get("plan").headers["ETag"]
    body = session_body(first["id"], plan=str(trial.plan_id))
    stored = phone.post("sessions", body)
    assert (stored.status_code, stored.json()["assignment"]) == (201, first["id"])
    again = phone.get("plan")
    assert again.json()["trial"]["assignments"][0] == second
    assert again.headers["ETag"] != before


def test_the_same_report_again_is_the_same_session(people: People, phone: Phone) -> None:
    trial = begun(people)
    first, second, *_ = (str(one.id) for one in trial.assignments.order_by("position"))
    body = session_body(first)
    assert phone.post("sessions", body).status_code == 201
    ended = body | {"ended_at": timezone.now().isoformat(), "ending": "completed"}
    assert phone.post("sessions", ended).status_code == 201
    assert phone.post("sessions", body).status_code == 201
    assert ListeningSession.objects.count() == 1
    said = refusals(phone.post("sessions", body | {"assignment": second}), 409)
    assert said == {"assignment": [f"Stored as {first}, sent as {second}."]}


def test_nothing_is_lost_where_two_phones_followed_the_same(people: People, phone: Phone) -> None:
    trial = begun(people)
    other = Phone(DeviceFactory(patient=people.anna, label="second"))
    first = str(trial.assignments.earliest("position").id)
    for one in (phone, other):
        item = session_body(first) | {"kind": "session"}
        answer = one.post("sync", {"sent_at": timezone.now().isoformat(), "items": [item]})
        assert answer.json()["items"][0]["status"] == "stored"
    assert ListeningSession.objects.filter(assignment=first).count() == 2


def test_what_comes_late_of_a_trial_that_was_stopped_is_kept(people: People, phone: Phone) -> None:
    trial = begun(people)
    consent(people, given=False)
    first = str(trial.assignments.earliest("position").id)
    assert phone.post("sessions", session_body(first)).status_code == 201


def test_a_strangers_assignment_is_as_unknown_as_nobodys(people: People) -> None:
    trial = begun(people)
    for named in (str(trial.assignments.earliest("position").id), new_id()):
        said = refusals(people.carls_phone.post("sessions", session_body(named)))
        assert said == {"assignment": ["No trial of this patient assigned this."]}
    assert not ListeningSession.objects.exists()


def test_an_app_that_knows_nothing_of_trials_goes_on(people: People, phone: Phone) -> None:
    trial = begun(people)
    body = session_body(None)
    del body["assignment"]
    stored = phone.post("sessions", body)
    assert (stored.status_code, stored.json()["assignment"]) == (201, None)
    follow(trial.assignments.earliest("position"))
    assert len(phone.get("plan").json()["trial"]["assignments"]) == trial.planned - 1
