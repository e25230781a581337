"""Reading an ML Program from an `.mlpackage`, and running it step by step."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from coremltools.proto import MIL_pb2, Model_pb2
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from numpy.typing import NDArray

from exports.mil.operations import OPERATIONS

Array = NDArray[Any]

_NUMPY_TYPES = {
    MIL_pb2.FLOAT16: np.float16,
    MIL_pb2.FLOAT32: np.float32,
    MIL_pb2.INT8: np.int8,
    MIL_pb2.INT16: np.int16,
    MIL_pb2.INT32: np.int32,
    MIL_pb2.INT64: np.int64,
    MIL_pb2.UINT8: np.uint8,
    MIL_pb2.UINT16: np.uint16,
    MIL_pb2.UINT32: np.uint32,
    MIL_pb2.BOOL: np.bool_,
}
_BLOB_SENTINEL = 0xDEADBEEF
_BLOB_HEADER = struct.Struct("<IIQQ")  # sentinel, type, size in bytes, offset of the data


class UnreadableProgram(Exception):
    """The package is not an ML Program, or uses what this reader does not know."""


@dataclass(frozen=True)
class Program:
    """The main function of an ML Program, with its constants read."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    steps: tuple["Step", ...]
    constants: Mapping[str, Any]

    @classmethod
    def read(cls, package: Path) -> "Program":
        """The program of an `.mlpackage` folder. Raises UnreadableProgram."""
        try:
            return cls._read(package)
        except (OSError, DecodeError, ValueError, struct.error) as problem:
            raise UnreadableProgram(f"{package} is damaged: {problem}") from problem

    @classmethod
    def _read(cls, package: Path) -> "Program":
        model_file = package / "Data" / _root_model(package)
        model = Model_pb2.Model()
        model.ParseFromString(model_file.read_bytes())
        if model.WhichOneof("Type") != "mlProgram":
            raise UnreadableProgram(f"{package} is not an ML Program.")
        main = model.mlProgram.functions["main"]
        block = main.block_specializations[main.opset]
        weights = _Weights(model_file.parent)
        steps, constants = [], {}
        for operation in block.operations:
            if operation.type == "const":
                constants[operation.outputs[0].name] = weights.value(operation.attributes["val"])
            else:
                steps.append(Step.of(operation, weights))
        return cls(
            inputs=tuple(item.name for item in main.inputs),
            outputs=tuple(block.outputs),
            steps=tuple(steps),
            constants=constants,
        )

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Outputs by name. Raises UnreadableProgram when an input is missing."""
        missing = set(self.inputs) - set(inputs)
        if missing:
            raise UnreadableProgram(f"Inputs not given: {', '.join(sorted(missing))}.")
        values: dict[str, Any] = {**self.constants, **inputs}
        for step in self.steps:
            step.run(values)
        return {name: values[name] for name in self.outputs}


@dataclass(frozen=True)
class Step:
    """One operation: which values it takes under which names, and the name of what it makes."""

    operation: str
    output: str
    single: Mapping[str, str]  # parameter → value name
    several: Mapping[str, tuple[str, ...]]  # parameter → value names, for lists
    fixed: Mapping[str, Any]  # parameter → value written into the program

    @classmethod
    def of(cls, operation: Any, weights: "_Weights") -> "Step":
        if operation.type not in OPERATIONS:
            raise UnreadableProgram(f"This reader does not know the operation {operation.type}.")
        single, several = {}, {}
        # Of our operations, those that unpack constants have arguments among their attributes.
        fixed = {
            parameter: weights.value(value)
            for parameter, value in operation.attributes.items()
            if parameter != "name"
        }
        for parameter, argument in operation.inputs.items():
            bindings = argument.arguments
            if any(binding.WhichOneof("binding") == "value" for binding in bindings):
                fixed[parameter] = weights.value(bindings[0].value)
            elif parameter == "values":
                several[parameter] = tuple(binding.name for binding in bindings)
            else:
                single[parameter] = bindings[0].name
        return cls(operation.type, operation.outputs[0].name, single, several, fixed)

    def run(self, values: dict[str, Any]) -> None:
        """Work out the output and put it beside the others."""
        arguments = {parameter: values[name] for parameter, name in self.single.items()}
        arguments |= {
            parameter: [values[name] for name in names] for parameter, names in self.several.items()
        }
        values[self.output] = OPERATIONS[self.operation](**arguments, **self.fixed)


class _Weights:
    """Constants, in the program itself or in the weight file beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, bytes] = {}

    def value(self, value: Any) -> Any:
        """A constant as an array, or as a plain string."""
        kind = value.type.tensorType
        if kind.dataType == MIL_pb2.STRING:
            return value.immediateValue.tensor.strings.values[0]
        shape = [dimension.constant.size for dimension in kind.dimensions]
        numpy_type = _NUMPY_TYPES[kind.dataType]
        if value.WhichOneof("value") == "blobFileValue":
            place = value.blobFileValue
            return self._blob(place.fileName, place.offset, numpy_type).reshape(shape)
        tensor = value.immediateValue.tensor
        kept = getattr(tensor, tensor.WhichOneof("value")).values
        if isinstance(kept, bytes):
            return np.frombuffer(kept, numpy_type).reshape(shape)
        return np.array(list(kept), numpy_type).reshape(shape)

    def _blob(self, name: str, offset: int, numpy_type: Any) -> Array:
        content = self._file(name)
        sentinel, _, size, start = _BLOB_HEADER.unpack_from(content, offset)
        if sentinel != _BLOB_SENTINEL:
            raise UnreadableProgram(f"{name} holds no weights at byte {offset}.")
        return np.frombuffer(content[start : start + size], numpy_type)

    def _file(self, name: str) -> bytes:
        if name not in self.files:
            self.files[name] = (self.folder / name.removeprefix("@model_path/")).read_bytes()
        return self.files[name]


def _root_model(package: Path) -> str:
    try:
        manifest = json.loads((package / "Manifest.json").read_text())
        entry = manifest["itemInfoEntries"][manifest["rootModelIdentifier"]]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise UnreadableProgram(f"{package} is not a Core ML package: {problem}") from problem
    return str(entry["path"])
