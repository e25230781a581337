"""GET /api/v1/measures and POST /api/v1/measure-responses. What every report of a phone has in
common is in test_reports_api.py."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests.people import People, Phone
from tests.therapy.sessions.reports import Body, new_id, refusals
from therapy.measures.registry import newest
from therapy.models import MeasureResponse
from therapy.records import ConflictError
from therapy.sessions.arrivals import arriving
from therapy.sessions.services import record_measure_response
from worker.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def phq4(bodies: dict[str, Body]) -> Body:
    return bodies["measure-responses"]


@pytest.fixture
def phq9(phq4: Body) -> Body:
    answers = {f"phq9-{number}": 1 for number in range(1, 9)} | {"phq9-9": 0}
    return phq4 | {"measure": "phq9", "answers": answers}


def test_a_phone_gets_every_measure_with_all_that_it_shows(phone: Phone) -> None:
    answer = phone.get("measures")
    assert answer.status_code == 200
    measures = {one["key"]: one for one in answer.json()["measures"]}
    assert set(measures) == {one.key for one in newest()}
    phq9 = measures["phq9"]
    assert (phq9["version"], phq9["language"], phq9["languages"]) == (1, "en", ["en"])
    assert "No permission required" in phq9["licence"]["terms"]
    assert "Kroenke" in phq9["citation"]
    assert phq9["items"][8] == {
        "id": "phq9-9",
        "text": "Thoughts that you would be better off dead or of hurting yourself in some way",
        "optional": False,
        "asks_about_self_harm": True,
        "options": [
            {"value": 0, "label": "Not at all"},
            {"value": 1, "label": "Several days"},
            {"value": 2, "label": "More than half the days"},
            {"value": 3, "label": "Nearly every day"},
        ],
        "line": None,
    }
    assert measures["pain-nrs"]["items"][0]["line"] == {
        "lowest": 0,
        "highest": 10,
        "whole": True,
        "lowest_label": "no pain",
        "highest_label": "the worst pain you can imagine",
    }


def test_no_band_and_no_cut_off_reaches_the_phone(phone: Phone, phq4: Body) -> None:
    shown = (
        phone.get("measures").content.decode()
        + phone.post("measure-responses", phq4).content.decode()
    )
    for word in ("moderate", "severe", "band", "cut_off", "score"):
        assert word not in shown


def test_the_same_measures_are_not_sent_again(phone: Phone) -> None:
    first = phone.get("measures")
    assert "Accept-Language" in first.headers["Vary"]
    assert phone.get("measures", If_None_Match=first.headers["ETag"]).status_code == 304


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("?language=de-AT", {}),
        ("", {"Accept_Language": "de-AT, de;q=0.9"}),
        ("", {"Accept_Language": "§§§"}),
        ("?language=en-GB", {"Accept_Language": "de"}),
    ],
)
def test_a_language_without_a_text_is_answered_in_english_and_says_so(
    phone: Phone, query: str, headers: dict[str, str]
) -> None:
    answer = phone.get(f"measures{query}", **headers)
    assert {one["language"] for one in answer.json()["measures"]} == {"en"}


def test_a_language_that_is_a_tag_of_none_is_refused(phone: Phone) -> None:
    assert refusals(phone.get("measures?language=¿?")) == {
        "language": ["Must be a tag such as 'de' or 'pt-BR'."]
    }


@pytest.mark.parametrize("address", ["measures", "measure-responses"])
def test_nobody_without_a_token_is_answered(phone: Phone, phq4: Body, address: str) -> None:
    stranger = phone.without_token()
    answer = stranger.get(address) if address == "measures" else stranger.post(address, phq4)
    assert refusals(answer, 401) == {}
    assert not MeasureResponse.objects.exists()


def test_scores_are_computed_at_arrival_and_kept_with_the_version(phone: Phone, phq4: Body) -> None:
    answer = phone.post("measure-responses", phq4)
    assert answer.status_code == 201
    stored = MeasureResponse.objects.get()
    assert (stored.measure, stored.version, stored.language) == ("phq4", 1, "en")
    assert stored.answers == phq4["answers"]
    assert stored.scores == {
        "total": {"value": 6, "band": "moderate"},
        "gad2": {"value": 3, "band": None},
        "phq2": {"value": 3, "band": None},
    }
    assert "scores" not in answer.json()


def test_nothing_is_adapted_to_a_questionnaire(phone: Phone, phq4: Body) -> None:
    phone.post("measure-responses", phq4)
    assert not Job.objects.filter(kind="adapt_patient").exists()


@pytest.mark.parametrize(("value", "due"), [(0, False), (1, True), (3, True)])
def test_thoughts_of_self_harm_are_told_to_the_phone_every_time(
    phone: Phone, phq9: Body, value: int, due: bool
) -> None:
    phq9["answers"]["phq9-9"] = value
    first, again = (phone.post("measure-responses", phq9) for _ in range(2))
    assert first.json()["safety_check"] is due
    assert again.content == first.content
    assert MeasureResponse.objects.get().safety_check is due


def test_the_question_on_difficulty_may_be_left_out(phone: Phone, phq9: Body) -> None:
    assert phone.post("measure-responses", phq9).status_code == 201
    with_it = phq9 | {"id": new_id(), "answers": phq9["answers"] | {"phq9-function": 2}}
    assert phone.post("measure-responses", with_it).status_code == 201
    scores = [one.scores for one in MeasureResponse.objects.all()]
    assert scores == [{"total": {"value": 8, "band": "mild"}}] * 2


@pytest.mark.parametrize("state", ["skipped", "expired"])
@pytest.mark.parametrize("nothing", [None, {}])
def test_what_was_not_answered_has_neither_answers_nor_scores(
    phone: Phone, phq4: Body, state: str, nothing: Any
) -> None:
    answer = phone.post("measure-responses", phq4 | {"state": state, "answers": nothing})
    assert answer.status_code == 201
    assert (answer.json()["state"], answer.json()["answers"]) == (state, None)
    stored = MeasureResponse.objects.get()
    assert (stored.answers, stored.scores, stored.safety_check) == (None, None, False)


@pytest.mark.parametrize("state", ["skipped", "expired"])
def test_what_was_not_answered_cannot_have_answers(phone: Phone, phq4: Body, state: str) -> None:
    assert refusals(phone.post("measure-responses", phq4 | {"state": state})) == {
        "answers": ["Only a measure that was answered has answers."]
    }


def test_every_refused_answer_is_named(phone: Phone, phq9: Body) -> None:
    phq9["answers"] |= {"phq9-3": 7, "mood": 1}
    del phq9["answers"]["phq9-5"]
    assert refusals(phone.post("measure-responses", phq9)) == {
        "answers/phq9-3": ["Must be one of 0, 1, 2, 3, not 7."],
        "answers/phq9-5": ["Not answered: an incomplete form is not scored."],
        "answers": ["phq9 version 1 does not ask for 'mood'."],
    }
    assert not MeasureResponse.objects.exists()


@pytest.mark.parametrize("value", ["2", None, True, [1], {}])
def test_an_answer_that_is_no_number_is_refused(phone: Phone, phq4: Body, value: Any) -> None:
    phq4["answers"]["phq4-2"] = value
    assert list(refusals(phone.post("measure-responses", phq4))) == ["answers/phq4-2"]


@pytest.mark.parametrize("answers", [None, {}])
def test_an_answered_measure_without_answers_lacks_them_all(
    phone: Phone, phq4: Body, answers: Any
) -> None:
    fields = refusals(phone.post("measure-responses", phq4 | {"answers": answers}))
    assert set(fields) == {f"answers/{item}" for item in phq4["answers"]}


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"measure": "who5"}, "measure", "There are: affective-slider, vas-anxiety, pain-nrs"),
        ({"measure": "x" * 41}, "measure", "no more than 40 characters"),
        ({"measure": "a\0b"}, "measure", "ull characters"),
        ({"version": 2}, "version", "No version 2 of phq4. There are: 1."),
        ({"version": 0}, "version", "greater than or equal to 1"),
        ({"version": "1"}, "version", "valid integer"),
        ({"language": "de"}, "language", "phq4 version 1 has no such text. There are: en."),
        ({"state": "missed"}, "state", "not a valid choice"),
    ],
)
def test_what_was_not_published_is_refused_with_what_was(
    phone: Phone, phq4: Body, change: Body, field: str, words: str
) -> None:
    fields = refusals(phone.post("measure-responses", phq4 | change))
    assert list(fields) == [field]
    assert words in fields[field][0]


@pytest.mark.parametrize(
    "change", [{"answers": {"phq4-1": 0, "phq4-2": 0, "phq4-3": 0, "phq4-4": 0}}, {"state": "x"}]
)
def test_other_answers_under_the_same_id_are_a_conflict(
    phone: Phone, phq4: Body, change: Body
) -> None:
    phone.post("measure-responses", phq4)
    if "state" in change:
        change = {"state": "skipped", "answers": None}
    fields = refusals(phone.post("measure-responses", phq4 | change), 409)
    assert set(fields) == set(change)
    assert MeasureResponse.objects.get().answers == phq4["answers"]


def test_the_same_answers_in_another_order_and_spelling_are_the_same(
    phone: Phone, phq4: Body
) -> None:
    first = phone.post("measure-responses", phq4)
    turned = {item: float(value) for item, value in reversed(phq4["answers"].items())}
    assert phone.post("measure-responses", phq4 | {"answers": turned}).content == first.content


def test_a_service_call_is_refused_as_the_api_is(people: People) -> None:
    def record(**fields: Any) -> MeasureResponse:
        given = {
            "id": uuid.UUID(int=7),
            "measure": "pain-nrs",
            "version": 1,
            "language": "en",
            "state": "answered",
            "answered_at": timezone.now(),
        }
        with arriving(people.anna) as arrival:
            return record_measure_response(arrival=arrival, **(given | fields))

    with pytest.raises(ValidationError) as refused:
        record(answers={"pain": float("nan")}, language="xx")
    assert set(refused.value.message_dict) == {"answers.pain", "language"}
    with pytest.raises(ValidationError) as refused:
        record(state="missed", measure="pain\0")
    assert set(refused.value.message_dict) == {"state", "measure"}
    assert record(answers={"pain": 3.0}).answers == {"pain": 3}
    with pytest.raises(ConflictError):
        record(answers={"pain": 4})
