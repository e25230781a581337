"""Converted graphs: the same bytes for the same base, and the same answers as PyTorch."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from adaptation.learning.bases import Base
from adaptation.learning.playlist import MOST_TRACKS
from exports.archives import read_archive, write_folder
from exports.conversion import OPSET, to_onnx
from exports.converted import Converted, convert
from exports.graphs import GraphSpec, Inputs, Port, adapt_graph, graphs_of, playlist_graph
from exports.kinds import FORMATS
from exports.mil import Program
from exports.parity import random_cases
from tests.trained import Graphs, small_playlist_onnx, some_tracks

EXACT, HALF = 2e-6, 3e-3  # what 32-bit and 16-bit graphs may be away from PyTorch


def farthest(
    spec: GraphSpec, graph: Converted, cases: int, *, seed: int, outputs: tuple[str, ...]
) -> tuple[float, int]:
    """The largest deviation of the named outputs over random cases, and how many playlists came in
    the same order."""
    deviation, same_order = 0.0, 0
    for inputs in random_cases(spec, cases, seed=seed):
        truth, converted = spec.run(inputs), graph.run(inputs)
        assert set(truth) == set(converted)
        for name in outputs:
            assert np.isfinite(converted[name]).all()
            away = np.abs(truth[name].astype(np.float64) - converted[name]).max()
            deviation = max(deviation, float(away))
        if "order" in truth:
            same_order += np.array_equal(truth["order"], converted["order"])
    return deviation, same_order


def test_every_graph_is_there_in_its_formats(graphs: Graphs) -> None:
    assert set(graphs) == {(name, one) for name, formats in FORMATS.items() for one in formats}


# ONNX


def test_converting_again_gives_the_same_bytes(base: Base, graphs: Graphs, shared: Path) -> None:
    assert to_onnx(adapt_graph(base)) == graphs["adapt", "onnx"].content
    assert small_playlist_onnx(shared).content == graphs["playlist", "onnx"].content


def test_other_weights_give_other_bytes(base: Base, graphs: Graphs) -> None:
    learner = copy.deepcopy(base.learner)
    with torch.no_grad():
        learner.support_noise += 1e-3
    changed = to_onnx(adapt_graph(replace(base, learner=learner)))
    assert len(changed) == len(graphs["adapt", "onnx"].content)
    assert changed != graphs["adapt", "onnx"].content


@pytest.mark.parametrize("name", list(FORMATS))
def test_the_file_says_nothing_of_where_it_was_made(graphs: Graphs, name: str) -> None:
    content = graphs[name, "onnx"].content
    model = onnx.load_from_string(content)
    assert (model.producer_version, model.doc_string) == ("", "")
    assert not model.metadata_props
    assert not model.graph.doc_string
    assert not any(node.doc_string or node.metadata_props for node in model.graph.node)
    assert b".py" not in content
    assert str(Path.cwd()).encode() not in content


@pytest.mark.parametrize("name", list(FORMATS))
def test_it_needs_nothing_but_the_standard_operators(graphs: Graphs, name: str) -> None:
    model = onnx.load_from_string(graphs[name, "onnx"].content)
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", OPSET)]
    assert not model.functions
    onnx.checker.check_model(model, full_check=True)


def described(port: Port) -> tuple[str, list[int | str], str]:
    kind = {"float32": "tensor(float)", "int32": "tensor(int32)"}[port.dtype]
    return port.name, list(port.shape), kind


def test_names_shapes_and_types_are_those_of_the_graph(base: Base, graphs: Graphs) -> None:
    for spec in graphs_of(base):
        session = onnxruntime.InferenceSession(graphs[spec.name, "onnx"].content)
        for ports, found in (
            (spec.inputs, session.get_inputs()),
            (spec.outputs, session.get_outputs()),
        ):
            assert [(one.name, one.shape, one.type) for one in found] == list(map(described, ports))


def test_a_thousand_playlists_of_random_patients_come_in_pytorchs_order(
    base: Base, graphs: Graphs
) -> None:
    outputs = ("scores", "waypoints", "path", "deviation", "terms")
    deviation, same_order = farthest(
        playlist_graph(base), graphs["playlist", "onnx"], 1000, seed=2026, outputs=outputs
    )
    assert same_order == 1000
    assert deviation <= EXACT


def test_probabilities_are_pytorchs_too(base: Base, graphs: Graphs) -> None:
    """Utilities are divided by the temperature, .05 here, and so are their deviations."""
    deviation, _ = farthest(
        playlist_graph(base),
        graphs["playlist", "onnx"],
        100,
        seed=3,
        outputs=("log_probability",),
    )
    assert deviation <= EXACT / 0.05


@pytest.mark.parametrize("tracks", [1, 2, MOST_TRACKS, 5000])
def test_a_catalogue_may_have_any_size(base: Base, graphs: Graphs, tracks: int) -> None:
    spec = playlist_graph(base)
    inputs = spec.sample(tracks, np.random.default_rng(tracks))
    truth, converted = spec.run(inputs), graphs["playlist", "onnx"].run(inputs)
    np.testing.assert_array_equal(converted["order"], truth["order"])
    np.testing.assert_allclose(converted["scores"], truth["scores"], rtol=0, atol=EXACT)


@pytest.mark.parametrize("form", FORMATS["adapt"])
def test_adapting_gives_pytorchs_vector(base: Base, graphs: Graphs, form: str) -> None:
    deviation, _ = farthest(
        adapt_graph(base), graphs["adapt", form], 200, seed=4, outputs=("adapted",)
    )
    assert deviation <= EXACT


# Core ML, run by our reader of ML Programs


def test_converting_to_core_ml_again_gives_the_same_bytes(base: Base, graphs: Graphs) -> None:
    """Its converter names the parts of a package at random."""
    again = convert(adapt_graph(base), "coreml-float32")
    assert again.sha256 == graphs["adapt", "coreml-float32"].sha256


@pytest.mark.parametrize(("form", "allowed"), [("coreml-float32", EXACT), ("coreml-float16", HALF)])
def test_a_core_ml_playlist_scores_as_pytorch_does(
    base: Base, graphs: Graphs, form: str, allowed: float
) -> None:
    deviation, same_order = farthest(
        playlist_graph(base), graphs["playlist", form], 120, seed=5, outputs=("scores", "waypoints")
    )
    assert deviation <= allowed
    assert same_order == 120 if form == "coreml-float32" else same_order >= 100


def test_sixteen_bits_are_used_where_they_are_called_so(base: Base, graphs: Graphs) -> None:
    """The 16-bit graph is another graph: it does deviate, where the 32-bit one does not."""
    spec = playlist_graph(base)
    deviation, _ = farthest(
        spec, graphs["playlist", "coreml-float16"], 20, seed=6, outputs=("scores",)
    )
    assert deviation > 1e-5


def ports(entries: Mapping[str, bytes], folder: Path) -> tuple[dict[str, int], dict[str, int]]:
    """The features that a Core ML package describes, by name: inputs, and outputs, with types."""
    from coremltools.proto import Model_pb2

    write_folder(entries, folder)
    program = Program.read(folder)
    (file,) = folder.rglob("*.mlmodel")
    description = Model_pb2.Model.FromString(file.read_bytes()).description
    inputs = {one.name: one.type.multiArrayType.dataType for one in description.input}
    outputs = {one.name: one.type.multiArrayType.dataType for one in description.output}
    assert set(program.inputs) == set(inputs)
    assert set(program.outputs) == set(outputs)
    return inputs, outputs


def test_core_ml_packages_take_and_give_32_bits_under_the_same_names(
    base: Base, graphs: Graphs, tmp_path: Path
) -> None:
    from coremltools.proto.FeatureTypes_pb2 import ArrayFeatureType

    kinds = {"float32": ArrayFeatureType.FLOAT32, "int32": ArrayFeatureType.INT32}
    for spec in graphs_of(base):
        for form in FORMATS[spec.name][1:]:
            entries = read_archive(graphs[spec.name, form].content)
            inputs, outputs = ports(entries, tmp_path / f"{spec.name}-{form}")
            assert inputs == {port.name: kinds[port.dtype] for port in spec.inputs}
            assert outputs == {port.name: kinds[port.dtype] for port in spec.outputs}


@pytest.mark.parametrize("form", ["coreml-float32", "coreml-float16"])
def test_core_ml_excludes_what_is_excluded_whatever_it_is_given(
    base: Base, graphs: Graphs, form: str
) -> None:
    generator = np.random.default_rng(8)
    spec = playlist_graph(base)
    wild = np.array([np.nan, np.inf, -np.inf, 6e4, -6e4, 3e38, 0.0, 1.0], np.float32)
    for tracks in range(1, 41):
        inputs = spec.sample(tracks, generator) | {"features": some_tracks(tracks, seed=tracks)}
        inputs["allowed"] = (generator.random(tracks) < 0.5).astype(np.float32)
        for name in generator.choice([port.name for port in spec.inputs], 3):
            if name != "allowed":
                inputs[name] = generator.choice(wild, inputs[name].shape).astype(np.float32)
        with np.errstate(all="ignore"):
            order = graphs["playlist", form].run(inputs)["order"]
        assert_excludes(order.tolist(), inputs)


def assert_excludes(order: list[int], inputs: Inputs) -> None:
    allowed = {int(row) for row in np.flatnonzero(inputs["allowed"])}
    chosen = [row for row in order if row >= 0]
    assert set(chosen) <= allowed
    assert len(set(chosen)) == len(chosen) == min(MOST_TRACKS, len(allowed))
    assert order == chosen + [-1] * (MOST_TRACKS - len(chosen))
