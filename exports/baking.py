"""Files that hold one patient's model whole: the playlist graph with the vector baked in.

A base's graph is converted once, with the vector as an input. Baking makes that input a constant,
after all conversion, so nothing can fold it away or fold it into others. A template is a graph into
which a sentinel was baked: a patient's file is the template with other bytes where the sentinel
stood (and the checksum of the archive that holds them), so it is byte for byte what converting
everything again with this patient's vector gives.
"""

import io
import zipfile
import zlib
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exports.archives import COREML_MODEL, read_archive, write_archive
from worker.refusals import JobRefused

VECTOR: Final = "vector"
"""The input that is baked in."""

_SENTINEL_SEED: Final = 20  # any: the numbers need only be unlike all others
_CRC_IN_HEADER, _CRC_IN_DIRECTORY = 14, 16  # where a ZIP entry's CRC-32 stands (APPNOTE 4.3.7, .12)
_DIRECTORY_ENTRY: Final = b"PK\x01\x02"

Numbers = NDArray[np.float32]


class BadTemplate(JobRefused):
    """A graph that no vector can be patched into; the text says why."""


@dataclass(frozen=True)
class Places:
    """Where a template changes. `checksums` are of the bytes from `checked` on, `length` of them;
    an ONNX file has none."""

    vector: int
    numbers: int  # D, of 4 bytes each
    checksums: tuple[int, ...] = ()
    checked: int = 0
    length: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Places":
        return cls(**{**stored, "checksums": tuple(stored["checksums"])})


@dataclass(frozen=True)
class Template:
    """A file for any patient of a base."""

    content: bytes
    places: Places

    def patched(self, vector: Numbers) -> bytes:
        """The file of the patient with this vector [D]."""
        places = self.places
        if vector.shape != (places.numbers,):
            raise BadTemplate(f"The vector has {vector.size} numbers, not {places.numbers}.")
        file = bytearray(self.content)
        file[places.vector : places.vector + 4 * places.numbers] = _bytes_of(vector)
        if places.checksums:
            entry = memoryview(file)[places.checked : places.checked + places.length]
            checksum = zlib.crc32(entry).to_bytes(4, "little")
            entry.release()
            for at in places.checksums:
                file[at : at + 4] = checksum
        return bytes(file)


def onnx_template(playlist: bytes, size: int) -> Template:
    """Of a playlist graph whose vector has `size` numbers. Raises BadTemplate."""
    content = baked_onnx(playlist, _sentinel(size))
    return Template(content, Places(_only_place(content, size), size))


def coreml_template(package: bytes, size: int) -> Template:
    """Of a playlist `.mlpackage` in an archive; what comes out is an archive too, not compressed,
    so that bytes can be exchanged in it. Raises BadTemplate."""
    content = baked_coreml(package, _sentinel(size))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = archive.getinfo(COREML_MODEL)
    header = entry.header_offset
    checked = header + 30 + len(entry.filename.encode()) + _extra_bytes(content, header)
    directory = _directory_entry(content, entry.filename)
    places = Places(
        _only_place(content, size),
        size,
        (header + _CRC_IN_HEADER, directory + _CRC_IN_DIRECTORY),
        checked,
        entry.file_size,
    )
    if not checked <= places.vector < checked + entry.file_size:
        raise BadTemplate("The sentinel lies outside the Core ML program.")
    return Template(content, places)


def baked_onnx(playlist: bytes, vector: Numbers) -> bytes:
    """The ONNX graph with its input `vector` [D] made a constant."""
    import onnx

    model = onnx.load_from_string(playlist)
    _remove(model.graph.input, VECTOR)
    model.graph.initializer.append(onnx.numpy_helper.from_array(vector, VECTOR))
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def baked_coreml(package: bytes, vector: Numbers) -> bytes:
    """The archive of an ML Program with its input `vector` [D] made a constant."""
    from coremltools.proto import MIL_pb2, Model_pb2

    entries = read_archive(package)
    model = Model_pb2.Model()
    model.ParseFromString(entries[COREML_MODEL])
    _remove(model.description.input, VECTOR)
    main = model.mlProgram.functions["main"]
    kind = MIL_pb2.ValueType()
    kind.CopyFrom(next(item.type for item in main.inputs if item.name == VECTOR))
    _remove(main.inputs, VECTOR)
    constant = MIL_pb2.Operation(type="const")
    constant.outputs.add(name=VECTOR, type=kind)
    name = constant.attributes["name"]
    name.type.tensorType.dataType = MIL_pb2.STRING
    name.immediateValue.tensor.strings.values.append(VECTOR)
    value = constant.attributes["val"]
    value.type.CopyFrom(kind)
    value.immediateValue.tensor.floats.values.extend(vector.tolist())
    main.block_specializations[main.opset].operations.insert(0, constant)
    entries[COREML_MODEL] = model.SerializeToString(deterministic=True)
    return write_archive(entries, compressed=False)


def _remove(named: Any, name: str) -> None:
    places = [place for place, item in enumerate(named) if item.name == name]
    if len(places) != 1:
        raise BadTemplate(f"The graph has {len(places)} inputs named {name}, not one.")
    del named[places[0]]


def _sentinel(size: int) -> Numbers:
    return np.random.default_rng(_SENTINEL_SEED).standard_normal(size, np.float32)


def _only_place(content: bytes, size: int) -> int:
    """Where the sentinel stands."""
    sentinel = _bytes_of(_sentinel(size))
    first = content.find(sentinel)
    if first < 0:
        raise BadTemplate("The sentinel was not found: a conversion changed or removed it.")
    if content.find(sentinel, first + 1) >= 0:
        raise BadTemplate("The sentinel was found more than once.")
    return first


def _bytes_of(vector: Numbers) -> bytes:
    return vector.astype("<f4", copy=False).tobytes()


def _extra_bytes(content: bytes, header: int) -> int:
    return int.from_bytes(content[header + 28 : header + 30], "little")


def _directory_entry(content: bytes, name: str) -> int:
    """Where the archive's directory lists this file."""
    at = content.rfind(name.encode()) - 46
    if content[at : at + 4] != _DIRECTORY_ENTRY:
        raise BadTemplate("The archive's directory is not where it should be.")
    return at
