"""Every address × everyone: who may come in does, a stranger learns nothing.

The addresses are those that the site has, so a new one is asked about here by itself; one without a
door, or with a parameter that nobody here fills, fails.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from adaptation.models import BaseModel, PatientModel
from exports.models import Bundle, ModelPackage, SigningKey
from tests.factories import MembershipFactory, PlaylistLogFactory, SessionPlanFactory
from tests.people import People, settle
from therapy.access.acts import roles_that_may
from therapy.access.doors import OPERATOR, Open, Staff, StaffApi, door_of
from therapy.access.doors import Phone as PhoneDoor
from therapy.models import DataExport, Membership, ProgressNote, SafetyFlag, TablesExport
from therapy.people.invitations import invite
from therapy.people.pairing import make_pairing_code

METHODS = ("get", "post", "put", "patch", "delete")
ROLES = Membership.Role.values
CONFIRM = "/account/confirm/"
"""Where who is asked for the password again is sent, before anything is looked up."""
PARAMETER = r"(?:\^\(\?P)?<(?:\w+:)?(\w+)>(?:[^)/]*\))?"  # <uuid:id> or ^(?P<id>…)
UNKNOWN_HERE = "".join(str(digit % 10) for digit in range(64))


def patterns(found: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if found is None else found:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern
        else:
            yield from patterns(pattern.url_patterns, route)


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


def parameters_at(people: People) -> dict[str, Any]:
    """What every parameter of an address is at Harbour, and that it is there."""
    people.harbour.name = "A name that no example has"
    people.harbour.save()
    plan = SessionPlanFactory(patient=people.anna)
    people.tracks[0].audio.save("calm.ogg", ContentFile(b"OggS"))
    base = BaseModel.objects.create(
        name="calm-base",
        version=1,
        learner="relation",
        schema=people.harbour.feature_schema,
        trained_on="simulated listeners",
        simulated=True,
        seed=1,
        weights="bases/x.pt",
        weights_sha256="0" * 64,
        vector_size=4,
    )
    key = SigningKey.objects.create(key_id="0a1b2c3d4e5f6071", public_key=bytes(32))
    bundle = Bundle(base=base, kind="onnx", sha256=UNKNOWN_HERE, bytes=4, statement=b"-", key=key)
    bundle.file.save("bundle.zip", ContentFile(b"PK00"))
    model = PatientModel.objects.create(
        base=base,
        version=1,
        patient=people.anna,
        vector=b"",
        support_digest="0" * 64,
        support_count=0,
    )
    ModelPackage.objects.create(
        patient=people.anna,
        patient_model=model,
        version=1,
        kind="record",
        bytes=6,
        sha256="1" * 64,
        signed=b"record",
        key=key,
        learns=True,
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
        expires_at=datetime(2126, 3, 1, tzinfo=UTC),
    )
    flag = SafetyFlag.objects.create(
        patient=people.anna,
        rule="stopped-feeling-worse",
        rule_version=1,
        severity="attention",
        cause=people.anna.id,
    )
    export = DataExport.objects.create(
        patient=people.anna, file="data-exports/anna.zip", ready_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    export.file.storage.save(export.file.name, ContentFile(b"PK00"))
    tables = TablesExport.objects.create(
        clinic=people.harbour,
        form="csv",
        pseudonymous=False,
        file="data-exports/tables.zip",
        ready_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    tables.file.storage.save(tables.file.name, ContentFile(b"PK00"))
    owner = people.alice.memberships.get()
    invitation, token = invite(by=owner, email="dora@example.org", role="therapist")
    return {
        "patient_id": people.anna.id,
        "track_id": people.tracks[0].id,
        "version": 1,
        "plan_version": plan.version,
        "kind": "record",
        "name": base.name,
        "sha256": UNKNOWN_HERE,
        "code_id": make_pairing_code(patient=people.anna, by=people.alice).id,
        "phone_id": people.annas_phone.device.id,
        "flag_id": flag.id,
        "note_id": ProgressNote.objects.create(
            patient=people.anna, format="dap", sections={"data": "slept"}
        ).pk,
        "export_id": tables.id,
        "playlist_id": PlaylistLogFactory(patient=people.anna).id,
        "slug": people.harbour.slug,
        "membership_id": people.therapist.id,
        "invitation_id": invitation.id,
        "token": token,
        "session_id": 1,
        "object_id": 1,
        "app_label": "therapy",
        "pk": 1,
    }


def names_in(route: str) -> list[str]:
    """The parameters of an address, those of what includes it too."""
    return re.findall(PARAMETER, route)


def filled(route: str, parameters: dict[str, Any]) -> str:
    for name in names_in(route):
        assert name in parameters, f"Say what '{name}' of {route} is, in `parameters`."
    return "/" + re.sub(PARAMETER, lambda found: str(parameters[found[1]]), route.rstrip("$"))


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
