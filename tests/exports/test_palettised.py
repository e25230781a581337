"""Core ML packages with palettised weights: what is in them, and what is lost."""

from pathlib import Path

import coremltools
import numpy as np
import pytest
import torch
from coremltools.optimize import coreml
from torch import nn

from exports.archives import folder_entries
from exports.conversion import to_coreml
from exports.graphs import TRACKS, Floats, GraphSpec, Inputs, Port
from exports.mil import Program
from exports.palettised import palettise


def one_layer(width: int, outputs: int) -> GraphSpec:
    torch.manual_seed(1)

    def sample(tracks: int, generator: np.random.Generator, vector: Floats | None = None) -> Inputs:
        return {"x": generator.normal(size=(tracks, width)).astype(np.float32)}

    return GraphSpec(
        name="layer",
        module=nn.Linear(width, outputs).eval(),
        inputs=(Port("x", (TRACKS, width)),),
        outputs=(Port("answer", (TRACKS, outputs)),),
        sample=sample,
    )


LARGE, SMALL = one_layer(64, 50), one_layer(5, 4)  # 3,200 and 20 weights


def packages(graph: GraphSpec, folder: Path) -> tuple[Path, Path]:
    """The graph with 32-bit weights, and with palettised ones."""
    source, palettised = folder / "source.mlpackage", folder / "palettised.mlpackage"
    to_coreml(graph, source, "float32")
    palettise(source, palettised)
    return source, palettised


def answer(package: Path, graph: GraphSpec) -> np.ndarray:
    return Program.read(package).run(graph.sample(30, np.random.default_rng(2)))["answer"]


def weight_bytes(package: Path) -> int:
    (weights,) = package.rglob("weight.bin")
    return weights.stat().st_size


def test_a_large_matrix_is_a_table_and_places_in_it(tmp_path: Path) -> None:
    source, palettised = packages(LARGE, tmp_path)
    (table,) = [
        step.fixed["lut"]
        for step in Program.read(palettised).steps
        if step.operation == "constexpr_lut_to_dense"
    ]
    assert (table.shape, table.dtype) == ((256,), np.float32)
    assert weight_bytes(palettised) < weight_bytes(source) / 2
    lost = np.abs(answer(palettised, LARGE) - answer(source, LARGE)).max()
    assert 1e-5 < lost < 1e-2


def test_our_reader_unpacks_it_as_coremltools_does(tmp_path: Path) -> None:
    _, palettised = packages(LARGE, tmp_path)
    unpacked = tmp_path / "unpacked.mlpackage"
    model = coremltools.models.MLModel(str(palettised), skip_model_load=True)
    coreml.decompress_weights(model).save(str(unpacked))
    assert not any("constexpr" in step.operation for step in Program.read(unpacked).steps)
    np.testing.assert_array_equal(answer(palettised, LARGE), answer(unpacked, LARGE))


def test_a_small_matrix_is_palettised_too_and_loses_nothing_but_gets_no_smaller(
    tmp_path: Path,
) -> None:
    """It has fewer weights than the table has places."""
    source, palettised = packages(SMALL, tmp_path)
    operations = [step.operation for step in Program.read(palettised).steps]
    assert operations.count("constexpr_lut_to_dense") == 1
    np.testing.assert_allclose(answer(palettised, SMALL), answer(source, SMALL), atol=1e-6)
    assert weight_bytes(palettised) > weight_bytes(source)


@pytest.mark.parametrize("graph", [LARGE, SMALL], ids=["large", "small"])
def test_it_runs_where_its_source_runs(tmp_path: Path, graph: GraphSpec) -> None:
    versions = {
        coremltools.models.MLModel(str(package), skip_model_load=True)
        .get_spec()
        .specificationVersion
        for package in packages(graph, tmp_path)
    }
    assert versions == {coremltools.target.iOS16}


def test_palettising_again_gives_the_same_bytes_and_leaves_the_source_alone(tmp_path: Path) -> None:
    source, palettised = packages(LARGE, tmp_path)
    before = folder_entries(source)
    palettise(source, tmp_path / "again.mlpackage")
    assert folder_entries(tmp_path / "again.mlpackage") == folder_entries(palettised)
    assert folder_entries(source) == before
