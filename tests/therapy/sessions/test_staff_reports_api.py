"""What phones reported, as staff read it through the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.factories import (
    ListeningSessionFactory,
    MeasureResponseFactory,
    MoodRatingFactory,
    PlaylistEntryFactory,
    PlaylistLogFactory,
    SessionNotHeldFactory,
    TrackPlayFactory,
    TrackRatingFactory,
)
from tests.people import People, Phone
from tests.staff import Staff
from tests.therapy.sessions.reports import new_id

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)


@pytest.fixture
def bob(people: People) -> Staff:
    return Staff(people.bob)


def listed(people: People, bob: Staff, kind: str, **query: Any) -> list[Any]:
    return bob.rows(f"patients/{people.anna.id}/{kind}", **query)


def ids(rows: list[Any]) -> set[str]:
    return {row["id"] for row in rows}


def test_staff_read_what_the_phone_sent_with_both_times(
    people: People, bob: Staff, phone: Phone
) -> None:
    sent = {
        "id": new_id(),
        "session": None,
        "phase": "during",
        "valence": -0.4,
        "arousal": 0.55,
        "rated_at": "2026-03-01T18:30:05Z",
    }
    slow = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    told = phone.post("mood-ratings", sent, Attune_Sent_At=slow).json()
    (row,) = listed(people, bob, "mood-ratings")
    assert row["phone_rated_at"] == sent["rated_at"]
    assert row["rated_at"].startswith("2026-03-01T20:30:0"), "put right by two hours"
    assert row["clock_offset"] == pytest.approx(7200, abs=60)
    same = set(told) - {"rated_at"}
    assert {name: row[name] for name in same} == {name: told[name] for name in same}


def test_a_measures_scores_are_for_staff(people: People, bob: Staff) -> None:
    MeasureResponseFactory(patient=people.anna)
    MeasureResponseFactory(patient=people.anna, state="skipped", answers=None, scores=None)
    rows = {row["state"]: row for row in listed(people, bob, "measure-responses")}
    assert rows["answered"]["scores"] == {"pain": {"value": 4, "band": None}}
    assert rows["answered"]["answers"] == {"pain": 4}
    assert rows["skipped"]["scores"] is None


def test_a_playlist_comes_with_its_tracks_in_order(people: People, bob: Staff) -> None:
    log = PlaylistLogFactory(patient=people.anna)
    for position in (2, 0, 1):
        PlaylistEntryFactory(playlist=log, position=position, track=people.tracks[position])
    (row,) = listed(people, bob, "playlist-logs")
    assert [entry["track"] for entry in row["entries"]] == [str(t.id) for t in people.tracks]


def test_sessions_are_narrowed_by_their_end_and_their_time(people: People, bob: Staff) -> None:
    early, late, going_on = (
        ListeningSessionFactory(patient=people.anna, started_at=DAY + timedelta(hours=hour), **more)
        for hour, more in (
            (0, {"ended_at": DAY + timedelta(hours=3), "ending": "completed"}),
            (1, {"ended_at": DAY + timedelta(hours=3), "ending": "stopped"}),
            (2, {}),
        )
    )
    rows = listed(people, bob, "sessions")
    assert [row["id"] for row in rows] == [str(s.id) for s in (going_on, late, early)]
    assert rows[0]["ending"] is None
    assert ids(listed(people, bob, "sessions", ending="stopped")) == {str(late.id)}
    from_one = listed(people, bob, "sessions", started_after="2026-03-01T19:30:00Z")
    assert ids(from_one) == {str(late.id), str(going_on.id)}
    until_one = listed(people, bob, "sessions", started_before="2026-03-01T19:30:00Z")
    assert ids(until_one) == {str(early.id)}


def test_the_other_kinds_are_narrowed_by_their_words(people: People, bob: Staff) -> None:
    anna, (first, second, _) = people.anna, people.tracks
    before = MoodRatingFactory(patient=anna, phase="before")
    MoodRatingFactory(patient=anna, phase="after")
    assert ids(listed(people, bob, "mood-ratings", phase="before")) == {str(before.id)}
    liked = TrackRatingFactory(patient=anna, track=first)
    TrackRatingFactory(patient=anna, track=second)
    assert ids(listed(people, bob, "track-ratings", track=first.id)) == {str(liked.id)}
    skipped = TrackPlayFactory(patient=anna, track=first, ending="skipped")
    TrackPlayFactory(patient=anna, track=second)
    assert ids(listed(people, bob, "track-plays", ending="skipped")) == {str(skipped.id)}
    expired = SessionNotHeldFactory(patient=anna, outcome="expired")
    SessionNotHeldFactory(patient=anna)
    found = listed(people, bob, "sessions-not-held", outcome="expired")
    assert ids(found) == {str(expired.id)}
    pain = MeasureResponseFactory(patient=anna)
    MeasureResponseFactory(patient=anna, measure="phq4")
    assert ids(listed(people, bob, "measure-responses", measure="pain-nrs")) == {str(pain.id)}


def test_another_patients_rows_are_not_among_them(people: People, bob: Staff) -> None:
    MoodRatingFactory(patient=people.carl)
    assert listed(people, bob, "mood-ratings") == []
    assert bob.get(f"patients/{people.carl.id}/mood-ratings").status_code == 404
