"""GET /api/v1/crisis-contacts."""

import pytest

from tests.people import People, Phone
from tests.problems import problem_in
from therapy.plans.services import prescribe
from therapy.safety.crisis import LINES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("country", ["DE", "de"])
def test_a_country_has_its_own_line_and_emergency_number(phone: Phone, country: str) -> None:
    body = phone.get(f"crisis-contacts?country={country}").json()
    assert (body["line"], body["phone"]) == ("TelefonSeelsorge", "0800 1110111")
    assert body["emergency"] == "112"
    assert "Nobody is watching" in body["not_watched"]


def test_elsewhere_there_is_a_page_that_lists_them(phone: Phone) -> None:
    for asked in ("", "?country=ZZ"):
        body = phone.get(f"crisis-contacts{asked}").json()
        assert body["page"] == "https://findahelpline.com"
        assert body["phone"] == ""


def test_what_is_no_country_is_refused_by_name(phone: Phone) -> None:
    answer = phone.get("crisis-contacts?country=Germany")
    assert [error["parameter"] for error in problem_in(answer, 400)["errors"]] == ["country"]


def test_the_patients_own_crisis_plan_comes_with_it(people: People, phone: Phone) -> None:
    prescribe(patient=people.anna, by=people.bob, crisis_plan="Call Mia. Go outside.")
    assert phone.get("crisis-contacts").json()["crisis_plan"] == "Call Mia. Go outside."
    assert people.carls_phone.get("crisis-contacts").json()["crisis_plan"] == ""


def test_every_line_names_the_page_that_says_so() -> None:
    assert all(line.source.startswith("https://") for line in LINES.values())
