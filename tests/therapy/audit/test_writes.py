"""Every write of records leaves an entry: who, what, of whom; and nothing of the content."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from auditlog.registry import auditlog
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import (
    ListeningSessionFactory,
    MoodRatingFactory,
    PatientFactory,
    SessionPlanFactory,
)
from tests.people import People, Phone
from tests.signing_in import just_signed_in
from therapy.append_only import NeverChanged
from therapy.audit.models import AccessLog, WriteLog
from therapy.audit.places import knows_place
from therapy.audit.registering import DERIVED, NOT_LOGGED, OURS, logged_models
from therapy.encryption import encrypted_fields
from therapy.models import Membership, MoodRating, Patient, PlanStanding, SessionPlan
from therapy.people.invitations import invite, revoke_invitation
from therapy.people.services import create_staff, revoke_device
from therapy.people.staff import change_role, end_membership
from therapy.plans.services import pause, prescribe
from therapy.sessions.services import end_session, import_ratings_of
from worker import jobs

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
MARKER = "a-text-that-no-log-may-hold"


def entries(model: str, **wanted: Any) -> list[WriteLog]:
    """The entries about a model, oldest first."""
    return list(WriteLog.objects.filter(model=model, **wanted).order_by("id"))


def only(model: str, **wanted: Any) -> WriteLog:
    (entry,) = entries(model, **wanted)
    return entry


def everything_logged() -> str:
    rows = [*WriteLog.objects.values(), *AccessLog.objects.values()]
    return json.dumps(rows, default=str)


# Which models


def our_models() -> list[Any]:
    return [
        pytest.param(model, id=model._meta.label)
        for app in OURS
        for model in apps.get_app_config(app).get_models()
    ]


@pytest.mark.parametrize("model", our_models())
def test_a_model_is_logged_or_says_why_not(model: type[models.Model]) -> None:
    if model._meta.label in NOT_LOGGED:
        assert len(NOT_LOGGED[model._meta.label]) > 10, "a reason, please"
        assert not auditlog.contains(model)
        is_of_a_patient = "patient" in {field.name for field in model._meta.concrete_fields}
        assert not is_of_a_patient or NOT_LOGGED[model._meta.label] == DERIVED
    else:
        assert auditlog.contains(model)
        assert knows_place(model), "therapy/audit/places.py cannot say whose it is"


def test_no_exception_is_left_over() -> None:
    labels = {model.values[0]._meta.label for model in our_models()}
    assert set(NOT_LOGGED) <= labels


# What an entry says


def test_a_plan_is_logged_with_who_of_whom_and_no_content(people: People) -> None:
    plan = prescribe(patient=people.anna, by=people.bob, rationale=MARKER, crisis_plan=MARKER)
    entry = only("therapy.SessionPlan")
    assert (entry.action, entry.row) == ("create", str(plan.id))
    assert (entry.clinic_id, entry.patient_id) == (people.harbour.id, people.anna.id)
    assert entry.changes == {}
    assert MARKER not in everything_logged()
    assert people.anna.code not in everything_logged()


def test_a_change_of_a_patients_record_names_fields_and_no_values(people: People) -> None:
    plan = SessionPlanFactory(patient=people.anna)
    plan.minutes, plan.target_valence, plan.rationale = 45, -0.875, MARKER
    plan.save()
    entry = only("therapy.SessionPlan", action="update")
    assert entry.changes == {"minutes": None, "rationale": None, "target_valence": None}
    assert "0.875" not in everything_logged()
    assert MARKER not in everything_logged()


def test_a_change_that_changes_nothing_is_no_entry(people: People) -> None:
    people.anna.save()
    assert entries("therapy.Patient", action="update") == []


def test_a_change_of_nothing_but_an_encrypted_text_is_an_entry(people: People) -> None:
    plan = SessionPlanFactory(patient=people.anna)
    plan.rationale = MARKER
    plan.save(update_fields=["rationale"])
    assert list(only("therapy.SessionPlan", action="update").changes) == ["rationale"]


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(model, id=model._meta.label)
        for model in logged_models()
        if encrypted_fields(model)
    ],
)
def test_no_entry_holds_what_an_encrypted_field_holds(
    people: People, model: type[models.Model]
) -> None:
    """Entries of an unsaved row of any model with encrypted fields: created, changed, deleted."""
    names = encrypted_fields(model)
    row: Any = model(**dict.fromkeys(names, MARKER), id=1, patient=people.anna)
    changes = dict.fromkeys(names, ("before " + MARKER, MARKER))
    for action in WriteLog.Action.values:
        WriteLog.objects.log_create(row, action=action, changes=changes)
    assert only(model._meta.label, action="update").changes == dict.fromkeys(names)
    assert MARKER not in everything_logged()


def test_a_deletion_is_logged_with_those_that_go_along(people: People) -> None:
    patient = PatientFactory(clinic=people.harbour)
    MoodRatingFactory(patient=patient)
    key = patient.id
    patient.delete()
    assert only("therapy.Patient", action="delete").row == str(key)
    entry = only("therapy.MoodRating", action="delete")
    assert (entry.clinic_id, entry.patient_id) == (people.harbour.id, key)


def test_what_someone_may_do_is_logged_with_both_values(people: People) -> None:
    owner = people.alice.memberships.get()
    change_role(membership=people.therapist, role="admin", by=owner)
    entry = only("therapy.Membership", action="update")
    assert entry.changes == {"role": ["therapist", "admin"]}
    assert entry.name == "Bob, admin at Harbour Practice"
    end_membership(membership=people.therapist, by=owner)
    assert only("therapy.Membership", action="delete").clinic_id == people.harbour.id


def test_no_password_and_no_token_is_in_the_log(people: People) -> None:
    owner = people.alice.memberships.get()
    invitation, token = invite(by=owner, email="dora@example.org", role="therapist")
    membership, password = create_staff(clinic=people.harbour, email="eve@example.org")
    membership.user.set_password("another-long-pass-phrase")
    membership.user.save()
    assert "dora@example.org" in only("therapy.Invitation").name
    assert list(only("therapy.User", action="update").changes) == ["password"]
    logged = everything_logged()
    secrets = (token, invitation.token_sha256, password, membership.user.password, "pbkdf2")
    assert not [secret for secret in secrets if secret in logged]
    assert people.annas_phone.device.token_sha256 not in logged


def test_an_account_is_logged_in_every_clinic_where_the_person_works(people: People) -> None:
    Membership.objects.create(user=people.bob, clinic=people.hill, role="therapist")
    people.bob.name = "Robert"
    people.bob.save()
    found = {entry.clinic_id for entry in entries("therapy.User", action="update")}
    assert found == {people.harbour.id, people.hill.id}


def test_a_sign_in_alone_is_no_change_of_an_account(people: People) -> None:
    people.bob.last_login = timezone.now()
    people.bob.save(update_fields=["last_login"])
    assert entries("therapy.User", action="update") == []


# Past the signals


def test_changes_by_a_query_are_logged_once(people: People) -> None:
    device = people.annas_phone.device
    revoke_device(device=device)
    revoke_device(device=device)
    assert list(only("therapy.Device", action="update").changes) == ["revoked_at"]
    owner = people.alice.memberships.get()
    first, _ = invite(by=owner, email="dora@example.org", role="therapist")
    second, _ = invite(by=owner, email="dora@example.org", role="admin")
    revoke_invitation(invitation=second)
    revoke_invitation(invitation=second)
    revoked = [entry.row for entry in entries("therapy.Invitation", action="update")]
    assert revoked == [str(first.id), str(second.id)]
    session = ListeningSessionFactory(patient=people.anna)
    end_session(session=session, ended_at=timezone.now(), ending="completed")
    end_session(session=session, ended_at=session.phone_ended_at, ending="completed")
    assert "ended_at" in only("therapy.ListeningSession", action="update").changes


def test_a_history_at_once_is_one_entry_that_counts(people: People) -> None:
    said = {"phase": "before", "valence": 0.5, "arousal": 0.5, "rated_at": timezone.now()}
    moods = [MoodRating(id=uuid.uuid4(), **said) for _ in range(40)]
    import_ratings_of(patient=people.anna, moods=moods)
    entry = only("therapy.MoodRating")
    assert (entry.count, entry.row, entry.patient_id) == (40, "", people.anna.id)
    assert entry.clinic_id == people.harbour.id


# Whose doing


def test_a_page_writes_as_whoever_is_signed_in(people: People) -> None:
    client = Client()
    client.force_login(people.alice)
    just_signed_in(client)
    address = reverse("staff-role", args=["harbour", people.therapist.id])
    assert client.post(address, {"role": "admin"}).status_code == 302
    entry = only("therapy.Membership", action="update")
    assert (entry.user, entry.cause) == (people.alice, {})


def test_a_phone_writes_as_the_phone(phone: Phone) -> None:
    body = {
        "id": str(uuid.uuid4()),
        "phase": "before",
        "valence": 0.3125,
        "arousal": -0.25,
        "rated_at": timezone.now().isoformat(),
    }
    for _ in range(3):
        assert phone.post("mood-ratings", body).status_code in {200, 201}
    entry = only("therapy.MoodRating")
    assert (entry.user, entry.cause) == (None, {"device": str(phone.device.id)})
    assert entry.patient_id == phone.patient.id
    assert "0.3125" not in everything_logged()


def test_a_job_writes_as_the_job(people: People) -> None:
    with transaction.atomic():
        job = jobs.enqueue(kind="adapt_patient", key="a-key", arguments={})
    jobs.run(str(job.id), lambda run: pause(patient=people.anna, by=people.bob, reason=MARKER))
    entry = only("therapy.PlanStanding")
    assert entry.cause == {"job": str(job.id), "kind": "adapt_patient"}
    MoodRatingFactory(patient=people.anna)
    assert only("therapy.MoodRating").cause == {}, "the job is over"
    assert PlanStanding.objects.get().reason == MARKER
    assert MARKER not in everything_logged()


def test_a_command_writes_as_the_command(tmp_path: Path) -> None:
    """By `manage.py` itself, on a database of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "ATTUNE_MODE": "development",
        "ATTUNE_VAR": str(tmp_path),
        "ATTUNE_DATABASE_URL": f"sqlite:///{tmp_path}/own.sqlite3",
    }

    def manage(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    manage("migrate", "--verbosity", "0")
    tell = (
        "from tests.factories import PatientFactory; PatientFactory();"
        "from therapy.models import WriteLog;"
        "print(WriteLog.objects.get(model='therapy.Patient').cause)"
    )
    assert "{'command': 'shell'}" in manage("shell", "--verbosity", "0", "--command", tell)


def test_a_write_that_is_taken_back_leaves_no_entry(people: People) -> None:
    with transaction.atomic():
        MoodRatingFactory(patient=people.anna)
        assert len(entries("therapy.MoodRating")) == 1
        transaction.set_rollback(True)
    assert entries("therapy.MoodRating") == []


# Never changed


def test_an_entry_is_never_changed(people: People) -> None:
    entry = WriteLog.objects.latest("id")
    with pytest.raises(NeverChanged):
        entry.save()
    with pytest.raises(NeverChanged):
        WriteLog.objects.all().delete()
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE therapy_writelog SET action = 'read'")


def test_entries_outlive_the_patient(people: People) -> None:
    patient = PatientFactory(clinic=people.harbour)
    key = patient.id
    patient.delete()
    assert not Patient.objects.filter(id=key).exists()
    assert WriteLog.objects.filter(patient_id=key).count() == 2
    assert SessionPlan.objects.count() == 0
