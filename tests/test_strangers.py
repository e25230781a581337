"""Every address × everyone: who may come in does, a stranger learns nothing.

The addresses are those that the site has, so a new one is asked about here by itself; one without a
door, or with a parameter that nobody here fills, fails.
"""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, reverse

from tests.addresses import filled, names_in, parameters_at, patterns
from tests.factories import MembershipFactory
from tests.people import People, settle
from therapy.access.acts import roles_that_may
from therapy.access.doors import OPERATOR, Open, Staff, StaffApi, door_of
from therapy.access.doors import Phone as PhoneDoor
from therapy.models import Membership

METHODS = ("get", "post", "put", "patch", "delete")
ROLES = Membership.Role.values
CONFIRM = "/account/confirm/"
"""Where who is asked for the password again is sent, before anything is looked up."""


def addresses(*, of_operators: bool = False) -> list[Any]:
    return [
        pytest.param(route, pattern, id=route or "/")
        for route, pattern in patterns()
        if not route.startswith("^")
        and (getattr(pattern.callback, "door", None) == OPERATOR) == of_operators
    ]


@pytest.fixture
def people(db: None, settings: Any, tmp_path: Any) -> People:
    settings.MEDIA_ROOT = tmp_path / "files"
    return settle()


@pytest.fixture
def parameters(people: People) -> dict[str, Any]:
    return parameters_at(people)


def ask(client: Client, method: str, url: str, **headers: str) -> HttpResponse:
    answer: Any = getattr(client, method)(url, content_type="application/json", headers=headers)
    assert answer.status_code < 500, (method, url)
    return answer


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(("route", "pattern"), addresses())
def test_every_address_has_a_door(route: str, pattern: URLPattern) -> None:
    assert isinstance(door_of(pattern.callback), Open | PhoneDoor | Staff)


def test_a_view_without_a_door_is_not_served() -> None:
    with pytest.raises(ImproperlyConfigured, match="has no door"):
        door_of(lambda request: HttpResponse())


@pytest.mark.parametrize(("route", "pattern"), addresses())
def test_nobody_gets_in_but_where_it_is_open(
    route: str, pattern: URLPattern, parameters: dict[str, Any]
) -> None:
    door, url = door_of(pattern.callback), filled(route, parameters)
    for method in METHODS:
        answer = ask(Client(), method, url)
        match door:
            case Open():
                assert answer.status_code not in {401, 403}
                assert "next=" not in answer.headers.get("Location", "")
            case PhoneDoor():
                assert answer.status_code == 401
            case StaffApi():
                assert answer.status_code == 401
            case Staff():
                assert answer.status_code == 302
                assert answer.headers["Location"].startswith(reverse("sign-in"))


@pytest.mark.parametrize(("route", "pattern"), addresses(of_operators=True))
def test_only_operators_run_the_installation(
    route: str, pattern: URLPattern, parameters: dict[str, Any], people: People
) -> None:
    url, ways_in = filled(route, parameters), (reverse("sign-in"), reverse("admin:login"))
    for method in METHODS:
        nobodys = ask(Client(), method, url, **people.annas_phone.headers)
        assert nobodys.status_code == 302
        assert nobodys.headers["Location"].startswith(ways_in)
        assert ask(signed_in(people.alice), method, url).status_code == 403


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("route", "pattern"), addresses())
def test_staff_get_as_far_as_their_role_allows(
    route: str, pattern: URLPattern, role: str, parameters: dict[str, Any], people: People
) -> None:
    door, url = door_of(pattern.callback), filled(route, parameters)
    client = signed_in(MembershipFactory(clinic=people.harbour, role=role).user)
    found = []
    for method in METHODS:
        answer = ask(client, method, url)
        if isinstance(door, Staff):
            act = door.act(method.upper())
            may = act is None or role in roles_that_may(act)
            assert may == (answer.status_code != 403), (method, answer.status_code)
            found.append(not may or answer.status_code not in {404, 405})
        elif isinstance(door, PhoneDoor):
            assert answer.status_code == 401, "a phone's address is not for staff"
    if isinstance(door, Staff) and (door.reads or door.writes):
        assert any(found), "a stranger's 404 would prove nothing"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("route", "pattern"), addresses())
def test_staff_of_another_clinic_learn_nothing(
    route: str, pattern: URLPattern, role: str, parameters: dict[str, Any], people: People
) -> None:
    url = filled(route, parameters)
    client = signed_in(MembershipFactory(clinic=people.hill, role=role).user)
    for method in METHODS:
        answer = ask(client, method, url)
        if "token" not in names_in(route):  # whoever holds it was invited
            _tells_nothing(answer, people, method)
        if {"patient_id", "slug"} & set(names_in(route)):
            sent_to_confirm = answer.headers.get("Location", "").startswith(CONFIRM)
            assert answer.status_code in {403, 404, 405} or sent_to_confirm


@pytest.mark.parametrize(("route", "pattern"), addresses())
def test_a_phone_of_another_clinic_learns_nothing(
    route: str, pattern: URLPattern, parameters: dict[str, Any], people: People
) -> None:
    url, phone = filled(route, parameters), people.carls_phone
    for method in METHODS:
        answer = ask(Client(), method, url, **phone.headers)
        if "token" not in names_in(route):
            _tells_nothing(answer, people, method)
        if isinstance(door_of(pattern.callback), PhoneDoor) and names_in(route):
            assert answer.status_code in {404, 405}


def _tells_nothing(answer: HttpResponse, people: People, method: str) -> None:
    body = b"".join(getattr(answer, "streaming_content", [])) or getattr(answer, "content", b"")
    secrets = (people.anna.code, str(people.anna.id), people.harbour.name, people.tracks[0].title)
    for secret in secrets:
        assert secret.encode() not in body, (method, secret)
