"""Pages of lists: every row once, whatever is added meanwhile, and no cursor but our own."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import MoodRatingFactory, PatientFactory
from tests.people import People
from tests.staff import Staff
from tests.therapy.sessions.reports import refusals
from therapy.api.cursors import MOST_ROWS_A_PAGE, NO_SUCH_PLACE, ROWS_A_PAGE
from therapy.models import MoodRating

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = st.integers(0, 3)  # few, so that many rows have one instant


@pytest.fixture
def bob(people: People) -> Staff:
    return Staff(people.bob)


def add(patient: Any, hour: int) -> str:
    return str(MoodRatingFactory(patient=patient, rated_at=DAY + timedelta(hours=hour)).id)


def walk(staff: Staff, page: Any, link: str) -> list[list[str]]:
    """The ids of a page and of all that its links lead to, page by page."""
    pages = []
    while True:
        assert page.status_code == 200, page.content
        pages.append([row["id"] for row in page.json()["results"]])
        if page.json()[link] is None:
            return pages
        page = staff.follow(page.json()[link])


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    there=st.lists(HOURS, min_size=1, max_size=12),
    added=st.lists(HOURS, max_size=12),
    size=st.integers(1, 5),
    order=st.sampled_from(["newest", "oldest"]),
)
def test_a_walk_sees_every_row_once_while_others_are_added(
    people: People, bob: Staff, there: list[int], added: list[int], size: int, order: str
) -> None:
    patient = PatientFactory(clinic=people.harbour)
    ids = {add(patient, hour) for hour in there}
    address = f"patients/{patient.id}/mood-ratings"
    page, seen = bob.get(address, page_size=size, order=order), []
    while True:
        seen += [row["id"] for row in page.json()["results"]]
        if added:
            add(patient, added.pop())
        if page.json()["next"] is None:
            break
        page = bob.follow(page.json()["next"])
    assert len(seen) == len(set(seen))
    assert ids <= set(seen)


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_the_way_back_is_the_way_there(people: People, bob: Staff, order: str) -> None:
    patient = PatientFactory(clinic=people.harbour)
    drawn = random.Random(7)
    for _ in range(23):
        add(patient, drawn.randrange(4))
    address = f"patients/{patient.id}/mood-ratings"
    there = walk(bob, bob.get(address, page_size=5, order=order), "next")
    assert [len(page) for page in there] == [5, 5, 5, 5, 3]
    last = bob.get(address, page_size=5, order=order)
    while last.json()["next"]:
        last = bob.follow(last.json()["next"])
    assert walk(bob, last, "previous") == there[::-1]
    descending = order == "newest"
    said = {str(row.id): row.rated_at for row in MoodRating.objects.filter(patient=patient)}
    times = [said[key] for page in there for key in page]
    assert times == sorted(times, reverse=descending)


def test_a_page_has_fifty_rows_and_at_most_two_hundred(people: People, bob: Staff) -> None:
    for _ in range(ROWS_A_PAGE + 1):
        add(people.anna, 0)
    address = f"patients/{people.anna.id}/mood-ratings"
    assert len(bob.get(address).json()["results"]) == ROWS_A_PAGE
    assert len(bob.rows(address, page_size=MOST_ROWS_A_PAGE)) == ROWS_A_PAGE + 1


@pytest.mark.parametrize("size", ["0", "-1", "201", "many", "1e2", "9" * 2000, "1.5"])
def test_a_page_of_another_size_is_refused(people: People, bob: Staff, size: str) -> None:
    refused = bob.get(f"patients/{people.anna.id}/mood-ratings", page_size=size)
    assert set(refusals(refused)) == {"page_size"}


def test_an_order_that_there_is_not_is_refused(people: People, bob: Staff) -> None:
    refused = bob.get(f"patients/{people.anna.id}/mood-ratings", order="valence")
    assert set(refusals(refused)) == {"order"}


@pytest.mark.parametrize("cursor", ["x", "cD0x", "\0", "a:b:c", "é", "\ud83d", "x" * 5000])
def test_a_cursor_of_ones_own_is_refused(people: People, bob: Staff, cursor: str) -> None:
    text = cursor.encode("utf-8", "replace").decode()
    refused = bob.get(f"patients/{people.anna.id}/mood-ratings", cursor=text)
    assert refusals(refused) == {"cursor": [NO_SUCH_PLACE]}


def test_a_cursor_holds_for_its_own_list_and_order(people: People, bob: Staff) -> None:
    for _ in range(3):
        add(people.anna, 0)
    address = f"patients/{people.anna.id}"
    link = bob.get(f"{address}/mood-ratings", page_size=1).json()["next"]
    assert bob.follow(link).status_code == 200
    assert set(refusals(bob.follow(link + "&order=oldest"))) == {"cursor"}
    assert set(refusals(bob.follow(link.replace("mood-ratings", "sessions")))) == {"cursor"}


def test_a_link_keeps_the_filters_of_its_page(people: People, bob: Staff) -> None:
    for hour in range(4):
        add(people.anna, hour)
    after = (DAY + timedelta(hours=2)).isoformat().replace("+00:00", "Z")
    address = f"patients/{people.anna.id}/mood-ratings"
    first = bob.get(address, page_size=1, rated_after=after)
    assert [len(page) for page in walk(bob, first, "next")] == [1, 1]


def test_an_empty_list_has_one_empty_page(people: People, bob: Staff) -> None:
    assert bob.get(f"patients/{people.anna.id}/sessions").json() == {
        "next": None,
        "previous": None,
        "results": [],
    }
