"""No list asks the database more often because it has more rows: 1, 10 and 100 are asked for alike.

The addresses are those that the site has: a new one that shows something must say here what rows it
lists (`LISTS`), or that it shows one thing (`ONE_THING`).
"""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from adaptation.models import BaseModel, TrackPlace
from exports import packages_page
from exports.models import ModelPackage, SigningKey
from tests.addresses import filled, parameters_at, patterns
from tests.factories import (
    DeviceFactory,
    ListeningSessionFactory,
    MeasureResponseFactory,
    MembershipFactory,
    ModelRefusalFactory,
    MoodRatingFactory,
    MoodSkipFactory,
    PatientFactory,
    PlaylistEntryFactory,
    PlaylistLogFactory,
    SessionNotHeldFactory,
    SessionPlanFactory,
    TrackPlayFactory,
    TrackRatingFactory,
    trial_of,
)
from tests.people import People, described_track, settle
from therapy.access.doors import Phone, Staff, door_of
from therapy.api.cursors import MOST_ROWS_A_PAGE
from therapy.api.staff import StaffList
from therapy.audit.models import AccessLog
from therapy.models import (
    CatalogueEdit,
    Consent,
    Erasure,
    GoalReview,
    Membership,
    PlanStanding,
    ProgressNote,
    SafetyFlag,
    TablesExport,
    TrackSound,
    Trial,
    Upload,
    UploadedFile,
)
from therapy.pages import (
    audit,
    catalogue,
    copies,
    edits,
    goals,
    jobs,
    notes,
    patients,
    plane,
    rights,
    safety,
    trials,
    uploads,
)
from therapy.people.invitations import invite
from worker.models import Job

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
    MoodSkipFactory(patient=patient, session=session)
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
        patient=people.anna,
        version=1_000_000 + n,
        created_by=people.bob,
        therapist=people.therapist,
    )
    plan.always_tracks.add(people.tracks[0])
    plan.never_tracks.add(people.tracks[1])


def _whole_patient(people: People, n: int) -> None:
    """All that one patient's page lists."""
    _session_of(people, people.anna)
    MeasureResponseFactory(patient=people.anna)
    ModelRefusalFactory(patient=people.anna, version=n, device=DeviceFactory(patient=people.anna))
    flagged = MoodRatingFactory(patient=people.anna)
    _flag_of(people.anna, flagged.id)
    Consent.objects.create(
        patient=people.anna, scope="care", given=True, text_version="1", language="en"
    )
    plan = people.anna.plans.first()
    trial_of(people.anna, plan)
    GoalReview.objects.create(
        patient=people.anna,
        plan=plan,
        reviewed_on=DAY,
        levels=[0] * len(plan.goals),
        recorded_by=people.bob,
    )


def _note(people: People, n: int) -> None:
    session = ListeningSessionFactory(patient=people.anna, ended_at=None)
    corrected = ProgressNote.objects.create(
        patient=people.anna, format="dap", sections={"data": "x"}, written_by=people.bob
    )
    ProgressNote.objects.create(
        patient=people.anna,
        session=session,
        format="soap",
        sections={"plan": "x"},
        written_by=people.bob,
        corrects=corrected,
    )


def _trial_session(people: People, n: int) -> None:
    trial = Trial.objects.get(patient=people.anna)
    following = trial.assignments.create(position=1000 + n, block=0, arm="a")
    session = ListeningSessionFactory(patient=people.anna, plan=trial.plan, assignment=following)
    for phase in ("before", "after"):
        MoodRatingFactory(patient=people.anna, session=session, phase=phase)


def _tables(people: People, n: int) -> None:
    TablesExport.objects.create(
        clinic=people.harbour,
        asked_by=people.alice,
        form="csv",
        pseudonymous=True,
        file=f"tables/{n}.zip",
        ready_at=timezone.now(),
    )


def _clinic(people: People, n: int) -> None:
    MembershipFactory(user=people.alice, role=Membership.Role.OWNER)


def _signed_in_elsewhere(people: People, n: int) -> None:
    _clinic(people, n)
    Client().force_login(people.alice)


def _member(people: People, n: int) -> None:
    MembershipFactory(clinic=people.harbour)
    invite(by=people.alice.memberships.get(), email=f"new-{n}@example.org", role="therapist")


def _job(people: People, n: int) -> None:
    patient = PatientFactory(clinic=people.harbour)
    for state in (Job.State.SUCCEEDED, Job.State.QUEUED, Job.State.FAILED):
        Job.objects.create(
            kind="adapt_patient",
            key=f"adapt_patient:{patient.id}:{state}",
            arguments={"patient_id": str(patient.id)},
            clinic_id=people.harbour.id,
            state=state,
            run_after=timezone.now(),
            finished_at=None if state == Job.State.QUEUED else timezone.now(),
        )


def _read(people: People, n: int) -> None:
    AccessLog.objects.create(
        at=timezone.now(),
        window=DAY,
        user=people.bob,
        clinic_id=people.harbour.id,
        patient_id=people.anna.id,
        address=f"page-{n}",
    )


