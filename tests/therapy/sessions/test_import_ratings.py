"""A history is imported once, however often the import runs."""

import math
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests.people import People
from tests.threads import while_open
from therapy.models import ListeningSession, MoodRating, TrackRating
from therapy.records import ConflictError
from therapy.sessions import references
from therapy.sessions.selectors import mood_ratings_of, track_ratings_of
from therapy.sessions.services import Imported, import_ratings_of
from worker.models import Job

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - timedelta(days=30)


def key(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, name)


def history(people: People, days: int = 3) -> dict[str, list[Any]]:
    """Sessions with a mood before and after and one rated track each."""
    rows: dict[str, list[Any]] = {"sessions": [], "moods": [], "tracks": []}
    for day in range(days):
        start = LONG_AGO + timedelta(days=day)
        session = ListeningSession(
            id=key(f"session {day}"), started_at=start, ended_at=start + timedelta(minutes=20)
        )
        rows["sessions"].append(session)
        rows["moods"] += [
            MoodRating(
                id=key(f"{phase} {day}"),
                session=session,
                phase=phase,
                valence=0.1,
                arousal=0.2,
                rated_at=start,
            )
            for phase in ("before", "after")
        ]
        rows["tracks"].append(
            TrackRating(
                id=key(f"track {day}"),
                session=session,
                track=people.tracks[0],
                liking=3,
                rated_at=start,
            )
        )
    return rows


def load(people: People, rows: dict[str, list[Any]] | None = None) -> Imported:
    return import_ratings_of(patient=people.anna, **(rows or history(people)))


def counts() -> tuple[int, ...]:
    return tuple(
        model.objects.count()  # type: ignore[attr-defined]
        for model in (ListeningSession, MoodRating, TrackRating, Job)
    )


def test_a_history_becomes_the_patients_and_asks_for_one_adaptation(people: People) -> None:
    assert load(people) == Imported(sessions=3, moods=6, tracks=3)
    assert counts() == (3, 6, 3, 1)
    assert mood_ratings_of(people.anna).count() == 6
    assert [rating.track for rating in track_ratings_of(people.anna)] == [people.tracks[0]] * 3
    assert Job.objects.get().arguments == {"patient_id": str(people.anna.id)}


def test_a_second_run_writes_nothing_and_asks_for_nothing(people: People) -> None:
    load(people)
    Job.objects.update(state=Job.State.SUCCEEDED)
    assert load(people) == Imported(sessions=0, moods=0, tracks=0)
    assert counts() == (3, 6, 3, 1)


def test_what_is_new_is_added_to_what_is_there(people: People) -> None:
    load(people)
    Job.objects.update(state=Job.State.SUCCEEDED)
    assert load(people, history(people, days=5)) == Imported(sessions=2, moods=4, tracks=2)
    assert counts() == (5, 10, 5, 2)


def test_sessions_alone_leave_nothing_to_adapt_to(people: People) -> None:
    load(people, {"sessions": history(people)["sessions"]})
    assert counts() == (3, 0, 0, 0)


def test_an_empty_history_is_no_work(people: People) -> None:
    assert import_ratings_of(patient=people.anna) == Imported(0, 0, 0)
    assert counts() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("kind", "field", "value", "name", "words"),
    [
        ("moods", "valence", 1.01, "valence", "less than or equal to 1"),
        ("moods", "arousal", math.nan, "arousal", "finite number, not nan"),
        ("moods", "phase", "later", "phase", "not a valid choice"),
        ("moods", "rated_at", LONG_AGO + timedelta(days=365), "rated_at", "in the future"),
        ("moods", "rated_at", LONG_AGO.replace(year=1999), "rated_at", "before 2000"),
        ("moods", "rated_at", LONG_AGO.replace(tzinfo=None), "rated_at", "offset from UTC"),
        ("moods", "session_id", key("nobody's"), "session", "no session of this id"),
        ("tracks", "liking", 6, "liking", "between 1 and 5"),
        ("tracks", "familiarity", 0, "familiarity", "between 1 and 5"),
        ("tracks", "track_id", key("nobody's"), "track", "No catalogue of this clinic"),
        ("sessions", "ended_at", LONG_AGO - timedelta(days=9), "ended_at", "before it starts"),
        ("sessions", "plan_id", key("nobody's"), "plan", "no plan of this id"),
    ],
)
def test_one_bad_row_is_named_and_nothing_is_written(
    people: People, kind: str, field: str, value: Any, name: str, words: str
) -> None:
    rows = history(people)
    setattr(rows[kind][1], field, value)
    with pytest.raises(ValidationError) as refused:
        load(people, rows)
    (message,) = refused.value.message_dict[name]
    assert message.startswith(f"Row {rows[kind][1].id}: ")
    assert words in message
    assert counts() == (0, 0, 0, 0)


def test_other_content_under_a_known_id_is_a_conflict(people: People) -> None:
    load(people)
    rows = history(people)
    rows["tracks"][0].liking = 5
    with pytest.raises(ConflictError) as refused:
        load(people, rows)
    assert refused.value.fields == {"liking": ["Stored as 3, sent as 5."]}


def test_the_history_of_one_patient_cannot_become_anothers(people: People) -> None:
    load(people)
    with pytest.raises(ConflictError, match="This id is taken"):
        import_ratings_of(patient=people.carl, sessions=history(people)["sessions"])


def test_a_history_that_names_more_than_one_statement_takes_is_looked_up_all_the_same(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(references, "FEW", 1)
    rows = history(people)
    assert load(people, {"sessions": rows["sessions"]}).sessions == 3
    assert load(people, {"moods": rows["moods"]}).moods == 6
    rows["tracks"][1].track = people.strange_track
    with pytest.raises(ValidationError, match="No catalogue of this clinic"):
        load(people, {"tracks": rows["tracks"]})


def test_a_long_history_takes_few_queries(
    people: People, django_assert_max_num_queries: Any
) -> None:
    rows = history(people, days=25)
    with django_assert_max_num_queries(20):
        load(people, rows)


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_write_every_row_once(people: People) -> None:
    answers = while_open(lambda: load(people), lambda: load(people))
    assert answers == [Imported(sessions=3, moods=6, tracks=3), Imported(0, 0, 0)]
    assert counts() == (3, 6, 3, 1)
