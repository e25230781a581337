"""A base that learned something of single tracks: it reaches the server's vector and the phone."""

import numpy as np
import pytest

from adaptation.learning.bases import Base
from adaptation.learning.datasets.histories import rating_set
from adaptation.learning.outcomes import liking_to_unit
from adaptation.learning.support import Support
from adaptation.learning.training import meta_train
from adaptation.selectors import vector_of
from exports import converted
from exports.archives import read_archive
from exports.bundles import bundle_of
from exports.converted import Converted
from exports.graphs import graphs_of
from exports.phone import Package
from tests.exports.conftest import adapt
from tests.practice import Practice, open_practice
from tests.trained import SCHEMA, some_tracks

pytestmark = pytest.mark.django_db

LISTENERS, TRACKS, KNOWN = 20, 12, 10  # nobody of the training has heard the last two


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


@pytest.fixture(scope="module")
def base() -> Base:
    return base_of([f"practice-music/piece-{n}" for n in range(TRACKS)])


@pytest.fixture(scope="module")
def onnx_graphs(base: Base) -> list[Converted]:
    return [converted.convert(spec, "onnx") for spec in graphs_of(base)]


@pytest.fixture
def practice(db: None, base: Base, files_of_this_test: None) -> Practice:
    opened = open_practice(base)
    for number, track in enumerate(opened.tracks):
        track.external_id = f"piece-{number}"
        track.save()
    return opened


def test_server_and_phone_read_what_the_base_learned_of_single_tracks(
    practice: Practice, base: Base, onnx_graphs: list[Converted]
) -> None:
    keys = [track.key_digest for track in practice.tracks]
    values = np.array([track.features.get().values for track in practice.tracks], np.float32)

    before = adapt(practice.patient)
    bundle = bundle_of(practice.base, base, "onnx", onnx_graphs)
    package = Package(bundle, vector_of(before))
    described = package.described(values, keys)
    known = package.manifest["items"]
    assert sorted(known["tracks"]) == sorted(keys[:KNOWN])
    assert described.shape == (TRACKS, len(SCHEMA.columns) + known["columns"])
    assert described[:KNOWN, len(SCHEMA.columns) :].any(axis=1).all()
    assert not described[KNOWN:, len(SCHEMA.columns) :].any()
    np.testing.assert_array_equal(
        described, base.inputs(values, [track.key for track in practice.tracks])
    )

    for row in (0, KNOWN):  # one that the base knows, one that it does not
        package.adapt(
            described[row],
            (0.0, 0.0),
            np.float32([liking_to_unit(5), 0.0, 0.0]),
            np.float32([1.0, 0.0, 0.0]),
        )
        practice.sit((practice.tracks[row], 5))
    after = adapt(practice.patient)
    np.testing.assert_allclose(package.vector, vector_of(after), rtol=0, atol=1e-5)


def test_no_name_of_a_track_is_in_the_bundle(
    practice: Practice, base: Base, onnx_graphs: list[Converted]
) -> None:
    bundle = bundle_of(practice.base, base, "onnx", onnx_graphs)
    for path, content in read_archive(bundle).items():
        for word in (b"practice-music", b"piece-"):
            assert word not in content, f"{word!r} in {path}"
