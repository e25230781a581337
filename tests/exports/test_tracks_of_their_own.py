"""A base that learned something of single tracks: it reaches the server's vector and the phone."""

from pathlib import Path

import numpy as np
import pytest

from adaptation.learning.bases import Base
from adaptation.learning.datasets.histories import rating_set
from adaptation.learning.outcomes import liking_to_unit
from adaptation.learning.support import Support
from adaptation.learning.training import meta_train
from adaptation.models import PatientModel
from adaptation.selectors import vector_of
from adaptation.services import adapt_patient
from exports.models import ModelPackage
from exports.phone import Package
from exports.services import export_patient_model
from tests.practice import Practice, open_practice
from tests.trained import SCHEMA, some_tracks

pytestmark = pytest.mark.django_db

LISTENERS, TRACKS, KNOWN = 20, 12, 10  # nobody of the training has heard the last two


def silent(progress: float, note: str) -> None:
    """A report that nobody reads."""


def base_of(keys: list[str]) -> Base:
    """Listeners who agree about tracks in a way that their content does not tell."""
    generator = np.random.default_rng(4)
    features = some_tracks(TRACKS, seed=7)
    charm = generator.normal(0, 0.5, KNOWN)
    histories = []
    for _ in range(LISTENERS):
        heard = generator.permutation(KNOWN)
        liking = np.clip(charm[heard] + generator.normal(0, 0.1, KNOWN), -1, 1)
        outcome = np.column_stack([liking, generator.uniform(-1, 1, (KNOWN, 2))])
        histories.append(
            Support(
                features[heard],
                np.zeros((KNOWN, 2), np.float32),
                outcome.astype(np.float32),
                np.ones((KNOWN, 3), np.float32),
                tuple(keys[track] for track in heard),
            )
        )
    trained = meta_train(rating_set(histories, SCHEMA.columns, "made up"), seed=1)
    transition = SCHEMA.weights("transition")
    return Base(trained.learner, SCHEMA.label, transition, trained.items, trained.evidence)


@pytest.fixture
def practice(db: None, files_of_this_test: None) -> Practice:
    return open_practice(base_of([f"practice-music/piece-{n}" for n in range(TRACKS)]))


def test_server_and_phone_read_what_the_base_learned_of_single_tracks(practice: Practice) -> None:
    for number, track in enumerate(practice.tracks):
        track.external_id = f"piece-{number}"
        track.save()
    ids = [str(track.id) for track in practice.tracks]
    values = np.array([track.features.get().values for track in practice.tracks], np.float32)

    before = adapt_patient(patient_id=practice.patient.id, report=silent)
    package = _package(before)
    described = package.described(values, ids)
    known = package.manifest["items"]
    assert sorted(known["tracks"]) == sorted(ids[:KNOWN])
    assert described.shape == (TRACKS, len(SCHEMA.columns) + known["columns"])
    assert described[:KNOWN, len(SCHEMA.columns) :].any(axis=1).all()
    assert not described[KNOWN:, len(SCHEMA.columns) :].any()

    for row in (0, KNOWN):  # one that the base knows, one that it does not
        package.adapt(
            described[row],
            (0.0, 0.0),
            np.float32([liking_to_unit(5), 0.0, 0.0]),
            np.float32([1.0, 0.0, 0.0]),
        )
        practice.sit((practice.tracks[row], 5))
    after = adapt_patient(patient_id=practice.patient.id, report=silent)
    np.testing.assert_allclose(package.vector, vector_of(after), rtol=0, atol=1e-5)


def _package(model: PatientModel) -> Package:
    onnx, _ = export_patient_model(patient_model_id=model.id, report=silent)
    assert onnx.kind == ModelPackage.Kind.ONNX
    return Package(Path(onnx.file.path).read_bytes())
