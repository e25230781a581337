"""A patient with a row in every table that can hold one, and a marker wherever text fits."""

import json
from datetime import UTC, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import DataError, IntegrityError, connection, models, transaction

from adaptation.models import BaseModel, PatientModel, TrainingMembership
from exports.models import Hold, ModelPackage, SigningKey
from tests.factories import (
    ListeningSessionFactory,
    MeasureResponseFactory,
    ModelRefusalFactory,
    MoodRatingFactory,
    MoodSkipFactory,
    PlaylistEntryFactory,
    PlaylistLogFactory,
    SessionNotHeldFactory,
    SessionPlanFactory,
    TrackPlayFactory,
    TrackRatingFactory,
    trial_of,
)
from tests.people import People
from therapy.encryption import EncryptedTextField
from therapy.models import (
    DataExport,
    GoalReview,
    KeptAnswer,
    LastReport,
    ListeningMonth,
    MeasureMonth,
    MoodMonth,
    OutcomeSummary,
    Patient,
    PlanStanding,
    ProgressNote,
    PushSubscription,
    ReminderDelivery,
    ReminderEmail,
    ReminderRule,
    SafetyFlag,
    TablesExport,
    TrialDecision,
)
from therapy.people.pairing import make_pairing_code
from therapy.people.services import record_consent
from therapy.rights.rows import rows_of, tables

MARKER = "zq7mark"
DAY = datetime(2026, 3, 1, tzinfo=UTC)


def fill(people: People, patient: Patient) -> BaseModel:
    """Rows of every kind; the base that was trained on the patient's ratings."""
    plan = SessionPlanFactory(patient=patient)
    plan.never_tracks.add(people.tracks[0])
    plan.always_tracks.add(people.tracks[1])
    PlanStanding.objects.create(patient=patient, standing="paused", reason=MARKER)
    trial = trial_of(patient, plan)
    session = ListeningSessionFactory(
        patient=patient, plan=plan, assignment=trial.assignments.first()
    )
    TrialDecision.objects.create(patient=patient, trial=trial, kind="stopped", words=MARKER)
    ProgressNote.objects.create(
        patient=patient, session=session, format="soap", sections={"plan": MARKER}
    )
    GoalReview.objects.create(patient=patient, plan=plan, reviewed_on=DAY.date(), levels=[])
    SessionNotHeldFactory(patient=patient, plan=plan)
    MoodRatingFactory(patient=patient, session=session)
    MoodSkipFactory(patient=patient, session=session, phase="after")
    TrackRatingFactory(patient=patient, session=session, track=people.tracks[0])
    TrackPlayFactory(patient=patient, session=session, track=people.tracks[1])
    log = PlaylistLogFactory(patient=patient, session=session)
    PlaylistEntryFactory(playlist=log, track=people.tracks[2])
    MeasureResponseFactory(patient=patient, session=session)
    ModelRefusalFactory(patient=patient, device=patient.devices.first())
    _sum(patient)
    SafetyFlag.objects.create(
        patient=patient,
        rule="stopped-feeling-worse",
        rule_version=1,
        severity="attention",
        cause=session.id,
        note=MARKER,
    )
    _remind(patient)
    make_pairing_code(patient=patient, by=people.alice)
    KeptAnswer.objects.create(
        patient=patient, key_hmac=patient.id.hex * 2, body_hmac="3" * 64, status=201, expires_at=DAY
    )
    consent = record_consent(
        patient=patient, scope="pooled-learning", given=True, text_version=MARKER, language="en"
    )
    base = base_of(people)
    TrainingMembership.objects.create(base=base, patient=patient, consent=consent, ratings_used=12)
    model = PatientModel.objects.create(
        base=base,
        version=1,
        patient=patient,
        vector=MARKER.encode(),
        support_digest="0" * 64,
        support_count=1,
    )
    key, _ = SigningKey.objects.get_or_create(key_id="0a1b2c3d4e5f6071", public_key=bytes(32))
    ModelPackage.objects.create(
        patient=patient,
        patient_model=model,
        version=1,
        kind="record",
        bytes=16,
        sha256="1" * 64,
        signed=patient.id.bytes,
        key=key,
        learns=True,
        created_at=DAY,
        expires_at=DAY,
    )
    Hold.objects.create(patient=patient, patient_model=model, reason=MARKER)
    export = DataExport.objects.create(patient=patient, file="data-exports/one.zip", ready_at=DAY)
    export.file.storage.save(export.file.name, ContentFile(MARKER.encode()))
    tables = TablesExport.objects.create(
        clinic=patient.clinic, form="csv", pseudonymous=False, file="data-exports/tables.zip"
    )
    tables.file.storage.save(tables.file.name, ContentFile(MARKER.encode()))
    return base


