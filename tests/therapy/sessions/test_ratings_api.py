"""POST /api/v1/mood-ratings and /track-ratings: what is refused of a number, and what follows."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.people import People, Phone
from tests.therapy.sessions.reports import Body, refusals
from tests.threads import at_once
from therapy.models import MoodRating, TrackRating
from worker.models import Job

pytestmark = pytest.mark.django_db

Asked = Callable[[], list[str]]
ratings = pytest.mark.parametrize("address", ["mood-ratings", "track-ratings"])


@pytest.mark.parametrize("field", ["valence", "arousal"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1.01, "Must be at most 1."),
        (-1.01, "Must be at least -1."),
        (1e400, "Out of range float values"),
        ("NaN", "Must be a finite number, not 'NaN'."),
        ("Infinity", "Must be a finite number, not 'Infinity'."),
        ("0.5", "Must be a finite number, not '0.5'."),
        (True, "Must be a finite number, not True."),
        ([0.5], "Must be a finite number, not [0.5]."),
        ({}, "Must be a finite number, not {}."),
        (10**400, "Must be a finite number"),
        (None, "may not be null"),
    ],
)
def test_a_mood_is_two_finite_numbers_between_minus_one_and_one(
    phone: Phone, bodies: dict[str, Body], field: str, value: Any, words: str
) -> None:
    answer = phone.post("mood-ratings", bodies["mood-ratings"] | {field: value})
    fields = refusals(answer)
    said = fields[field][0] if fields else answer.json()["detail"]
    assert words in said
    assert not MoodRating.objects.exists()


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_literal_that_json_does_not_have_is_refused(
    phone: Phone, bodies: dict[str, Body], literal: str
) -> None:
    text = json.dumps(bodies["mood-ratings"]).replace("0.25", literal)
    answer = phone.post("mood-ratings", text)
    assert answer.status_code == 400
    assert not MoodRating.objects.exists()


@pytest.mark.parametrize("value", [-1, -1.0, 0, -0.0, 1, 0.1])
def test_a_mood_on_the_edge_is_a_mood(phone: Phone, bodies: dict[str, Body], value: float) -> None:
    body = bodies["mood-ratings"] | {"valence": value}
    first, again = phone.post("mood-ratings", body), phone.post("mood-ratings", body)
    assert first.json()["valence"] == value
    assert again.content == first.content


def test_a_phase_is_one_of_three(phone: Phone, bodies: dict[str, Body]) -> None:
    answer = phone.post("mood-ratings", bodies["mood-ratings"] | {"phase": "later"})
    assert refusals(answer) == {"phase": ['"later" is not a valid choice.']}


@pytest.mark.parametrize("field", ["liking", "familiarity"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "greater than or equal to 1"),
        (6, "less than or equal to 5"),
        (3.5, "valid integer"),
        ("4", "valid integer"),
        (True, "valid integer"),
        (10**30, "less than or equal to 5"),
    ],
)
def test_a_liking_is_a_whole_number_from_one_to_five(
    phone: Phone, bodies: dict[str, Body], field: str, value: Any, words: str
) -> None:
    answer = phone.post("track-ratings", bodies["track-ratings"] | {field: value})
    assert words in refusals(answer)[field][0]
    assert not TrackRating.objects.exists()


def test_another_liking_under_the_same_id_is_named_with_both(
    phone: Phone, bodies: dict[str, Body]
) -> None:
    phone.post("track-ratings", bodies["track-ratings"])
    changed = bodies["track-ratings"] | {"liking": 1, "familiarity": 2}
    assert refusals(phone.post("track-ratings", changed), 409) == {
        "liking": ["Stored as 4, sent as 1."],
        "familiarity": ["Stored as empty, sent as 2."],
    }


@ratings
def test_a_rating_asks_for_adaptation_and_its_repeat_does_not(
    people: People, phone: Phone, bodies: dict[str, Body], adaptations: Asked, address: str
) -> None:
    phone.post(address, bodies[address])
    assert adaptations() == [str(people.anna.id)]
    Job.objects.update(state=Job.State.SUCCEEDED)
    phone.post(address, bodies[address])
    assert len(adaptations()) == 1


def test_a_burst_of_ratings_is_one_adaptation(
    phone: Phone, bodies: dict[str, Body], adaptations: Asked
) -> None:
    phone.post("mood-ratings", bodies["mood-ratings"])
    phone.post("track-ratings", bodies["track-ratings"])
    assert len(adaptations()) == 1
    assert Job.objects.get(kind="adapt_patient").key == f"adapt_patient:{phone.patient.id}"


@pytest.mark.parametrize(
    "address", ["sessions", "sessions-not-held", "track-plays", "playlist-logs"]
)
def test_what_is_no_rating_asks_for_nothing(
    phone: Phone, bodies: dict[str, Body], adaptations: Asked, address: str
) -> None:
    assert phone.post(address, bodies[address]).status_code == 201
    assert adaptations() == []


@ratings
def test_what_is_refused_asks_for_nothing(
    people: People, phone: Phone, bodies: dict[str, Body], adaptations: Asked, address: str
) -> None:
    phone.post(address, bodies[address] | {"phase": "later", "liking": 9})
    assert adaptations() == []
    phone.post(address, bodies[address])
    people.carls_phone.post(address, bodies[address])
    assert adaptations() == [str(people.anna.id)]


@pytest.mark.django_db(transaction=True)
@ratings
def test_repeats_at_once_ask_once(
    people: People, bodies: dict[str, Body], adaptations: Asked, address: str
) -> None:
    def send() -> int:
        phone = Phone(people.annas_phone.device)
        return int(phone.post(address, bodies[address]).status_code)

    assert at_once(*[send] * 4) == [201] * 4
    assert adaptations() == [str(people.anna.id)]
