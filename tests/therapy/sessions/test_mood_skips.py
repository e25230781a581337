"""A patient who is asked for the mood may skip the question: kept as such, never as a rating."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories import MoodRatingFactory, MoodSkipFactory
from tests.people import People, Phone
from tests.staff import Staff
from tests.therapy.pages.reading import add_session, rows, words
from tests.therapy.sessions.reports import Body, new_id, refusals
from therapy.models import MoodRating, MoodSkip
from therapy.rights.rows import rows_of

pytestmark = pytest.mark.django_db

MOODS_APART = "– not reported → before, not said after"


@pytest.fixture
def skip(bodies: dict[str, Body]) -> Body:
    return bodies["mood-skips"]


def page(people: People) -> Any:
    client = Client()
    client.force_login(people.bob)
    return client.get(f"/patients/{people.anna.id}/")


def test_it_is_kept_of_every_phase_and_is_no_rating(
    phone: Phone, skip: Body, adaptations: Callable[[], list[str]]
) -> None:
    for phase in MoodRating.Phase.values:
        answer = phone.post("mood-skips", skip | {"id": new_id(), "phase": phase})
        assert answer.status_code == 201
    phases = MoodSkip.objects.filter(patient=phone.patient).values_list("phase", flat=True)
    assert sorted(phases) == ["after", "before", "during"]
    assert not MoodRating.objects.exists()
    assert adaptations() == [], "there is nothing to learn"


@pytest.mark.parametrize(
    ("field", "value", "part"),
    [
        ("phase", "later", "is not a valid choice"),
        ("phase", None, "may not be null"),
        ("session", "the last one", "valid UUID"),
        ("skipped_at", "2026-03-01T18:30:00", "Must end with an offset from UTC"),
    ],
)
def test_a_skip_is_refused_by_field(
    phone: Phone, skip: Body, field: str, value: Any, part: str
) -> None:
    assert part in refusals(phone.post("mood-skips", skip | {field: value}))[field][0]
    assert not MoodSkip.objects.exists()


def test_another_phase_under_the_same_id_is_a_conflict(phone: Phone, skip: Body) -> None:
    phone.post("mood-skips", skip)
    changed = refusals(phone.post("mood-skips", skip | {"phase": "before"}), 409)
    assert changed == {"phase": ["Stored as after, sent as before."]}
    assert MoodSkip.objects.get().phase == "after"


def test_in_a_batch_it_may_come_before_its_session_and_again(
    phone: Phone, skip: Body, bodies: dict[str, Body]
) -> None:
    session = {"kind": "session", **bodies["sessions"]}
    item = {"kind": "mood-skip", **skip, "session": session["id"]}

    def statuses(*items: Body) -> list[str]:
        answer = phone.post("sync", {"items": items}).json()
        return [outcome["status"] for outcome in answer["items"]]

    assert statuses(item) == ["waiting"]
    assert statuses(item, session, item) == ["stored", "stored", "already-stored"]
    assert statuses(item) == ["already-stored"]
    assert str(MoodSkip.objects.get().session_id) == session["id"]


def test_the_page_tells_what_was_not_said_from_what_was_not_reported(people: People) -> None:
    session = add_session(people.anna, before=None, after=None)
    assert MOODS_APART not in words(page(people))
    for _ in range(2):  # a phone may say it again under another id
        MoodSkipFactory(patient=people.anna, session=session, phase="after")
    MoodSkipFactory(patient=people.anna, session=session, phase="during")
    said = words(page(people))
    assert said.count(MOODS_APART) == 1
    assert "No session has a mood both before and after yet." in said
    MoodRatingFactory(patient=people.anna, session=session, phase="before", valence=-0.4)
    shown = page(people)
    assert "valence −0.40 → before, not said after" in words(shown)
    assert "No session has a mood both before and after yet." in words(shown)


def test_a_mood_that_was_said_all_the_same_counts(people: People) -> None:
    session = add_session(people.anna)
    MoodSkipFactory(patient=people.anna, session=session, phase="before")
    MoodSkipFactory(patient=people.anna, session=session, phase="after")
    (row,) = [row for row in rows(page(people)) if "18 min" in row]
    assert "valence −0.40 → before, +0.10 after" in row
    assert "not said" not in row


def test_what_was_skipped_outside_of_any_session_is_in_none(people: People) -> None:
    add_session(people.anna, before=None, after=None)
    MoodSkipFactory(patient=people.anna, phase="before")
    assert not [row for row in rows(page(people)) if "not said" in row]


def test_staff_read_it_through_the_api(people: People) -> None:
    bob = Staff(people.bob)
    session = add_session(people.anna)
    MoodSkipFactory(patient=people.anna, session=session, phase="before")
    after = MoodSkipFactory(patient=people.anna, phase="after")
    MoodSkipFactory(patient=people.carl)
    path = f"patients/{people.anna.id}/mood-skips"
    assert len(bob.rows(path)) == 2
    (row,) = bob.rows(path, phase="after")
    assert (row["id"], row["session"]) == (str(after.id), None)
    assert row["phone_skipped_at"] == row["skipped_at"]
    assert bob.get(path, phase="never").status_code == 400
    assert bob.get(f"patients/{people.carl.id}/mood-skips").status_code == 404


def test_it_belongs_to_the_patient_and_goes_with_them(people: People) -> None:
    skip = MoodSkipFactory(patient=people.anna)
    assert rows_of(people.anna.id)[MoodSkip] == {skip.pk}
    assert MoodSkip not in rows_of(people.carl.id)