def _erasure(people: People, n: int) -> None:
    Erasure.objects.create(
        clinic=people.harbour, asked_by=people.alice, counts={"Mood ratings": n}, finished_at=DAY
    )


def _track(people: People, n: int) -> None:
    described_track(people.tracks[0].catalogue, tempo=60.0 + n % 7)


def _copy(people: People, n: int) -> None:
    recording = uuid.uuid4()
    for _ in range(2):
        track = described_track(people.tracks[0].catalogue)
        TrackSound.objects.create(
            track=track, waveform=[0.5], fingerprint=b"1", recording=recording
        )


def _placed_track(people: People, n: int) -> None:
    base, track = BaseModel.objects.get(), described_track(people.tracks[0].catalogue)
    TrackPlace.objects.create(
        base=base, track=track, valence=0.1, arousal=0.1, valence_spread=0.2, arousal_spread=0.2
    )


def _edit(people: People, n: int) -> None:
    CatalogueEdit.objects.create(clinic=people.harbour, made_by=people.alice, changes={})


def _edited_track(people: People, n: int) -> None:
    edit = CatalogueEdit.objects.get()
    track = described_track(people.tracks[0].catalogue)
    edit.changes[str(track.id)] = {"tags": [[], ["slow"]]}
    edit.save()


def _upload(people: People, n: int) -> None:
    upload = Upload.objects.create(
        clinic=people.harbour, catalogue=people.tracks[0].catalogue, sent_by=people.alice
    )
    for position in range(2):
        UploadedFile.objects.create(upload=upload, position=position, name="x.wav", bytes=1)


def _uploaded_file(people: People, n: int) -> None:
    UploadedFile.objects.create(
        upload=Upload.objects.earliest("sent_at"),
        position=n,
        name=f"{n}.wav",
        bytes=1,
        state="stored",
        track=people.tracks[n % 3],
    )


def _package(people: People, n: int) -> None:
    first = ModelPackage.objects.filter(patient=people.anna).earliest("version")
    model = first.patient_model
    model.pk, model.version, model._state.adding = uuid.uuid4(), 100 + n, True
    model.save()
    first.pk, first.version, first._state.adding = uuid.uuid4(), 100 + n, True
    first.patient_model, first.sha256 = model, f"{n:064}"
    first.save()


def _key(people: People, n: int) -> None:
    SigningKey.objects.create(
        key_id=f"{n:016x}",
        public_key=n.to_bytes(32, "big"),
        retired_at=DAY,
        honoured_until=datetime(2126, 3, 1, tzinfo=UTC),
    )


def _of_anna(factory: Any, **fields: Any) -> Fill:
    return lambda people, n: factory(patient=people.anna, **fields)


def _of_anna_and_a_track(factory: Any) -> Fill:
    return lambda people, n: factory(patient=people.anna, track=people.tracks[n % 3])


def _nothing(people: People, n: int) -> None:
    """What is listed is written in the code."""


