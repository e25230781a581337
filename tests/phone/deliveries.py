"""Signed records, statements and keys, as cases for run_checks.mjs: good ones, and ones with
something wrong in them."""

import base64
from typing import Any
from uuid import UUID

import cbor2
import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exports.kinds import FORMAT
from exports.signing import cose
from exports.signing.keys import SigningKey
from exports.signing.payloads import (
    BaseStatement,
    FileStatement,
    KeyStatement,
    PatientRecord,
    sha256_of,
)

Case = dict[str, Any]
NOW, DAY = 1_800_000_000, 86_400
PATIENT, ANOTHER = UUID(int=7), UUID(int=8)
KEYS = [SigningKey(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)) for n in (1, 2, 3)]
KEY, NEXT_KEY, THIRD_KEY = KEYS

VECTOR = np.linspace(-3, 3, 60, dtype="<f2")
RECORD = PatientRecord(
    model=UUID(int=5).bytes,
    version=7,
    base=sha256_of(b"weights"),
    vector=VECTOR.tobytes(),
    created=NOW - DAY,
    expires=NOW + DAY,
    learns=True,
    patient=PATIENT.bytes,
)
CONTENT = bytes(range(256)) * 4
BASE = BaseStatement(RECORD.base, "onnx", sha256_of(CONTENT), len(CONTENT), NOW - DAY)
FILE = FileStatement(
    RECORD.model,
    RECORD.version,
    RECORD.base,
    "onnx",
    sha256_of(CONTENT),
    len(CONTENT),
    NOW - DAY,
    NOW + DAY,
    RECORD.patient,
)
MANIFEST = {"format": FORMAT, "base": {"sha256": RECORD.base.hex(), "vector": len(VECTOR)}}
MESSAGE = KEY.sign(RECORD)


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def case(call: str, **given: Any) -> Case:
    """A case for run_checks.mjs: a phone that trusts KEY and has accepted nothing yet."""
    usual = {
        "patient": str(PATIENT),
        "last": None,
        "keys": [[b64(KEY.public_bytes), None]],
        "now": NOW,
    }
    return {"call": call} | usual | given


def record(message: bytes = MESSAGE, **given: Any) -> Case:
    return case("record", message=b64(message), **given)


def bundle(statement: BaseStatement | bytes = BASE, content: bytes = CONTENT, **given: Any) -> Case:
    signed = statement if isinstance(statement, bytes) else KEY.sign(statement)
    usual = {"message": b64(MESSAGE), "kind": "onnx", "manifest": MANIFEST}
    return case("bundle", **usual | {"statement": b64(signed), "content": b64(content)} | given)


def file(statement: FileStatement = FILE, content: bytes = CONTENT, **given: Any) -> Case:
    signed = b64(KEY.sign(statement))
    usual = {"statement": signed, "kind": "onnx", "content": b64(content)}
    return case("file", **usual | given)


def last(version: int, message: bytes = b"another") -> dict[str, Any]:
    return {"version": version, "message": b64(message)}


def flipped(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 1 << place % 8
    return bytes(changed)


def said(payload: bytes) -> Case:
    """A record of these bytes, well signed."""
    return record(cose.sign(payload, RECORD.purpose, KEY.private, KEY.key_id))


def enveloped(
    header: bytes | None = None, unprotected: Any = None, tag: int = 18, cut: int = 0
) -> Case:
    """The record, well signed, in an envelope that may be another than the server's."""
    protected = cbor2.dumps({1: -8, 4: KEY.key_id}) if header is None else header
    payload = RECORD.encode()
    signature = KEY.private.sign(
        cbor2.dumps(["Signature1", protected, RECORD.purpose.encode(), payload])
    )
    parts = [protected, unprotected or {}, payload, signature[: 64 - cut]]
    return record(cbor2.dumps(cbor2.CBORTag(tag, parts)))


def fields(**changes: Any) -> dict[int, Any]:
    """The record's map, with other values under some names."""
    names = list(RECORD.__dataclass_fields__)
    values = {name: changes.get(name, getattr(RECORD, name)) for name in names}
    return dict(enumerate(values.values(), 1))


def floats(count: int) -> np.ndarray[Any, np.dtype[np.float16]]:
    """A part of all finite 16-bit floats."""
    every = np.arange(2**16, dtype="<u2").view("<f2")
    return np.array_split(every[np.isfinite(every)], 8)[count]


def encoded(**changes: Any) -> bytes:
    return cbor2.dumps(fields(**changes))


VERSION_7 = b"\x02\x07"  # where the record's map says that its version is 7
PAYLOAD = RECORD.encode()
assert PAYLOAD.count(VERSION_7) == 1


def endorsement(of: SigningKey, by: SigningKey) -> str:
    return b64(by.sign(KeyStatement(of.public_bytes, NOW - DAY)))


def listed(*keys: tuple[SigningKey, int | None, str | None], **given: Any) -> Case:
    return case("keys", listed=[[b64(key.public_bytes), *rest] for key, *rest in keys], **given)
