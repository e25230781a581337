"""What an installation of the system tests starts from: `manage.py shell -c "…seed()"`."""

import json
from datetime import UTC, datetime, timedelta
from itertools import islice

import torch
from django.db import transaction

from adaptation.asking import ask_for_exports
from adaptation.learning.bases import Base
from adaptation.learning.relation import RelationLearner, RelationSettings
from adaptation.learning.schema import Feature, FeatureSchema
from adaptation.loading import loaded
from adaptation.models import BaseModel, PatientModel
from adaptation.services import release_base, store_schema
from therapy.catalogue.services import ensure_catalogue, store_track
from therapy.models import Clinic, MoodRating, Patient
from therapy.people.services import create_clinic, create_patient, issue_device_token
from worker.models import Job

COLUMNS = ("loudness", "tempo", "brightness")
TRACKS = 6


def crowd(count: int) -> None:
    """So many more patients in the clinic, each with a model of who rated nothing."""
    base = BaseModel.objects.get()
    vector = loaded(base).learner.prior().numpy().astype("<f4").tobytes()
    patients = Patient.objects.bulk_create(
        Patient(clinic=Clinic.objects.get(), code=f"C-{number}", origin="simulated")
        for number in range(count)
    )
    PatientModel.objects.bulk_create(
        PatientModel(
            patient=patient,
            base=base,
            version=1,
            vector=vector,
            support_digest="0" * 64,
            support_count=0,
        )
        for patient in patients
    )


def ratings(count: int) -> None:
    """So many moods of the first patient, a minute apart."""
    patient = Patient.objects.order_by("code")[0]
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    rows = (
        MoodRating(
            patient=patient,
            phase="during",
            valence=number % 200 / 100 - 1,
            arousal=0.25,
            rated_at=begun + timedelta(minutes=number),
            phone_rated_at=begun + timedelta(minutes=number),
        )
        for number in range(count)
    )
    while batch := list(islice(rows, 5000)):
        MoodRating.objects.bulk_create(batch)


def phones(count: int) -> None:
    """So many more patients with a phone each; writes the tokens as JSON on stdout."""
    clinic = Clinic.objects.get()
    patients = [
        create_patient(clinic=clinic, code=f"S-{number}", origin="simulated")
        for number in range(count)
    ]
    tokens = [issue_device_token(patient=patient)[1] for patient in patients]
    Job.objects.all().delete()
    print(json.dumps(tokens))  # noqa: T201  this is the command's answer


def ask_for_everything() -> None:
    """Have the clinic exported, and nothing else."""
    Job.objects.all().delete()
    with transaction.atomic():
        ask_for_exports(Clinic.objects.get())


def seed() -> None:
    """A clinic with one patient's phone, six tracks and an untrained base; writes what the phone
    needs to know as JSON on stdout.

    The base has random weights: what these tests look at is that ratings reach a model, not what
    the model says.
    """
    schema = FeatureSchema("system-test", 1, tuple(Feature(c, "1", c) for c in COLUMNS))
    catalogue = ensure_catalogue(slug="tracks", name="Tracks")
    record = store_schema(schema)
    tracks = [
        store_track(
            catalogue=catalogue,
            external_id=str(number),
            schema=record,
            title=f"Track {number}",
            values=dict.fromkeys(COLUMNS, number / TRACKS),
        )
        for number in range(TRACKS)
    ]
    torch.manual_seed(1)
    release_base(
        name="untrained",
        base=Base(
            RelationLearner(RelationSettings(features=len(COLUMNS))), schema.label, (0.0,) * 3
        ),
        schema=schema,
        trained_on="nobody: random weights",
        simulated=True,
        seed=1,
        metrics={},
    )
    clinic = create_clinic(slug="c", name="C", feature_schema=record, catalogues=[catalogue])
    patient = create_patient(clinic=clinic, code="P-1", origin="simulated")
    _, token = issue_device_token(patient=patient, label="phone")
    Job.objects.all().delete()  # the tests begin with nothing asked for
    print(  # noqa: T201  this is the command's answer
        json.dumps({"token": token, "tracks": [str(track.id) for track in tracks]})
    )
