"""The measures on a patient's page."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import MeasureResponseFactory
from tests.people import People
from tests.therapy.pages.reading import FIRST_DAY, rows, words
from therapy.measures.registry import measure
from therapy.measures.scoring import score
from therapy.models import MeasureResponse, Patient
from therapy.pages.measure_lines import responses_of
from therapy.pages.patients import MEASURES_A_PAGE
from therapy.sessions.arrivals import arriving
from therapy.sessions.services import record_measure_response

pytestmark = pytest.mark.django_db


def page_of(client: Client, patient: Patient, **query: Any) -> Any:
    return client.get(reverse("patient", args=[patient.id]), query)


def answer(patient: Patient, key: str, answers: dict[str, float], *, day: int = 0) -> None:
    with arriving(patient) as arrival:
        record_measure_response(
            arrival=arrival,
            id=MeasureResponse().id,
            measure=key,
            version=1,
            language="en",
            state="answered",
            answers=answers,
            answered_at=FIRST_DAY + timedelta(days=day),
        )


def phq9(total: int, *, self_harm: int = 0) -> dict[str, float]:
    """Answers that add up to `total`, the ninth among them."""
    answers: dict[str, float] = {"phq9-9": self_harm}
    left = total - self_harm
    for number in range(1, 9):
        answers[f"phq9-{number}"] = min(3, left)
        left -= min(3, left)
    assert score(measure("phq9", 1), answers).scores["total"].value == total
    return answers


def measure_rows(response: Any) -> list[str]:
    return [row for row in rows(response) if "version 1," in row]


def test_before_the_first_answer_the_page_says_so(alices: Client, people: People) -> None:
    shown = words(page_of(alices, people.anna))
    assert "No measure answered, skipped or expired yet." in shown


def test_scores_come_with_band_cut_off_and_their_sources(alices: Client, people: People) -> None:
    answer(people.anna, "phq9", phq9(12))
    (row,) = measure_rows(page_of(alices, people.anna))
    assert row == (
        "Patient Health Questionnaire-9 (PHQ-9) version 1, 2 Mar 2026, 18:00 "
        "PHQ-9: 12 of 0 to 27, moderate (Kroenke 2001) "
        "Reaches the cut-off of 10: look further for depression (Kroenke 2001) the first"
    )
    assert "it is no diagnosis" in words(page_of(alices, people.anna))


def test_change_is_since_the_first_and_reliable_only_where_that_is_documented(
    alices: Client, people: People
) -> None:
    for day, total in enumerate((16, 11, 10)):
        answer(people.anna, "phq9", phq9(total), day=day)
    for day, pain in enumerate((8, 2)):
        answer(people.anna, "pain-nrs", {"pain": pain}, day=10 + day)
    latest_pain, first_pain, third, second, first = measure_rows(page_of(alices, people.anna))
    source = "(6 or more: NHS Talking Therapies manual, a secondary source)"
    assert first.endswith("the first")
    assert second.endswith(f"−5; not a reliable change {source}")
    assert third.endswith(f"−6; a reliable change {source}")
    assert first_pain.endswith("the first")
    assert latest_pain.endswith("Pain: 2 of 0 to 10 −6")


def test_only_the_patients_own_answers_to_the_same_version_are_compared(people: People) -> None:
    others = MeasureResponseFactory(patient=people.carl, answered_at=FIRST_DAY)
    older = MeasureResponseFactory(
        patient=people.anna, version=2, answered_at=FIRST_DAY + timedelta(days=1)
    )
    first, second = (
        MeasureResponseFactory(patient=people.anna, answered_at=FIRST_DAY + timedelta(days=day))
        for day in (2, 3)
    )
    compared = {one.id: one.first_id for one in responses_of(people.anna)}
    assert compared == {older.id: older.id, first.id: first.id, second.id: first.id}
    assert others.id not in compared


def test_every_subscale_is_shown(alices: Client, people: People) -> None:
    answer(people.anna, "phq4", {"phq4-1": 3, "phq4-2": 2, "phq4-3": 1, "phq4-4": 0})
    answer(people.anna, "phq4", {"phq4-1": 1, "phq4-2": 1, "phq4-3": 1, "phq4-4": 0}, day=1)
    latest, first = measure_rows(page_of(alices, people.anna))
    assert "PHQ-4: 6 of 0 to 12, moderate (Kroenke 2009)" in first
    assert "GAD-2: 5 of 0 to 6 Reaches the cut-off of 3" in first
    assert "PHQ-2: 1 of 0 to 6 Below the cut-off of 3 (Kroenke 2003)" in first
    assert latest.endswith("PHQ-4: −3 GAD-2: −3 PHQ-2: 0")


def test_fractions_have_two_decimals_and_a_true_minus(alices: Client, people: People) -> None:
    for day, arousal in enumerate((0.5, -0.123)):
        answer(people.anna, "affective-slider", {"valence": 0.25, "arousal": arousal}, day=day)
    latest, _ = measure_rows(page_of(alices, people.anna))
    assert "Arousal: −0.12 of −1 to 1" in latest
    assert latest.endswith("Valence: 0 Arousal: −0.62")


def test_an_answer_about_self_harm_stands_out(alices: Client, people: People) -> None:
    answer(people.anna, "phq9", phq9(2, self_harm=1))
    response = page_of(alices, people.anna)
    assert (
        '<p class="attention">The question about self-harm was answered above 0.</p>'
        in response.content.decode()
    )
    MeasureResponse.objects.all().delete()
    answer(people.anna, "phq9", phq9(24))
    assert "self-harm" not in words(page_of(alices, people.anna))


def test_skipped_and_expired_are_shown_as_what_they_are(alices: Client, people: People) -> None:
    for day, state in enumerate(("skipped", "expired")):
        MeasureResponseFactory(
            patient=people.anna,
            state=state,
            answers=None,
            scores=None,
            answered_at=FIRST_DAY + timedelta(days=day),
        )
    expired, skipped = measure_rows(page_of(alices, people.anna))
    assert expired.endswith("expired: it was shown, and not answered in time")
    assert skipped.endswith("skipped: the patient did not want to answer")


def test_what_was_skipped_is_no_first_answer(alices: Client, people: People) -> None:
    MeasureResponseFactory(
        patient=people.anna, state="skipped", answers=None, scores=None, answered_at=FIRST_DAY
    )
    answer(people.anna, "pain-nrs", {"pain": 2}, day=1)
    answer(people.anna, "pain-nrs", {"pain": 5}, day=2)
    second, first, _ = measure_rows(page_of(alices, people.anna))
    assert first.endswith("the first")
    assert second.endswith("+3")


def test_the_list_has_pages_and_its_queries_do_not_grow(alices: Client, people: People) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert page_of(alices, people.anna).status_code == 200
        return len(captured)

    answer(people.anna, "pain-nrs", {"pain": 9})
    few = queries()
    for day in range(1, MEASURES_A_PAGE + 1):
        answer(people.anna, "pain-nrs", {"pain": 3}, day=day)
    assert queries() == few
    second = page_of(alices, people.anna, measures=2)
    assert measure_rows(second)[0].endswith("Pain: 9 of 0 to 10 the first")
    assert f"{MEASURES_A_PAGE + 1}–{MEASURES_A_PAGE + 1} of {MEASURES_A_PAGE + 1}" in words(second)
    assert measure_rows(page_of(alices, people.anna))[0].endswith("−6")  # the first, on page 2
