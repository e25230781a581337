"""No list asks the database more often because it has more rows: 1, 10 and 100 are asked for alike.

The addresses are those that the site has: a new one that shows something must say here what rows it
lists (`LISTS`), or that it shows one thing (`ONE_THING`).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    DeviceFactory,
    ListeningSessionFactory,
    MeasureResponseFactory,
    MembershipFactory,
    MoodRatingFactory,
    PatientFactory,
    PlaylistEntryFactory,
    PlaylistLogFactory,
    SessionNotHeldFactory,
    SessionPlanFactory,
    TrackPlayFactory,
    TrackRatingFactory,
)
from tests.people import People, described_track
from tests.test_strangers import filled, patterns
from tests.test_strangers import parameters as parameters
from tests.test_strangers import people as people
from therapy.access.doors import Phone, Staff, door_of
from therapy.audit.models import AccessLog
from therapy.models import Consent, Erasure, Membership, PlanStanding, SafetyFlag
from therapy.pages import audit, catalogue, patients, rights
from therapy.people.invitations import invite

pytestmark = pytest.mark.django_db

AMOUNTS = (1, 10, 100)
DAY = datetime(2026, 3, 1, tzinfo=UTC)
Fill = Callable[[People, int], None]


def _patient(people: People, n: int) -> None:
    """One whom every column of a list says something of."""
    patient = PatientFactory(clinic=people.harbour, therapist=people.therapist)
    SessionPlanFactory(patient=patient)
    PlanStanding.objects.create(patient=patient, standing="paused")
    DeviceFactory(patient=patient)
    _session_of(people, patient)
    _flag_of(patient, patient.id)


def _session_of(people: People, patient: Any) -> None:
    session = ListeningSessionFactory(patient=patient, ended_at=None)
    for phase in ("before", "after"):
        MoodRatingFactory(patient=patient, session=session, phase=phase)
    TrackRatingFactory(patient=patient, session=session, track=people.tracks[0])
    log = PlaylistLogFactory(patient=patient, session=session)
    for position, track in enumerate(people.tracks):
        PlaylistEntryFactory(playlist=log, position=position, track=track)


def _flag_of(patient: Any, cause: Any) -> None:
    SafetyFlag.objects.create(
        patient=patient, rule="self-harm-answer", rule_version=1, severity="urgent", cause=cause
    )


def _session(people: People, n: int) -> None:
    _session_of(people, people.anna)


def _flag(people: People, n: int) -> None:
    patient = PatientFactory(clinic=people.harbour)
    _flag_of(patient, patient.id)
    SafetyFlag.objects.filter(patient=patient).update(
        acknowledged_by=people.alice, acknowledged_at=DAY
    )


def _plan(people: People, n: int) -> None:
    plan = SessionPlanFactory(
        patient=people.anna, version=1000 + n, created_by=people.bob, therapist=people.therapist
    )
    plan.always_tracks.add(people.tracks[0])
    plan.never_tracks.add(people.tracks[1])


def _whole_patient(people: People, n: int) -> None:
    """All that one patient's page lists."""
    _session_of(people, people.anna)
    MeasureResponseFactory(patient=people.anna)
    DeviceFactory(patient=people.anna)
    flagged = MoodRatingFactory(patient=people.anna)
    _flag_of(people.anna, flagged.id)
    Consent.objects.create(
        patient=people.anna, scope="care", given=True, text_version="1", language="en"
    )


def _clinic(people: People, n: int) -> None:
    MembershipFactory(user=people.alice, role=Membership.Role.OWNER)


def _member(people: People, n: int) -> None:
    MembershipFactory(clinic=people.harbour)
    invite(by=people.alice.memberships.get(), email=f"new-{n}@example.org", role="therapist")


def _read(people: People, n: int) -> None:
    AccessLog.objects.create(
        at=DAY,
        window=DAY,
        user=MembershipFactory(clinic=people.harbour).user,
        clinic_id=people.harbour.id,
        patient_id=PatientFactory(clinic=people.harbour).id,
        address="patient",
    )


def _erasure(people: People, n: int) -> None:
    Erasure.objects.create(
        clinic=people.harbour, asked_by=people.alice, counts={"Mood ratings": n}, finished_at=DAY
    )


def _track(people: People, n: int) -> None:
    described_track(people.tracks[0].catalogue, tempo=60.0 + n % 7)


