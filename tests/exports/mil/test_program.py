"""Reading ML Programs from packages on disk, and refusing what is none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import coremltools
import numpy as np
import pytest
from coremltools.converters.mil import Builder
from coremltools.proto import Model_pb2

from exports.mil import Program, UnreadableProgram

WEIGHT = np.random.default_rng(2).normal(size=(5, 4)).astype(np.float32)
BIAS = np.arange(5, dtype=np.float32)


def save(
    folder: Path,
    compute: Callable[..., Any],
    *,
    inputs: dict[str, tuple[int, ...]],
    half: bool = False,
) -> Path:
    """An `.mlpackage` that computes something of its inputs."""
    specs = {name: Builder.TensorSpec(shape=shape) for name, shape in inputs.items()}
    names = ", ".join(specs)
    function = eval(f"lambda {names}: compute({names})", {"compute": compute})  # named parameters
    program = Builder.program(
        input_specs=list(specs.values()), opset_version=coremltools.target.iOS16
    )(function)
    model = coremltools.convert(
        program,
        convert_to="mlprogram",
        compute_precision=coremltools.precision.FLOAT16 if half else coremltools.precision.FLOAT32,
        minimum_deployment_target=coremltools.target.iOS16,
        skip_model_load=True,
    )
    package = folder / "model.mlpackage"
    model.save(str(package))
    return package


def layer(x: Any) -> Any:
    linear = Builder.linear(x=x, weight=WEIGHT, bias=BIAS)
    return Builder.clip(x=linear, alpha=0.0, beta=3.0, name="answer")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """One layer whose weights lie in the weight file."""
    return save(tmp_path, layer, inputs={"x": (3, 4)})


def test_a_program_is_run_with_the_weights_on_disk(package: Path) -> None:
    assert list(package.rglob("weight.bin"))
    program = Program.read(package)
    assert (program.inputs, program.outputs) == (("x",), ("answer",))
    x = np.random.default_rng(3).normal(size=(3, 4)).astype(np.float32)
    result = program.run({"x": x})["answer"]
    np.testing.assert_allclose(result, np.clip(x @ WEIGHT.T + BIAS, 0, 3), atol=1e-6)
    assert result.dtype == np.float32


def test_sixteen_bit_weights_are_read_as_such(tmp_path: Path) -> None:
    program = Program.read(save(tmp_path, layer, inputs={"x": (3, 4)}, half=True))
    x = np.random.default_rng(3).normal(size=(3, 4)).astype(np.float32)
    result = program.run({"x": x})["answer"]
    expected = np.clip(x @ WEIGHT.T + BIAS, 0, 3)
    np.testing.assert_allclose(result, expected, atol=1e-2)
    assert np.abs(result - expected).max() > 1e-5
    kinds = {np.asarray(value).dtype for value in program.constants.values()}
    assert np.dtype(np.float16) in kinds


def test_several_inputs_and_lists_of_values_are_told_apart(tmp_path: Path) -> None:
    def both(x: Any, y: Any) -> Any:
        joined = Builder.concat(values=[y, x, y], axis=0)
        return Builder.reduce_sum(x=joined, axes=[1], keep_dims=False, name="sums")

    program = Program.read(save(tmp_path, both, inputs={"x": (1, 2), "y": (2, 2)}))
    x, y = np.float32([[1, 2]]), np.float32([[10, 20], [30, 40]])
    assert program.run({"x": x, "y": y})["sums"].tolist() == [30, 70, 3, 30, 70]


def test_a_missing_input_is_named(package: Path) -> None:
    with pytest.raises(UnreadableProgram, match="Inputs not given: x"):
        Program.read(package).run({"z": np.zeros((3, 4), np.float32)})


def test_an_operation_that_the_reader_does_not_know_is_refused_by_name(tmp_path: Path) -> None:
    package = save(tmp_path, lambda x: Builder.sin(x=x), inputs={"x": (2,)})
    with pytest.raises(UnreadableProgram, match="does not know the operation sin"):
        Program.read(package)


def test_a_folder_that_is_no_package_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UnreadableProgram, match="is not a Core ML package"):
            Program.read(folder)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"rootModelIdentifier": "x"}', "not JSON"])
def test_a_package_with_another_manifest_is_refused(package: Path, text: str) -> None:
    (package / "Manifest.json").write_text(text)
    with pytest.raises(UnreadableProgram, match="is not a Core ML package"):
        Program.read(package)


def test_a_package_without_its_model_is_refused(package: Path) -> None:
    (model,) = package.rglob("*.mlmodel")
    model.unlink()
    with pytest.raises(UnreadableProgram, match=r"model\.mlmodel"):
        Program.read(package)


def test_a_package_without_its_weights_is_refused(package: Path) -> None:
    (weights,) = package.rglob("weight.bin")
    weights.unlink()
    with pytest.raises(UnreadableProgram, match=r"weight\.bin"):
        Program.read(package)


@pytest.mark.parametrize("kept", [0, 10, 64, 100])
def test_weights_that_were_cut_short_are_refused(package: Path, kept: int) -> None:
    (weights,) = package.rglob("weight.bin")
    weights.write_bytes(weights.read_bytes()[:kept])
    with pytest.raises(UnreadableProgram, match="is damaged"):
        Program.read(package)


def test_weights_that_are_something_else_are_refused(package: Path) -> None:
    (weights,) = package.rglob("weight.bin")
    weights.write_bytes(b"\0" * len(weights.read_bytes()))
    with pytest.raises(UnreadableProgram, match="holds no weights at byte"):
        Program.read(package)


def test_a_model_file_that_is_something_else_is_refused(package: Path) -> None:
    (model,) = package.rglob("*.mlmodel")
    model.write_bytes(b"\xff" * 50)
    with pytest.raises(UnreadableProgram, match="is damaged"):
        Program.read(package)


def test_a_neural_network_is_no_program(package: Path) -> None:
    network = Model_pb2.Model(specificationVersion=4)
    network.neuralNetwork.layers.add(name="nothing")
    manifest = json.loads((package / "Manifest.json").read_text())
    path = manifest["itemInfoEntries"][manifest["rootModelIdentifier"]]["path"]
    (package / "Data" / path).write_bytes(network.SerializeToString())
    with pytest.raises(UnreadableProgram, match="is not an ML Program"):
        Program.read(package)