def _sum(patient: Patient) -> None:
    LastReport.objects.create(patient=patient, at=DAY)
    OutcomeSummary.objects.create(patient=patient, made_at=DAY)
    named: dict[type[models.Model], dict[str, Any]] = {
        ListeningMonth: {},
        MoodMonth: {"aim": "calm"},
        MeasureMonth: {"measure": MARKER, "scale": MARKER, "version": 1},
    }
    for table, names in named.items():
        numbers = [
            field.name
            for field in table._meta.fields
            if isinstance(field, models.FloatField | models.PositiveIntegerField)
        ]
        sums = dict.fromkeys(numbers, 1)
        table._base_manager.create(patient=patient, month=DAY, **sums, **names)


def _remind(patient: Patient) -> None:
    rule = ReminderRule.objects.create(patient=patient, by_push=True, by_email=True)
    ReminderEmail.objects.create(patient=patient, address=f"{MARKER}@example.org")
    PushSubscription.objects.create(
        patient=patient,
        device=patient.devices.first(),
        endpoint=f"https://push.example/{MARKER}",
        endpoint_hmac=patient.id.hex,
        public_key=MARKER,
        auth_secret=MARKER,
    )
    ReminderDelivery.objects.create(
        patient=patient,
        rule=rule,
        channel="push",
        opens=DAY,
        closes=DAY,
        due_at=DAY,
        time_zone="UTC",
        outcome="sent",
        settled_at=DAY,
    )


def base_of(people: People) -> BaseModel:
    base, _ = BaseModel.objects.get_or_create(
        name="calm-base",
        version=1,
        defaults={
            "learner": "relation",
            "schema": people.harbour.feature_schema,
            "trained_on": "patients who consented",
            "simulated": False,
            "seed": 1,
            "weights": "bases/x.pt",
            "weights_sha256": "0" * 64,
            "vector_size": 4,
        },
    )
    return base


def mark(patient: Patient) -> dict[str, str]:
    """Write the marker into every column of the patient's rows that takes text; what was written,
    by table and column, encrypted columns as they are stored."""
    rows = rows_of(patient.id)
    missing = [model.__name__ for model in tables() - rows.keys()]
    assert not missing, f"Say in `fill` how a row is made of: {', '.join(missing)}."
    return {
        f"{model._meta.label}.{field.name}": _stored(model, field, keys)
        for model, keys in rows.items()
        for field in model._meta.concrete_fields
        if _marked(model, field, keys)
    }


def _marked(model: type[models.Model], field: Any, keys: set[Any]) -> bool:
    if isinstance(field, models.FileField) or (model, field.name) == (Patient, "code"):
        return False
    if isinstance(field, models.JSONField):
        text: Any = {"said": MARKER}
    elif isinstance(field, models.CharField | models.TextField):
        text = MARKER
    else:
        return False
    try:
        with transaction.atomic():
            model._base_manager.filter(pk__in=keys).update(**{field.name: text})
    except (IntegrityError, DataError):
        return False  # one of a few words, which a constraint names; or never changed
    return True


def _stored(model: type[models.Model], field: Any, keys: set[Any]) -> str:
    if not isinstance(field, EncryptedTextField):
        return MARKER
    names = [connection.ops.quote_name(name) for name in (field.column, model._meta.db_table)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT {} FROM {}".format(*names))
        stored = [text for (text,) in cursor.fetchall() if text]
    assert stored, json.dumps(sorted(map(str, keys)))
    return str(stored[0])
