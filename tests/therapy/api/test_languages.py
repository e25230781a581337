"""Every address that answers with words takes a language in the same way, and says which it has."""

from typing import Any

import pytest

from tests.people import People, Phone
from tests.problems import problem_in

pytestmark = pytest.mark.django_db

ADDRESSES = ("consents", "measures", "crisis-contacts", "reminders")
every_address = pytest.mark.parametrize("address", ADDRESSES)


def spoken(address: str, body: Any) -> set[str]:
    """The languages of what was answered."""
    match address:
        case "consents":
            return {row["text"]["language"] for row in body["consents"]}
        case "measures":
            return {row["language"] for row in body["measures"] if row["key"] == "pain-nrs"}
        case "reminders":
            assert body["language"] == body["words_language"]
    return {body["language"]}


@every_address
@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "", "en"),
        ("?language=zh-Hans", "", "zh-Hans"),
        ("?language=zh-CN", "de", "zh-Hans"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("", "fr-FR, zh-CN;q=0.5", "zh-Hans"),
        ("?language=fr", "zh-CN", "en"),
        ("", "§§§", "en"),
    ],
)
def test_what_is_asked_for_is_answered_or_english(
    phone: Phone, address: str, query: str, accepted: str, language: str
) -> None:
    answer = phone.get(f"{address}{query}", **({"Accept_Language": accepted} if accepted else {}))
    assert spoken(address, answer.json()) == {language}
    assert "Accept-Language" in answer.headers["Vary"]


@every_address
@pytest.mark.parametrize("asked", ["English please", ""])
def test_what_is_no_tag_is_refused_by_name(phone: Phone, address: str, asked: str) -> None:
    problem = problem_in(phone.get(f"{address}?language={asked}"), 400)
    assert [error["parameter"] for error in problem["errors"]] == ["language"]


def test_crisis_words_are_in_the_language_and_the_line_is_the_countrys(phone: Phone) -> None:
    there = phone.get("crisis-contacts?country=CN&language=zh-Hans").json()
    assert (there["phone"], there["emergency"]) == ("12356", "120")
    assert "没有人" in there["not_watched"]
    elsewhere = phone.get("crisis-contacts?country=ZZ&language=de").json()
    assert elsewhere["emergency"] == "der Notruf Ihres Landes"
    assert "Niemand sieht zu" in elsewhere["not_watched"]


def test_a_rule_that_was_set_keeps_its_language_and_says_which_its_words_have(
    people: People, phone: Phone
) -> None:
    rule = {
        "channels": ["push"],
        "minutes_before": 0,
        "quiet_from": None,
        "quiet_to": None,
        "language": "fr-CH",
    }
    phone.client.put(
        "/api/v1/reminders", data=rule, content_type="application/json", headers=phone.headers
    )
    said = phone.get("reminders?language=zh-Hans").json()
    assert (said["language"], said["words_language"]) == ("fr-CH", "en")
