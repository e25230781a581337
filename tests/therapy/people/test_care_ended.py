"""The consent to care that was taken back: nothing is delivered, adapted or stored, at once."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import ListeningSessionFactory, SessionPlanFactory
from tests.people import People, Phone
from tests.problems import problem_in
from therapy.models import ListeningSession, MoodRating, Patient, PlaylistLog, TrackRating
from therapy.people.care import CareEnded
from therapy.people.services import ask_for_adaptation, record_consent
from therapy.sessions.services import import_ratings_of
from worker.models import Job

pytestmark = pytest.mark.django_db

NOW = "2026-03-01T18:30:05Z"


def say(patient: Patient, given: bool, scope: str = "care") -> None:
    record_consent(patient=patient, scope=scope, given=given, text_version="1", language="en")


def reports(people: People) -> dict[str, dict[str, Any]]:
    """One of everything that a phone sends, by address."""
    entry = {
        "position": 0,
        "track": str(people.tracks[0].id),
        "waypoint": [0, 0],
        "predicted": [0, 0],
        "deviation": [0.1, 0.1],
        "log_probability": -1.0,
    }
    playlist: dict[str, Any] = {
        "model_version": 1,
        "package_sha256": "9f" * 32,
        "seed": 1,
        "mood_valence": 0,
        "mood_arousal": 0,
        "target_valence": 0,
        "target_arousal": 0,
        "made_at": NOW,
        "entries": [entry],
    }
    bodies: dict[str, dict[str, Any]] = {
        "sessions": {"started_at": NOW},
        "mood-ratings": {"phase": "before", "valence": 0, "arousal": 0, "rated_at": NOW},
        "track-ratings": {"track": str(people.tracks[0].id), "liking": 4, "rated_at": NOW},
        "playlist-logs": playlist,
    }
    return {address: {"id": str(uuid.uuid4()), **body} for address, body in bodies.items()}


def rows() -> int:
    kinds = (ListeningSession, MoodRating, TrackRating, PlaylistLog)
    return sum(kind.objects.count() for kind in kinds)


def assert_ended(answer: Any) -> None:
    problem = problem_in(answer, 403)
    assert problem["code"] == "consent_withdrawn"
    assert "may delete what it holds" in problem["detail"]


def test_never_asked_and_given_go_on_as_ever(people: People, phone: Phone) -> None:
    SessionPlanFactory(patient=people.anna)
    for _ in range(2):
        assert phone.get("plan").status_code == 200
        for address, body in reports(people).items():
            assert phone.post(address, body).status_code == 201, address
        say(people.anna, given=True)


@pytest.mark.parametrize("asked_before", [True, False], ids=["taken back", "refused at once"])
def test_after_a_no_nothing_is_delivered_and_nothing_stored(
    people: People, phone: Phone, asked_before: bool
) -> None:
    SessionPlanFactory(patient=people.anna)
    if asked_before:
        say(people.anna, given=True)
    say(people.anna, given=False)
    for address in ("plan", "model", "model/file"):
        assert_ended(phone.get(address))
    for address, body in reports(people).items():
        assert_ended(phone.post(address, body))
    assert rows() == 0
    assert phone.get("me").status_code == 200
    assert phone.get("consents").status_code == 200


def test_nobody_elses_care_ends_with_it(people: People) -> None:
    say(people.anna, given=False)
    assert people.carls_phone.post("sessions", reports(people)["sessions"]).status_code == 201


@pytest.mark.parametrize("scope", ["pooled-learning", "experiments", "reminders"])
def test_another_scopes_no_ends_no_care(people: People, phone: Phone, scope: str) -> None:
    say(people.anna, given=False, scope=scope)
    assert phone.post("sessions", reports(people)["sessions"]).status_code == 201


def test_what_was_stored_before_is_still_answered_as_stored(people: People, phone: Phone) -> None:
    """So that a phone that did not hear the answer may delete its copy."""
    sent = reports(people)
    for address, body in sent.items():
        phone.post(address, body)
    say(people.anna, given=False)
    for address, body in sent.items():
        assert phone.post(address, body).status_code == 201, address
    assert rows() == len(sent)


def test_an_open_session_is_not_ended_and_an_ended_one_stays_as_it_is(
    people: People, phone: Phone
) -> None:
    body = reports(people)["sessions"]
    done = reports(people)["sessions"] | {"ended_at": "2026-03-01T18:50:00Z"}
    for sent in (body, done):
        phone.post("sessions", sent)
    say(people.anna, given=False)
    assert_ended(phone.post("sessions", body | {"ended_at": "2026-03-01T18:50:00Z"}))
    assert ListeningSession.objects.get(id=body["id"]).ended_at is None
    assert phone.post("sessions", done).status_code == 201


def test_no_adaptation_is_asked_for_until_care_is_consented_to_again(people: People) -> None:
    say(people.anna, given=False)
    ask_for_adaptation(people.anna)
    assert not Job.objects.exists()
    say(people.anna, given=True)
    assert Job.objects.get().key == f"adapt_patient:{people.anna.id}"
    Job.objects.all().delete()
    say(people.anna, given=True)  # stood already
    assert not Job.objects.exists()


def test_a_history_is_not_imported(people: People) -> None:
    say(people.anna, given=False)
    session = ListeningSessionFactory.build(started_at=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(CareEnded):
        import_ratings_of(patient=people.anna, sessions=[session])
    assert rows() == 0


def test_a_decision_on_the_phone_ends_it_and_begins_it_anew(people: People, phone: Phone) -> None:
    words = {"scope": "care", "text_version": "1", "language": "en"}
    for given, status in ((False, 403), (True, 201), (False, 403)):
        said = {"id": str(uuid.uuid4()), "given": given, "decided_at": timezone.now().isoformat()}
        assert phone.post("consents", words | said).status_code == 201
        assert phone.post("sessions", reports(people)["sessions"]).status_code == status