TRIAL = "patients/<uuid:patient_id>/trials/<uuid:trial_id>/"
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
    f"{ANNA}/mood-skips": _of_anna(MoodSkipFactory),
    f"{ANNA}/track-ratings": _of_anna_and_a_track(TrackRatingFactory),
    f"{ANNA}/track-plays": _of_anna_and_a_track(TrackPlayFactory),
    f"{ANNA}/measure-responses": _of_anna(MeasureResponseFactory),
    f"{ANNA}/playlist-logs": _session,
    f"{ANNA}/model-refusals": _of_anna(ModelRefusalFactory),
    f"{API}plan-templates": _nothing,
    f"{API}plan": _track,
    f"{API}catalogue": _track,
    f"{API}consents": _whole_patient,
    f"{API}measures": _nothing,
    f"{API}keys": _key,
    f"{API}crisis-contacts": _plan,
    "": _patient,
    "patients/<uuid:patient_id>/": _whole_patient,
    "patients/<uuid:patient_id>/data/": _whole_patient,
    "patients/<uuid:patient_id>/erase/": _whole_patient,
    "patients/<uuid:patient_id>/data/fhir": _whole_patient,
    "patients/<uuid:patient_id>/notes/": _note,
    "patients/<uuid:patient_id>/packages/": _package,
    TRIAL: _trial_session,
    "patients/<uuid:patient_id>/plans/": _plan,
    "patients/<uuid:patient_id>/plans/write/": _track,
    "patients/<uuid:patient_id>/plans/<int:plan_version>/rg-mbi/": _session,
    "clinics/<slug:slug>/tables/": _tables,
    "erasures/": _erasure,
    "catalogue/": _track,
    "patients/<uuid:patient_id>/summary/": _whole_patient,
    "patients/<uuid:patient_id>/timeline/": _whole_patient,
    "catalogue/copies/": _copy,
    "catalogue/edits/": _edit,
    "catalogue/edits/<uuid:edit_id>/": _edited_track,
    "catalogue/plane/": _placed_track,
    "catalogue/uploads/": _upload,
    "catalogue/uploads/<uuid:upload_id>/": _uploaded_file,
    "today/": _patient,
    "account/": _signed_in_elsewhere,
    "staff/<slug:slug>/": _member,
    "audit/<slug:slug>/": _read,
    "jobs/<slug:slug>/": _job,
}
ONE_THING = {
    *(f"{API}me", f"{API}model", f"{API}model/file", f"{API}tracks/<uuid:track_id>/audio"),
    "bases/<slug:name>/<int:version>/",
    *("catalogue/<uuid:track_id>/", "catalogue/<uuid:track_id>/audio"),
    *("account/sessions/end-others/", "account/sessions/<int:session_id>/end/"),  # only write
    *("clinics/<slug:slug>/patients/import/", "clinics/<slug:slug>/patients/import/template.csv"),
    "clinics/<slug:slug>/tables/<uuid:export_id>/archive",
    "patients/<uuid:patient_id>/data/archive",
    "plans/path.svg",
    "patients/<uuid:patient_id>/notes/<int:note_id>/correct/",
    "patients/<uuid:patient_id>/plans/<int:plan_version>/rg-mbi/file",
    "patients/<uuid:patient_id>/playlists/<uuid:playlist_id>/jspf",
    *("patients/<uuid:patient_id>/reminders/", f"{API}reminders"),
    "patients/<uuid:patient_id>/packages/<int:version>/<slug:kind>",
    *("patients/<uuid:patient_id>/trials/new/", f"{TRIAL}stop/"),
    "patients/<uuid:patient_id>/phones/<uuid:phone_id>/end/",
    "patients/<uuid:patient_id>/phones/codes/<uuid:code_id>/",
    "staff/<slug:slug>/<int:membership_id>/end/",
    *("audit/", "jobs/", "outcomes/", "staff/"),  # lead on to the first clinic's
    # Kept between two looks; the first look is counted in tests/therapy/outcomes.
    *("outcomes/<slug:slug>/", "outcomes/<slug:slug>/<slug:table>.csv"),
}


def shown() -> list[str]:
    """The addresses of ours that a phone or a member of staff can read something at."""
    return [route for route, pattern in patterns() if _shows(pattern.callback)]


def _shows(view: Any) -> bool:
    if view.__module__.startswith("allauth."):
        return False  # forms about oneself
    door, of_api = door_of(view), getattr(view, "cls", None)
    if of_api is not None:
        return isinstance(door, Staff | Phone) and hasattr(of_api, "get")
    return isinstance(door, Staff) and (door.reads is not None or door.writes is None)


def test_every_address_that_shows_something_is_asked_here() -> None:
    unknown = sorted(set(shown()) - LISTS.keys() - ONE_THING)
    assert not unknown, f"Say in LISTS or ONE_THING what these show: {', '.join(unknown)}."
    gone = sorted((LISTS.keys() | ONE_THING) - set(shown()))
    assert not gone, f"These are no longer there: {', '.join(gone)}."


@pytest.fixture
def people(db: None, settings: Any, tmp_path: Any) -> People:
    settings.MEDIA_ROOT = tmp_path / "files"
    return settle()


@pytest.fixture
def long_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that show every row: one that is full at 10 would hide what 100 cost."""
    for module in (
        audit,
        catalogue,
        copies,
        edits,
        goals,
        jobs,
        notes,
        packages_page,
        patients,
        plane,
        rights,
        safety,
        trials,
        uploads,
    ):
        for name in list(vars(module)):
            if name.endswith(("_A_PAGE", "S_SHOWN")) or name in {"CHARTED_SESSIONS", "SHOWN"}:
                monkeypatch.setattr(module, name, 2 * max(AMOUNTS))


@pytest.mark.usefixtures("long_pages")
@pytest.mark.parametrize("route", LISTS)
def test_as_many_queries_for_many_rows_as_for_one(route: str, people: People) -> None:
    url, view = filled(route, parameters_at(people)), dict(patterns())[route].callback
    client, headers = Client(), people.annas_phone.headers
    if isinstance(door_of(view), Staff):
        client.force_login(people.alice)
        headers = {}
    if issubclass(getattr(view, "cls", object), StaffList):
        url += f"?page_size={MOST_ROWS_A_PAGE}"
    asked: dict[int, list[str]] = {}
    for amount, before in zip(AMOUNTS, (0, *AMOUNTS), strict=False):
        for n in range(before, amount):
            LISTS[route](people, n)
        assert client.get(url, headers=headers).status_code == 200  # and the read is noted
        with CaptureQueriesContext(connection) as captured:
            client.get(url, headers=headers)
        asked[amount] = [query["sql"][:300] for query in captured.captured_queries]
    counts = {amount: len(queries) for amount, queries in asked.items()}
    assert len(set(counts.values())) == 1, (counts, sorted(asked[max(AMOUNTS)]))
