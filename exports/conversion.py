"""From PyTorch to ONNX and Core ML: once for each graph of a base, for all its patients.

Graphs are traced, not exported symbolically, for both targets read the same trace and neither
needs a newer front end. ONNX opset 20; Core ML ML Programs for iOS 16 and later with 32-bit inputs
and outputs, whatever they compute in.
"""

import io
import json
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
import torch

from exports.archives import COREML_MANIFEST, COREML_MODEL
from exports.graphs import TRACKS, GraphSpec, Port

OPSET = 20
TYPICAL_TRACKS, MOST_CATALOGUE_TRACKS = 100, 1_000_000
Precision = Literal["float32", "float16"]


def to_onnx(graph: GraphSpec) -> bytes:
    """The graph as an ONNX model without metadata, so that equal graphs are equal bytes."""
    content = io.BytesIO()
    with quietly():
        torch.onnx.export(
            graph.module,
            _sample(graph),
            content,  # type: ignore[arg-type]  # the tracing exporter takes a file object too
            dynamo=False,
            opset_version=OPSET,
            input_names=[port.name for port in graph.inputs],
            output_names=[port.name for port in graph.outputs],
            dynamic_axes=_free_axes(graph),
        )
    model = onnx.load_from_string(content.getvalue())
    model.ClearField("producer_version")
    for position, node in enumerate(model.graph.node):
        node.ClearField("doc_string")
        node.name = str(position)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def to_coreml(graph: GraphSpec, folder: Path, precision: Precision) -> None:
    """Write the graph as a Core ML package: `folder` becomes an `.mlpackage`."""
    import coremltools

    with quietly():
        free = coremltools.RangeDim(1, MOST_CATALOGUE_TRACKS, default=TYPICAL_TRACKS)
        inputs = [
            coremltools.TensorType(
                name=port.name, shape=_coreml_shape(port, free, coremltools.Shape), dtype=np.float32
            )
            for port in graph.inputs
        ]
        outputs = [
            coremltools.TensorType(name=port.name, dtype=np.dtype(port.dtype).type)
            for port in graph.outputs
        ]
        model = coremltools.convert(
            torch.jit.trace(graph.module, _sample(graph), check_trace=False),
            inputs=inputs,
            outputs=outputs,
            convert_to="mlprogram",
            compute_precision=_computing(precision, coremltools),
            minimum_deployment_target=coremltools.target.iOS16,
            skip_model_load=True,
        )
        model.save(str(folder))
    leave_nothing_to_chance(folder)


def leave_nothing_to_chance(package: Path) -> None:
    """Make equal graphs equal bytes: the converter names the parts of a package at random, and
    writes the day and, in any order, its own versions into the model."""
    _name_parts_alike(package)
    _forget_the_conversion(package / COREML_MODEL)


def _name_parts_alike(package: Path) -> None:
    manifest = json.loads((package / COREML_MANIFEST).read_text())
    names = {
        old: str(uuid.uuid5(uuid.NAMESPACE_URL, entry["path"]))
        for old, entry in manifest["itemInfoEntries"].items()
    }
    manifest["itemInfoEntries"] = {
        names[old]: entry for old, entry in manifest["itemInfoEntries"].items()
    }
    manifest["rootModelIdentifier"] = names[manifest["rootModelIdentifier"]]
    (package / COREML_MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True))


def _forget_the_conversion(file: Path) -> None:
    from coremltools.proto import Model_pb2

    model = Model_pb2.Model()
    model.ParseFromString(file.read_bytes())
    model.description.metadata.ClearField("userDefined")
    model.mlProgram.ClearField("attributes")
    file.write_bytes(model.SerializeToString(deterministic=True))


def _computing(precision: Precision, coremltools: Any) -> Any:
    """16-bit floats only where it pays and does not hurt: in the largest product over all tracks,
    with the covariance, which says how sure an answer is. The answers themselves decide between
    tracks that are nearly alike, and stay in 32 bits."""
    if precision == "float32":
        return coremltools.precision.FLOAT32
    return coremltools.transform.FP16ComputePrecision(
        op_selector=lambda operation: (
            operation.op_type == "matmul" and _is_for_every_track(operation)
        )
    )


def _is_for_every_track(operation: Any) -> bool:
    return any(
        not isinstance(size, int | np.integer)
        for output in operation.outputs
        for size in output.shape
    )


def _sample(graph: GraphSpec) -> tuple[torch.Tensor, ...]:
    inputs = graph.sample(TYPICAL_TRACKS, np.random.default_rng(0))
    return tuple(torch.from_numpy(inputs[port.name]) for port in graph.inputs)


def _free_axes(graph: GraphSpec) -> dict[str, dict[int, str]]:
    axes = {
        port.name: {axis: TRACKS for axis, size in enumerate(port.shape) if size == TRACKS}
        for port in (*graph.inputs, *graph.outputs)
    }
    return {name: free for name, free in axes.items() if free}


def _coreml_shape(port: Port, free: Any, shape: Any) -> Any:
    if TRACKS not in port.shape:
        return port.shape
    return shape(tuple(free if size == TRACKS else size for size in port.shape))


@contextmanager
def quietly() -> Iterator[None]:
    """The converters draw bars and warn of what we chose (tracing, an untested torch, no Mac)."""
    with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
