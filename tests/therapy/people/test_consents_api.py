"""What a patient decides on the phone: added to, repeatable, and a no is never undone unasked."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.people import People, Phone
from tests.problems import places, problem_in
from tests.threads import at_once
from therapy.models import Consent
from therapy.people.selectors import consents_to
from therapy.people.services import record_consent

pytestmark = pytest.mark.django_db

POOLED = "pooled-learning"


def decision(scope: str = POOLED, given: bool = True, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "scope": scope,
        "given": given,
        "text_version": "1",
        "language": "de",
        "decided_at": timezone.now().isoformat(),
    } | fields


def standing(answer: Any) -> dict[str, Any]:
    """By scope, what stands."""
    return {row["scope"]: row for row in answer.json()["consents"]}


def error(answer: Any) -> tuple[int, str, list[str]]:
    problem = problem_in(answer)
    return answer.status_code, problem["code"], list(places(problem["errors"]))


# Reading


def test_who_was_never_asked_is_told_so_for_every_scope(phone: Phone) -> None:
    rows = standing(phone.get("consents"))
    assert list(rows) == Consent.Scope.values
    for row in rows.values():
        stands = (row["given"], row["since"], row["text_version"], row["by"])
        assert stands == (None, None, None, None)
        assert row["text"]["language"] == "en"
        assert row["text"]["title"]
        assert row["text"]["paragraphs"]


def test_the_text_comes_in_the_asked_language(phone: Phone) -> None:
    row = standing(phone.get("consents?language=de-AT"))["care"]
    assert row["text"]["language"] == "de"
    assert "Musikhören" in row["text"]["title"]
    assert error(phone.get("consents?language=English please")) == (400, "invalid", ["language"])


def test_what_the_clinic_wrote_down_is_told_as_the_clinics(people: People, phone: Phone) -> None:
    record_consent(
        patient=people.anna,
        scope="care",
        given=True,
        text_version="on paper",
        language="en",
        recorded_by=people.bob,
    )
    row = standing(phone.get("consents"))["care"]
    assert (row["given"], row["by"], row["text_version"]) == (True, "clinic", "on paper")


def test_an_unchanged_answer_is_not_sent_twice(phone: Phone) -> None:
    etag = phone.get("consents").headers["ETag"]
    assert phone.get("consents", If_None_Match=etag).status_code == 304
    phone.post("consents", decision())
    assert phone.get("consents", If_None_Match=etag).status_code == 200


def test_reading_takes_one_query_however_often_was_decided(
    phone: Phone, django_assert_num_queries: Any
) -> None:
    for given in (True, False, True):
        phone.post("consents", decision(given=given))
    with django_assert_num_queries(4):  # the device, its calls, its clinic's, what stands
        assert standing(phone.get("consents"))[POOLED]["given"] is True


# Deciding


def test_a_decision_stands_at_once_and_is_the_patients_own(people: People, phone: Phone) -> None:
    answer = phone.post("consents", decision())
    assert answer.status_code == 201
    row = standing(answer)[POOLED]
    assert (row["given"], row["by"], row["text_version"]) == (True, "phone", "1")
    assert row["text"]["language"] == "de"
    assert consents_to(people.anna, POOLED)
    assert Consent.objects.get().recorded_by is None
    assert standing(phone.post("consents", decision(given=False)))[POOLED]["given"] is False
    assert not consents_to(people.anna, POOLED)
    assert Consent.objects.count() == 2


def test_a_repeat_stores_nothing_even_after_another_word(people: People, phone: Phone) -> None:
    yes = decision()
    phone.post("consents", yes)
    phone.post("consents", decision(given=False))
    again = phone.post("consents", yes)
    assert again.status_code == 201
    assert standing(again)[POOLED]["given"] is False
    assert Consent.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("given", False),
        ("scope", "reminders"),
        ("language", "en"),
        ("decided_at", "2026-03-01T18:40:00Z"),
    ],
)
def test_the_same_id_with_other_content_is_a_conflict(
    phone: Phone, field: str, other: object
) -> None:
    yes = decision()
    phone.post("consents", yes)
    assert error(phone.post("consents", yes | {field: other})) == (409, "conflict", [field])
    assert Consent.objects.count() == 1


def test_a_strangers_id_is_taken_and_nothing_is_told_of_theirs(people: People) -> None:
    theirs = decision()
    people.carls_phone.post("consents", theirs)
    assert error(people.annas_phone.post("consents", theirs)) == (409, "conflict", [])
    assert not Consent.objects.filter(patient=people.anna).exists()


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"scope": "everything"}, ["scope"]),
        ({"given": None}, ["given"]),
        ({"given": "yes"}, ["given"]),
        ({"given": 1}, ["given"]),
        ({"text_version": "99"}, ["text_version"]),
        ({"text_version": "1", "language": "fr"}, ["text_version"]),
        ({"language": "English please"}, ["language"]),
        ({"decided_at": "2026-03-01T18:40:00"}, ["decided_at"]),
        ({"id": "one"}, ["id"]),
    ],
    ids=str,
)
def test_nonsense_is_refused_by_its_field(
    phone: Phone, fields: dict[str, Any], names: list[str]
) -> None:
    assert error(phone.post("consents", decision() | fields)) == (400, "invalid", names)
    assert not Consent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_word_that_arrives_several_times_at_once_is_stored_once(people: People) -> None:
    yes = decision()
    answers = at_once(*[lambda: Phone(people.annas_phone.device).post("consents", yes)] * 3)
    assert [answer.status_code for answer in answers] == [201] * 3
    assert Consent.objects.count() == 1


# Late words


def ago(**time: int) -> str:
    return (timezone.now() - timedelta(**time)).isoformat()


def test_a_yes_from_before_the_no_does_not_undo_it(people: People, phone: Phone) -> None:
    """As from a second phone that was offline."""
    phone.post("consents", decision(given=False, decided_at=ago(hours=1)))
    late = phone.post("consents", decision(decided_at=ago(days=2)))
    assert error(late) == (409, "consent_overtaken", [])
    assert not consents_to(people.anna, POOLED)
    assert phone.post("consents", decision(decided_at=ago(minutes=1))).status_code == 201
    assert consents_to(people.anna, POOLED)


def test_a_yes_from_before_what_the_clinic_wrote_down_does_not_undo_it(
    people: People, phone: Phone
) -> None:
    words: dict[str, Any] = {"scope": POOLED, "text_version": "1", "language": "en"}
    record_consent(patient=people.anna, given=False, **words)
    assert error(phone.post("consents", decision(decided_at=ago(hours=1))))[1] == (
        "consent_overtaken"
    )
    assert phone.post("consents", decision()).status_code == 201


def test_a_no_stands_however_late_it_comes(people: People, phone: Phone) -> None:
    phone.post("consents", decision())
    assert phone.post("consents", decision(given=False, decided_at=ago(days=9))).status_code == 201
    assert not consents_to(people.anna, POOLED)


def test_a_no_by_a_clock_that_was_fast_does_not_keep_a_later_yes_out(
    people: People, phone: Phone
) -> None:
    phone.post("consents", decision(given=False, decided_at=ago(days=-365)))
    assert not consents_to(people.anna, POOLED)
    assert phone.post("consents", decision()).status_code == 201
    assert consents_to(people.anna, POOLED)
