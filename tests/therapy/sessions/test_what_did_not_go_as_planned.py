"""Sessions that were stopped, skipped or left to run out, and tracks that were not heard out."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.people import Phone
from tests.therapy.sessions.reports import Body, refusals
from therapy.models import ListeningSession, SessionNotHeld, TrackPlay

pytestmark = pytest.mark.django_db


@pytest.fixture
def stopped(bodies: dict[str, Body]) -> Body:
    start = datetime.fromisoformat(bodies["sessions"]["started_at"])
    end = {"ended_at": (start + timedelta(minutes=4)).isoformat()}
    return bodies["sessions"] | end | {"ending": "stopped", "stop_reason": "felt-worse"}


def how_it_ended() -> tuple[str, str]:
    session = ListeningSession.objects.get()
    return session.ending, session.stop_reason


@pytest.mark.parametrize("known", [False, True])
def test_a_session_is_stopped_for_a_reason(
    phone: Phone, bodies: dict[str, Body], stopped: Body, known: bool
) -> None:
    if known:
        phone.post("sessions", bodies["sessions"])
    answer = phone.post("sessions", stopped)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["ending"], answer.json()["stop_reason"]) == how_it_ended()
    assert how_it_ended() == ("stopped", "felt-worse")
    assert phone.post("sessions", stopped).content == answer.content


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"ending": "completed"}, "stop_reason", "Only a session that was stopped"),
        ({"ending": None}, "stop_reason", "Only a session that was stopped"),
        ({"ending": "left"}, "ending", "not a valid choice"),
        ({"stop_reason": "the neighbour came"}, "stop_reason", "not a valid choice"),
    ],
)
def test_an_end_that_makes_no_sense_is_refused(
    phone: Phone,
    bodies: dict[str, Body],
    stopped: Body,
    known: bool,
    changes: Body,
    field: str,
    words: str,
) -> None:
    if known:
        phone.post("sessions", bodies["sessions"])
    assert words in refusals(phone.post("sessions", stopped | changes))[field][0]
    assert not ListeningSession.objects.exclude(ended_at=None).exists()


def test_a_session_that_goes_on_has_no_ending(phone: Phone, stopped: Body) -> None:
    fields = refusals(phone.post("sessions", stopped | {"ended_at": None}))
    assert list(fields) == ["ending"]


@pytest.mark.parametrize(
    "changes", [{"stop_reason": "tired"}, {"stop_reason": None, "ending": "completed"}]
)
def test_how_a_session_ended_is_stored_once(phone: Phone, stopped: Body, changes: Body) -> None:
    phone.post("sessions", stopped)
    assert set(refusals(phone.post("sessions", stopped | changes), 409)) == set(changes)
    assert how_it_ended() == ("stopped", "felt-worse")


def test_skipped_and_expired_are_two_facts(phone: Phone, bodies: dict[str, Body]) -> None:
    skipped = bodies["sessions-not-held"]
    expired = skipped | {"outcome": "expired", "skip_reason": None}
    assert phone.post("sessions-not-held", skipped).status_code == 201
    assert set(refusals(phone.post("sessions-not-held", expired), 409)) == {
        "outcome",
        "skip_reason",
    }
    assert SessionNotHeld.objects.get().outcome == "skipped"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"outcome": "expired"}, "skip_reason", "Only a session that was skipped"),
        ({"outcome": "missed"}, "outcome", "not a valid choice"),
        ({"skip_reason": "my sister"}, "skip_reason", "not a valid choice"),
        ({"decided_at": "2026-01-01T00:00:00Z"}, "decided_at", "before it is offered"),
    ],
)
def test_a_session_not_held_is_refused_by_field(
    phone: Phone, bodies: dict[str, Body], changes: Body, field: str, words: str
) -> None:
    answer = phone.post("sessions-not-held", bodies["sessions-not-held"] | changes)
    assert words in refusals(answer)[field][0]
    assert not SessionNotHeld.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("position", -1, "greater than or equal to 0"),
        ("position", 1000, "less than or equal to 999"),
        ("seconds_heard", -0.1, "at least 0"),
        ("seconds_heard", 86401, "at most 86400"),
        ("seconds_heard", "all", "finite number"),
        ("ending", "paused", "not a valid choice"),
        ("ending", None, "may not be null"),
    ],
)
def test_a_play_is_refused_by_field(
    phone: Phone, bodies: dict[str, Body], field: str, value: Any, words: str
) -> None:
    answer = phone.post("track-plays", bodies["track-plays"] | {field: value})
    assert words in refusals(answer)[field][0]
    assert not TrackPlay.objects.exists()
