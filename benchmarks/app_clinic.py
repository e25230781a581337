"""A clinic with a large catalogue, for the benchmark of the patient's app: `manage.py shell -c
"…seed(1000)"`. Times do not depend on what the music is, so the features are random and the base
is untrained."""

import json

import numpy as np

from adaptation.schemas import ATTUNE_AUDIO
from adaptation.services import adapt_patient, release_base, store_schema
from benchmarks.bases import untrained
from exports.services import publish_patient
from tests.factories import SessionPlanFactory
from therapy.catalogue.rows import TrackRow
from therapy.catalogue.services import ensure_catalogue, store_tracks
from therapy.models import Track
from therapy.people.services import create_clinic, create_patient
from worker.models import Job

SECONDS = 30.0  # of a track
PIECES = 6  # in a session


def seed(tracks: int) -> None:
    """A clinic with so many tracks and a patient with a plan and a model; writes the tracks' ids as
    JSON on stdout."""
    schema = store_schema(ATTUNE_AUDIO)
    catalogue = ensure_catalogue(slug="music", name="Music")
    drawn = np.random.default_rng(1).normal(size=(tracks, len(ATTUNE_AUDIO.columns)))
    rows = [
        TrackRow(
            external_id=str(number),
            title=f"Piece {number}",
            artist="Nobody",
            duration_seconds=SECONDS,
            values=dict(zip(ATTUNE_AUDIO.columns, values, strict=True)),
        )
        for number, values in enumerate(drawn.tolist())
    ]
    store_tracks(catalogue=catalogue, schema=schema, rows=rows)
    # The sound is put into the browser's store (app_phone.py): nobody asks the server for it.
    Track.objects.update(audio="audio/none.wav", audio_sha256="0" * 64)
    release_base(
        name="untrained",
        base=untrained(),
        schema=ATTUNE_AUDIO,
        trained_on="nobody: random weights",
        simulated=True,
        seed=0,
        metrics={},
    )
    clinic = create_clinic(slug="c", name="C", feature_schema=schema, catalogues=[catalogue])
    patient = create_patient(clinic=clinic, code="P-1", origin="simulated")
    SessionPlanFactory(patient=patient, track_count=PIECES)
    adapt_patient(patient_id=patient.id, report=lambda share, note: None)
    publish_patient(patient_id=patient.id, report=lambda share, note: None)
    Job.objects.all().delete()  # there is no worker here
    ids = [str(track) for track in Track.objects.values_list("id", flat=True)]
    print(json.dumps(ids))  # noqa: T201  this is the command's answer
