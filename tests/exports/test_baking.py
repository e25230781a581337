"""Self-contained files: a patched template is, to the byte, a conversion from the beginning."""

import os
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import pytest
from coremltools.proto import Model_pb2

from adaptation.learning import bases
from adaptation.learning.bases import Base
from exports import baking
from exports.archives import COREML_MODEL, read_archive
from exports.baking import VECTOR, BadTemplate, Places, Template
from exports.converted import convert, runner_of
from exports.graphs import GraphSpec, Inputs, playlist_graph
from tests.processes import ROOT
from tests.trained import Graphs

KINDS = ("onnx", "coreml")
FORMATS = {"onnx": "onnx", "coreml": "coreml-float32"}


@pytest.fixture(scope="module")
def spec(base: Base) -> GraphSpec:
    return playlist_graph(base)


@pytest.fixture(scope="module")
def templates(base: Base, graphs: Graphs) -> dict[str, Template]:
    size = base.learner.vector_size
    return {
        "onnx": baking.onnx_template(graphs["playlist", "onnx"].content, size),
        "coreml": baking.coreml_template(graphs["playlist", "coreml-float32"].content, size),
    }


def some(spec: GraphSpec, seed: int) -> Inputs:
    """Random inputs, with the vector of a random patient."""
    return spec.sample(30, np.random.default_rng(seed))


def test_an_onnx_file_is_what_converting_again_with_this_vector_gives(
    spec: GraphSpec, templates: dict[str, Template]
) -> None:
    for seed in range(5):
        vector = some(spec, seed)[VECTOR]
        again = baking.baked_onnx(convert(spec, "onnx").content, vector)
        assert templates["onnx"].patched(vector) == again


def test_a_core_ml_file_is_what_converting_again_with_this_vector_gives(
    spec: GraphSpec, templates: dict[str, Template]
) -> None:
    again = convert(spec, "coreml-float32").content
    for seed in range(3):
        vector = some(spec, seed)[VECTOR]
        assert templates["coreml"].patched(vector) == baking.baked_coreml(again, vector)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_needs_no_vector_and_says_what_the_graph_says_with_it(
    spec: GraphSpec, templates: dict[str, Template], kind: str
) -> None:
    for seed in range(3):
        inputs = some(spec, seed)
        run = runner_of(kind, templates[kind].patched(inputs[VECTOR]))
        found = run({name: value for name, value in inputs.items() if name != VECTOR})
        truth = spec.run(inputs)
        np.testing.assert_array_equal(found["order"], truth["order"])
        np.testing.assert_allclose(found["scores"], truth["scores"], atol=2e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_two_patients_files_differ_in_the_vector_and_its_checksum_alone(
    spec: GraphSpec, templates: dict[str, Template], kind: str
) -> None:
    template = templates[kind]
    one, other = (template.patched(some(spec, seed)[VECTOR]) for seed in (1, 2))
    places = template.places
    allowed = set(range(places.vector, places.vector + 4 * places.numbers))
    for checksum in places.checksums:
        allowed |= set(range(checksum, checksum + 4))
    differing = {at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b}
    assert differing
    assert differing <= allowed


def test_the_archive_of_a_core_ml_file_is_sound(
    spec: GraphSpec, templates: dict[str, Template]
) -> None:
    file = templates["coreml"].patched(some(spec, 1)[VECTOR])
    with zipfile.ZipFile(BytesIO(file)) as archive:
        assert archive.testzip() is None


def test_a_graph_without_the_vector_is_no_template(
    base: Base, templates: dict[str, Template]
) -> None:
    """For example one that has a vector baked in already."""
    size = base.learner.vector_size
    with pytest.raises(BadTemplate, match="0 inputs named vector"):
        baking.onnx_template(templates["onnx"].content, size)
    with pytest.raises(BadTemplate, match="0 inputs named vector"):
        baking.coreml_template(templates["coreml"].content, size)


def test_a_sentinel_that_is_found_twice_or_not_at_all_is_refused(
    base: Base, graphs: Graphs, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = base.learner.vector_size
    bake = baking.baked_onnx

    def doubled(playlist: bytes, vector: np.ndarray) -> bytes:
        model = onnx.load_from_string(bake(playlist, vector))
        model.graph.initializer.append(onnx.numpy_helper.from_array(vector, "copy"))
        return bytes(model.SerializeToString())

    def halved(playlist: bytes, vector: np.ndarray) -> bytes:
        return bake(playlist, vector / 2)

    for meddling, why in ((doubled, "more than once"), (halved, "not found")):
        monkeypatch.setattr(baking, "baked_onnx", meddling)
        with pytest.raises(BadTemplate, match=why):
            baking.onnx_template(graphs["playlist", "onnx"].content, size)


def test_a_vector_of_another_length_is_refused(templates: dict[str, Template]) -> None:
    with pytest.raises(BadTemplate, match="has 3 numbers, not"):
        templates["onnx"].patched(np.zeros(3, np.float32))


@pytest.mark.parametrize("kind", KINDS)
def test_places_survive_their_row(templates: dict[str, Template], kind: str) -> None:
    places = templates[kind].places
    assert Places.from_json(places.as_json()) == places


CONVERT = """
import sys
from pathlib import Path
from adaptation.learning import bases
from exports.converted import convert
from exports.graphs import playlist_graph
base = bases.from_bytes(Path(sys.argv[1], "base.pt").read_bytes())
for format in sys.argv[2:]:
    Path(sys.argv[1], format).write_bytes(convert(playlist_graph(base), format).content)
"""


def test_another_process_converts_to_the_same_bytes(
    base: Base, graphs: Graphs, tmp_path: Path
) -> None:
    """With another order of its sets and names, which a converter may go by."""
    (tmp_path / "base.pt").write_bytes(bases.to_bytes(base))
    formats = ("onnx", "coreml-float32")
    subprocess.run(
        [sys.executable, "-c", CONVERT, str(tmp_path), *formats],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        check=True,
    )
    for name in formats:
        assert (tmp_path / name).read_bytes() == graphs["playlist", name].content


def test_a_core_ml_package_tells_nothing_of_when_and_how_it_was_converted(graphs: Graphs) -> None:
    package = read_archive(graphs["playlist", "coreml-float32"].content)
    model = Model_pb2.Model()
    model.ParseFromString(package[COREML_MODEL])
    assert not model.description.metadata.userDefined
    assert not model.mlProgram.attributes
