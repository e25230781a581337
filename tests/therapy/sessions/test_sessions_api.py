"""POST /api/v1/sessions: a sitting starts, and ends once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests.factories import ListeningSessionFactory
from tests.people import People, Phone
from tests.therapy.sessions.reports import Body, refusals
from tests.threads import at_once
from therapy.models import ListeningSession
from therapy.records import ConflictError
from therapy.sessions.services import end_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def started(bodies: dict[str, Body]) -> Body:
    return bodies["sessions"]


@pytest.fixture
def ended(started: Body) -> Body:
    start = datetime.fromisoformat(started["started_at"])
    return started | {"ended_at": (start + timedelta(minutes=20)).isoformat()}


def stored_end() -> Any:
    return ListeningSession.objects.get().ended_at


def test_a_repeat_with_the_end_ends_the_session(phone: Phone, started: Body, ended: Body) -> None:
    assert phone.post("sessions", started).json()["ended_at"] is None
    answer = phone.post("sessions", ended)
    assert answer.status_code == 201
    assert datetime.fromisoformat(answer.json()["ended_at"]) == stored_end()
    assert stored_end() == datetime.fromisoformat(ended["ended_at"])


def test_a_session_may_come_with_its_end(phone: Phone, ended: Body) -> None:
    first, again = phone.post("sessions", ended), phone.post("sessions", ended)
    assert (again.status_code, again.content) == (201, first.content)
    assert stored_end() is not None


def test_the_start_that_comes_again_after_the_end_changes_nothing(
    phone: Phone, started: Body, ended: Body
) -> None:
    whole = phone.post("sessions", ended)
    assert phone.post("sessions", started).content == whole.content
    assert stored_end() is not None


def test_a_second_end_is_a_conflict(phone: Phone, ended: Body) -> None:
    phone.post("sessions", ended)
    later = ended | {"ended_at": timezone.now().isoformat()}
    assert list(refusals(phone.post("sessions", later), 409)) == ["ended_at"]
    assert stored_end() == datetime.fromisoformat(ended["ended_at"])


@pytest.mark.parametrize("known", [False, True])
def test_a_session_cannot_end_before_it_starts(phone: Phone, started: Body, known: bool) -> None:
    if known:
        phone.post("sessions", started)
    early = started | {"ended_at": "2026-01-01T00:00:00Z"}
    assert refusals(phone.post("sessions", early)) == {
        "ended_at": ["A session cannot end before it starts."]
    }


@pytest.mark.parametrize("known", [False, True])
def test_a_session_cannot_end_in_the_future(phone: Phone, started: Body, known: bool) -> None:
    if known:
        phone.post("sessions", started)
    late = started | {"ended_at": (timezone.now() + timedelta(hours=1)).isoformat()}
    assert "Lies in the future" in refusals(phone.post("sessions", late))["ended_at"][0]


@pytest.mark.django_db(transaction=True)
def test_of_two_ends_at_once_one_is_kept(people: People) -> None:
    session = ListeningSessionFactory(patient=people.anna)

    def end(minutes: int) -> Any:
        fresh = ListeningSession.objects.get(id=session.id)
        return end_session(session=fresh, ended_at=session.started_at + timedelta(minutes=minutes))

    answers = at_once(lambda: end(10), lambda: end(20))
    assert sorted(type(answer).__name__ for answer in answers) == [
        "ConflictError",
        "ListeningSession",
    ]
    assert any(answer.ended_at == stored_end() for answer in answers if answer == session)


def test_staff_end_a_session_once(people: People) -> None:
    session = ListeningSessionFactory(patient=people.anna)
    end = session.started_at + timedelta(minutes=5)
    assert end_session(session=session, ended_at=end).ended_at == end
    assert end_session(session=session, ended_at=end).ended_at == end
    with pytest.raises(ConflictError):
        end_session(session=session, ended_at=end + timedelta(seconds=1))
    with pytest.raises(ValidationError, match="offset from UTC"):
        end_session(session=session, ended_at=end.replace(tzinfo=None))
