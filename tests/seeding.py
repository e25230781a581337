"""What an installation of the system tests starts from: `manage.py shell -c "…seed()"`."""

import json

import torch

from adaptation.learning.bases import Base
from adaptation.learning.relation import RelationLearner, RelationSettings
from adaptation.learning.schema import Feature, FeatureSchema
from adaptation.services import release_base, store_schema
from therapy.catalogue.services import ensure_catalogue, store_track
from therapy.people.services import create_clinic, create_patient, issue_device_token
from worker.models import Job

COLUMNS = ("loudness", "tempo", "brightness")
TRACKS = 6


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
