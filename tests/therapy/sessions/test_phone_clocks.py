"""A phone whose clock is wrong loses nothing: its times are kept as it said them, and put right."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.people import Phone
from tests.therapy.sessions.reports import Body, refusals
from therapy.models import ListeningSession, MoodRating

pytestmark = pytest.mark.django_db

MOMENT = timedelta(seconds=20)


def send(phone: Phone, address: str, body: Body, *, fast_by: timedelta) -> Any:
    """POST by a phone whose clock is fast by so much, or slow."""
    clock = (timezone.now() + fast_by).isoformat()
    return phone.post(address, body, Attune_Sent_At=clock)


@pytest.mark.parametrize(
    "fast_by",
    [timedelta(days=3), timedelta(days=-400), timedelta(minutes=3), -timedelta(days=365 * 50)],
)
def test_a_wrong_clock_is_put_right_and_what_it_said_is_kept(
    phone: Phone, bodies: dict[str, Body], fast_by: timedelta
) -> None:
    really = timezone.now() - timedelta(minutes=30)
    said = really + fast_by
    body = bodies["mood-ratings"] | {"rated_at": said.isoformat()}
    answer = send(phone, "mood-ratings", body, fast_by=fast_by)
    assert answer.status_code == 201, answer.content
    assert datetime.fromisoformat(answer.json()["rated_at"]) == said
    assert answer.json()["clock_offset"] == pytest.approx(-fast_by.total_seconds(), abs=20)
    stored = MoodRating.objects.get()
    assert stored.phone_rated_at == said
    assert abs(stored.rated_at - really) < MOMENT
    assert stored.clock_offset == answer.json()["clock_offset"]


@pytest.mark.parametrize("fast_by", [timedelta(seconds=80), timedelta(seconds=-100)])
def test_a_small_difference_may_be_the_network_and_moves_nothing(
    phone: Phone, bodies: dict[str, Body], fast_by: timedelta
) -> None:
    send(phone, "mood-ratings", bodies["mood-ratings"], fast_by=fast_by)
    stored = MoodRating.objects.get()
    assert stored.rated_at == stored.phone_rated_at
    assert stored.clock_offset == pytest.approx(-fast_by.total_seconds(), abs=20)


@pytest.mark.parametrize("address", ["mood-ratings", "sessions", "sessions-not-held"])
def test_a_repeat_that_comes_with_another_offset_is_the_same(
    phone: Phone, bodies: dict[str, Body], address: str
) -> None:
    body = bodies[address]
    first = send(phone, address, body, fast_by=timedelta(hours=5))
    again = send(phone, address, body, fast_by=timedelta(hours=7))
    silent = phone.post(address, body)
    assert first.status_code == 201, first.content
    assert again.content == silent.content == first.content


def test_another_time_by_the_phones_clock_is_a_conflict_though_it_is_one_by_ours(
    phone: Phone, bodies: dict[str, Body]
) -> None:
    body = bodies["mood-ratings"]
    said = datetime.fromisoformat(body["rated_at"])
    send(phone, "mood-ratings", body, fast_by=timedelta())
    later = body | {"rated_at": (said + timedelta(hours=1)).isoformat()}
    answer = send(phone, "mood-ratings", later, fast_by=timedelta(hours=1))
    (words,) = refusals(answer, 409)["rated_at"]
    assert f"Stored as {said.isoformat()}" in words


def test_what_lies_in_the_future_even_when_put_right_is_refused(
    phone: Phone, bodies: dict[str, Body]
) -> None:
    fast_by = timedelta(days=2)
    ahead = (timezone.now() + fast_by + timedelta(minutes=11)).isoformat()
    answer = send(
        phone, "mood-ratings", bodies["mood-ratings"] | {"rated_at": ahead}, fast_by=fast_by
    )
    assert "Lies in the future" in refusals(answer)["rated_at"][0]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("clock", ["0001-01-01T00:00:01Z", "9999-12-31T23:59:58Z", None])
def test_times_at_the_ends_of_the_calendar_are_answered_in_words(
    phone: Phone, bodies: dict[str, Body], time: str, clock: str | None
) -> None:
    body = bodies["mood-ratings"] | {"rated_at": time}
    headers = {} if clock is None else {"Attune_Sent_At": clock}
    answer = phone.post("mood-ratings", body, **headers)
    if clock is None or clock[:4] != time[:4]:
        assert list(refusals(answer)) == ["rated_at"]
    else:
        assert answer.status_code == 201, answer.content
        assert abs(MoodRating.objects.get().rated_at - timezone.now()) < MOMENT


@pytest.mark.parametrize("clock", ["now", "2026-03-01T18:30:00", "", "1772389800"])
def test_a_clock_that_says_no_time_is_refused_by_its_name(
    phone: Phone, bodies: dict[str, Body], clock: str
) -> None:
    answer = phone.post("mood-ratings", bodies["mood-ratings"], Attune_Sent_At=clock)
    assert list(refusals(answer)) == ["Attune-Sent-At"]
    assert not MoodRating.objects.exists()


# A session's start and end may come with different offsets.


def started(bodies: dict[str, Body], said: datetime) -> Body:
    return bodies["sessions"] | {"started_at": said.isoformat()}


@pytest.mark.parametrize(
    ("at_start", "at_end"),
    [
        (timedelta(seconds=-130), timedelta(seconds=-90)),  # around what counts as wrong
        (timedelta(seconds=-90), timedelta(seconds=-130)),
        (timedelta(days=1), timedelta(days=1, seconds=30)),
    ],
)
def test_a_session_lasts_as_long_as_the_phones_clock_says_while_that_stays_as_it_is(
    phone: Phone, bodies: dict[str, Body], at_start: timedelta, at_end: timedelta
) -> None:
    said = timezone.now() + at_start - timedelta(minutes=30)
    body = started(bodies, said)
    send(phone, "sessions", body, fast_by=at_start)
    body |= {"ended_at": (said + timedelta(seconds=60)).isoformat()}
    assert send(phone, "sessions", body, fast_by=at_end).status_code == 201
    stored = ListeningSession.objects.get()
    assert stored.ended_at is not None
    assert stored.ended_at - stored.started_at == timedelta(seconds=60)


def test_a_clock_that_was_put_right_within_a_session_gives_the_right_end(
    phone: Phone, bodies: dict[str, Body]
) -> None:
    began = timezone.now() - timedelta(minutes=30)
    body = started(bodies, began + timedelta(days=1))
    send(phone, "sessions", body, fast_by=timedelta(days=1))
    ended = (began + timedelta(minutes=20)).replace(microsecond=0)
    answer = send(phone, "sessions", body | {"ended_at": ended.isoformat()}, fast_by=timedelta())
    assert answer.status_code == 201, answer.content
    stored = ListeningSession.objects.get()
    assert (stored.ended_at, stored.phone_ended_at) == (ended, ended)
    assert abs(stored.started_at - began) < MOMENT
    assert stored.clock_offset == pytest.approx(-86400, abs=20)
    assert stored.end_clock_offset == pytest.approx(0, abs=20)


def test_a_correction_of_ours_never_puts_an_end_before_its_start(
    phone: Phone, bodies: dict[str, Body]
) -> None:
    """A slow network looked like a slow clock when the start was sent, and not at the end."""
    said = datetime.now(UTC) - timedelta(minutes=10)
    body = started(bodies, said)
    send(phone, "sessions", body, fast_by=timedelta(minutes=-5))
    body |= {"ended_at": (said + timedelta(minutes=1)).isoformat()}
    assert send(phone, "sessions", body, fast_by=timedelta()).status_code == 201
    stored = ListeningSession.objects.get()
    assert stored.ended_at is not None
    assert stored.ended_at - stored.started_at == timedelta(minutes=1)
