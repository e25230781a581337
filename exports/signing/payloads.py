"""What signed messages say: CBOR maps from 1, 2, 3 … to the fields in their order.

Times are whole seconds since 1970 in UTC; ids and digests are byte strings.
"""

import hashlib
from dataclasses import Field, dataclass
from typing import Any, ClassVar, Final, Self

import cbor2
import numpy as np
from numpy.typing import NDArray

SHA256_BYTES, UUID_BYTES, KEY_BYTES = 32, 16, 32
LARGEST_RECORD: Final = 600
"""Bytes that a signed record may have."""

LARGEST_HALF: Final = float(np.finfo(np.float16).max)


class BadMessage(Exception):
    """A message that must not be used; the text says why, in a sentence that begins with "It"."""


class Payload:
    """Base of the payloads: dataclasses whose fields are numbered from 1."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    purpose: ClassVar[str]
    lengths: ClassVar[dict[str, int]] = {}
    """Bytes that a field must have."""

    def encode(self) -> bytes:
        """Deterministic CBOR."""
        return cbor2.dumps(dict(enumerate(vars(self).values(), 1)))  # set in the fields' order

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """The payload in these bytes. Raises BadMessage for anything that `encode` would not
        write."""
        try:
            values = cbor2.loads(content)
        except (cbor2.CBORDecodeError, ValueError, OverflowError, RecursionError) as problem:
            raise BadMessage(f"It cannot be read: {problem}.") from problem
        names = cls.__dataclass_fields__
        if not isinstance(values, dict) or list(values) != list(range(1, len(names) + 1)):
            raise BadMessage("It does not have the fields that it should have.")
        read = dict(zip(names, values.values(), strict=True))
        for name, value in read.items():
            _check(name, value, names[name].type, cls.lengths.get(name))
        made = cls(**read)
        if made.encode() != content:
            raise BadMessage("It is not in the one form that it has here.")
        return made


def _check(name: str, value: Any, kind: Any, length: int | None) -> None:
    if type(value) is not kind or (kind is int and value < 0):
        raise BadMessage(f"It has something else than {kind.__name__} as its {name}.")
    if length is not None and len(value) != length:
        raise BadMessage(f"It has {len(value)} bytes as its {name}, not {length}.")


@dataclass(frozen=True)
class PatientRecord(Payload):
    """All of a patient's model that a phone needs beside the base."""

    purpose = "attune/record/1"
    lengths = {"model": UUID_BYTES, "base": SHA256_BYTES, "patient": UUID_BYTES}

    model: bytes  # id of the patient model
    version: int  # greater than that of every record before
    base: bytes  # SHA-256 of the base's weights
    vector: bytes  # D little-endian 16-bit floats
    created: int
    expires: int
    learns: bool  # whether the phone may adapt it further
    patient: bytes

    @property
    def numbers(self) -> NDArray[np.float32]:
        """The patient vector [D], as every phone reads it."""
        return np.frombuffer(self.vector, "<f2").astype(np.float32)


@dataclass(frozen=True)
class BaseStatement(Payload):
    """Which file a base is delivered as."""

    purpose = "attune/base/1"
    lengths = {"base": SHA256_BYTES, "sha256": SHA256_BYTES}

    base: bytes
    kind: str  # onnx, coreml or coreml-float16
    sha256: bytes  # of the file
    size: int  # its bytes
    created: int


@dataclass(frozen=True)
class FileStatement(Payload):
    """Which file holds a patient's model whole."""

    purpose = "attune/file/1"
    lengths = {**PatientRecord.lengths, "sha256": SHA256_BYTES}

    model: bytes
    version: int  # of the record that it was made with
    base: bytes
    kind: str  # onnx or coreml
    sha256: bytes  # of the file
    size: int  # its bytes
    created: int
    expires: int
    patient: bytes


@dataclass(frozen=True)
class KeyStatement(Payload):
    """The key that signs from now on: signed by the one before."""

    purpose = "attune/key/1"
    lengths = {"public_key": KEY_BYTES}

    public_key: bytes
    created: int


def delivered(vector: NDArray[np.float32]) -> bytes:
    """A patient vector [D] in the 16-bit floats that are delivered.

    Raises ValueError when a number is not finite or beyond what 16 bits can say.
    """
    if not np.abs(vector).max(initial=0.0) <= LARGEST_HALF:  # NaN too
        wrong = np.count_nonzero(~(np.abs(vector) <= LARGEST_HALF))
        raise ValueError(f"{wrong} of {len(vector)} numbers are not finite in 16-bit floats")
    return vector.astype("<f2").tobytes()


def sha256_of(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
