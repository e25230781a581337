"""A filter that is not understood is refused: it must not look as if nothing were there, or all."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.addresses import filled, patterns
from tests.people import People
from tests.staff import Staff
from tests.therapy.sessions.reports import refusals
from therapy.api.staff import StaffList

pytestmark = pytest.mark.django_db


def lists() -> Iterator[tuple[str, type[StaffList]]]:
    for route, pattern in patterns():
        view = getattr(pattern.callback, "cls", object)
        if issubclass(view, StaffList):
            yield route, view


def filters() -> list[Any]:
    return [
        pytest.param(route, name, id=f"{route}?{name}")
        for route, view in lists()
        for name in getattr(getattr(view, "filterset_class", None), "base_filters", ())
    ]


def ask(people: People, route: str, **query: Any) -> Any:
    values = {"slug": people.harbour.slug, "patient_id": people.anna.id}
    address = filled(route, values).removeprefix("/api/v1/")
    return Staff(people.alice).get(address, **query)


def test_there_are_lists_to_ask() -> None:
    assert len(list(lists())) >= 10
    assert len(filters()) >= 20


@pytest.mark.parametrize("route", [route for route, _ in lists()])
def test_a_filter_that_there_is_not_is_refused_with_those_that_there_are(
    people: People, route: str
) -> None:
    problems = refusals(ask(people, route, rated_befor="2026-03-01T00:00:00Z"))
    assert set(problems) == {"rated_befor"}
    assert "page_size" in problems["rated_befor"][0]


@pytest.mark.parametrize(("route", "name"), filters())
def test_a_filter_that_is_empty_or_given_twice_is_refused(
    people: People, route: str, name: str
) -> None:
    assert set(refusals(ask(people, route, **{name: ""}))) == {name}
    assert set(refusals(ask(people, route, **{name: ["true", "true"]}))) == {name}


@pytest.mark.parametrize(("route", "name"), filters())
def test_a_value_that_the_filter_does_not_take_is_refused(
    people: People, route: str, name: str
) -> None:
    for value in ("\0", *(() if name == "code" else ("no such", "-1"))):
        assert set(refusals(ask(people, route, **{name: value}))) == {name}, value


@pytest.mark.parametrize(
    "text", ["2026-03-01", "2026-03-01T18:30:00", "2026-03-01T18:30:00 02:00", "18:30Z", "0"]
)
def test_a_time_says_its_offset(people: People, text: str) -> None:
    route = "api/v1/patients/<uuid:patient_id>/sessions"
    assert set(refusals(ask(people, route, started_after=text))) == {"started_after"}


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-03-01T18:30:00+14:00"]
)
def test_any_time_that_there_is_may_be_asked_for(people: People, text: str) -> None:
    for route, name in [(p.values[0], p.values[1]) for p in filters()]:
        if name.endswith(("_after", "_before")):
            assert ask(people, route, **{name: text}).status_code == 200
