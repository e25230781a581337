"""Converted graphs with something wrong in them."""

import hashlib
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from adaptation.models import BaseModel, PatientModel
from exports import baking
from exports.archives import read_archive, write_archive
from exports.converted import Converted
from exports.models import Graph, Template
from tests.trained import Graphs

BLOB = struct.Struct("<IIQQ")  # of a Core ML weight file: sentinel, type, bytes, where the data is
FIRST_BLOB = 64

FIGURE = r"deviates from PyTorch by \d\.\d\de[-+]0\d in \d+ cases"
"""How a refusal names what was measured."""


def with_another_bias(graph: Converted, *, by: float) -> Converted:
    """The ONNX graph with the last bias of the population's network moved."""
    model = onnx.load_from_string(graph.content)
    (bias,) = [one for one in model.graph.initializer if one.name.endswith("population.bias")]
    moved = numpy_helper.to_array(bias) + np.float32(by)
    bias.CopyFrom(numpy_helper.from_array(moved, bias.name))
    return replace(graph, content=model.SerializeToString(deterministic=True))


def with_other_weights(graph: Converted, *, by: float) -> Converted:
    """The Core ML graph with its first stored weights multiplied, in the weight file on disk."""
    entries = read_archive(graph.content)
    (path,) = [path for path in entries if path.endswith("weight.bin")]
    weights = bytearray(entries[path])
    _, code, size, start = BLOB.unpack_from(weights, FIRST_BLOB)
    kind = {1: np.float16, 2: np.float32}[code]
    values = np.frombuffer(bytes(weights[start : start + size]), kind)
    weights[start : start + size] = (values * kind(1 + by)).astype(kind).tobytes()
    return replace(graph, content=write_archive(entries | {path: bytes(weights)}))


def tamper(base: BaseModel, graph: Converted) -> None:
    """Put a tampered graph in the place of the stored one, digest and all."""
    row = Graph.objects.get(base=base, name=graph.name, format=graph.format)
    Path(row.file.path).write_bytes(graph.content)
    Graph.objects.filter(id=row.id).update(sha256=graph.sha256)


def spoil_template(base: BaseModel, graphs: Graphs, kind: str) -> None:
    """Put a template whose numbers are off in the place of the released one, digest and all."""
    if kind == "onnx":
        off = with_another_bias(graphs["playlist", "onnx"], by=0.5)
        made = baking.onnx_template(off.content, base.vector_size)
    else:
        off = with_other_weights(graphs["playlist", "coreml-float32"], by=0.5)
        made = baking.coreml_template(off.content, base.vector_size)
    row = Template.objects.get(base=base, kind=kind)
    Path(row.file.path).write_bytes(made.content)
    row.sha256, row.places = hashlib.sha256(made.content).hexdigest(), made.places.as_json()
    row.save()


def spoil(model: PatientModel, *, number: float) -> None:
    """Put another number in two places of the stored vector."""
    vector = np.frombuffer(bytes(model.vector), "<f4").copy()
    vector[[3, 50]] = number
    PatientModel.objects.filter(id=model.id).update(vector=vector.tobytes())
