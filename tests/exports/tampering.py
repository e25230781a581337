"""Converted graphs with something wrong in them."""

import struct
from dataclasses import replace

import numpy as np
import onnx
from onnx import numpy_helper

from exports.converted import Converted
from exports.packages import read_archive, write_archive

BLOB = struct.Struct("<IIQQ")  # of a Core ML weight file: sentinel, type, bytes, where the data is
FIRST_BLOB = 64


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
    _, _, size, start = BLOB.unpack_from(weights, FIRST_BLOB)
    kind = np.float16 if graph.format.endswith("16") else np.float32
    values = np.frombuffer(bytes(weights[start : start + size]), kind)
    weights[start : start + size] = (values * kind(1 + by)).astype(kind).tobytes()
    return replace(graph, content=write_archive(entries | {path: bytes(weights)}))