def _of_anna(factory: Any, **fields: Any) -> Fill:
    return lambda people, n: factory(patient=people.anna, **fields)


def _of_anna_and_a_track(factory: Any) -> Fill:
    return lambda people, n: factory(patient=people.anna, track=people.tracks[n % 3])


def _nothing(people: People, n: int) -> None:
    """What is listed is written in the code."""


API, ANNA = "api/v1/", "api/v1/patients/<uuid:patient_id>"
LISTS: dict[str, Fill] = {
    f"{API}clinics": _clinic,
    f"{API}clinics/<slug:slug>/patients": _patient,
    f"{API}clinics/<slug:slug>/safety-flags": _flag,
    ANNA: _whole_patient,
    f"{ANNA}/plans": _plan,
    f"{ANNA}/sessions": _session,
    f"{ANNA}/sessions-not-held": _of_anna(SessionNotHeldFactory),
    f"{ANNA}/mood-ratings": _of_anna(MoodRatingFactory),
    f"{ANNA}/track-ratings": _of_anna_and_a_track(TrackRatingFactory),
    f"{ANNA}/track-plays": _of_anna_and_a_track(TrackPlayFactory),
    f"{ANNA}/measure-responses": _of_anna(MeasureResponseFactory),
    f"{ANNA}/playlist-logs": _session,
    f"{API}plan-templates": _nothing,
    f"{API}plan": _track,
    f"{API}catalogue": _track,
    f"{API}consents": _whole_patient,
    f"{API}measures": _nothing,
    f"{API}crisis-contacts": _plan,
    "": _patient,
    "patients/<uuid:patient_id>/": _whole_patient,
    "patients/<uuid:patient_id>/data/": _whole_patient,
    "patients/<uuid:patient_id>/erase/": _whole_patient,
    "erasures/": _erasure,
    "catalogue/": _track,
    "staff/<slug:slug>/": _member,
    "audit/<slug:slug>/": _read,
}
ONE_THING = set[str]()


def shown() -> list[str]:
    """The addresses that a phone or a member of staff can read something at."""
    return [
        route
        for route, pattern in patterns()
        if (isinstance(door := door_of(pattern.callback), Staff) and _reads(door, pattern.callback))
        or (isinstance(door, Phone) and _answers_get(pattern.callback))
    ]


def _reads(door: Staff, view: Any) -> bool:
    return door.reads is not None or _answers_get(view)


def _answers_get(view: Any) -> bool:
    return hasattr(getattr(view, "cls", None), "get")


def test_every_address_that_shows_something_is_asked_here() -> None:
    unknown = sorted(set(shown()) - LISTS.keys() - ONE_THING)
    assert not unknown, f"Say in LISTS or ONE_THING what these show: {', '.join(unknown)}."
    assert sorted(LISTS.keys() | ONE_THING) == sorted(shown()), "an address that is no longer there"


@pytest.fixture
def long_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that show every row: one that is full at 10 would hide what 100 cost."""
    for module in (audit, catalogue, patients, rights):
        for name in vars(module):
            if name.endswith("_A_PAGE") or name == "CHARTED_SESSIONS":
                monkeypatch.setattr(module, name, 2 * max(AMOUNTS))


@pytest.mark.usefixtures("long_pages")
@pytest.mark.parametrize("route", LISTS)
def test_as_many_queries_for_many_rows_as_for_one(
    route: str, people: People, parameters: dict[str, Any]
) -> None:
    url = filled(route, parameters)
    client, headers = Client(), people.annas_phone.headers
    if isinstance(door_of(dict(patterns())[route].callback), Staff):
        client.force_login(people.alice)
        headers = {}
    if url.startswith("/api/v1/") and hasattr(dict(patterns())[route].callback.cls, "orders"):
        url += "?page_size=200"
    counts, made = {}, 0
    for amount in AMOUNTS:
        while made < amount:
            LISTS[route](people, made)
            made += 1
        answer = client.get(url, headers=headers)  # the first one of a window is noted
        assert answer.status_code in {200, 302}, answer.content
        with CaptureQueriesContext(connection) as asked:
            client.get(url, headers=headers)
        counts[amount] = [query["sql"][:300] for query in asked.captured_queries]
    lengths = {amount: len(queries) for amount, queries in counts.items()}
    assert len(set(lengths.values())) == 1, (lengths, sorted(counts[100]))
