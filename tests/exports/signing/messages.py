"""A key, a patient and what is signed for them."""

import hashlib
from dataclasses import replace
from typing import Final

import numpy as np

from exports.signing.accepting import Checker
from exports.signing.keys import SigningKey, public_key
from exports.signing.payloads import (
    BaseStatement,
    FileStatement,
    PatientRecord,
    Payload,
    delivered,
)

NOW: Final = 1_800_000_000
PATIENT: Final = bytes(range(16))
BUNDLE: Final = b"a base as phones fetch it"
FILE: Final = b"a model in one file"
KEY: Final = SigningKey.create()
VECTOR: Final = np.linspace(-2, 2, 179, dtype=np.float32)

RECORD: Final = PatientRecord(
    model=b"m" * 16,
    version=7,
    base=b"b" * 32,
    vector=delivered(VECTOR),
    created=NOW - 100,
    expires=NOW + 100,
    learns=True,
    patient=PATIENT,
)
BASE: Final = BaseStatement(
    base=RECORD.base,
    kind="onnx",
    sha256=hashlib.sha256(BUNDLE).digest(),
    size=len(BUNDLE),
    created=NOW - 1000,
)
WHOLE: Final = FileStatement(
    model=RECORD.model,
    version=RECORD.version,
    base=RECORD.base,
    kind="onnx",
    sha256=hashlib.sha256(FILE).digest(),
    size=len(FILE),
    created=RECORD.created,
    expires=RECORD.expires,
    patient=PATIENT,
)


def signed(payload: Payload, key: SigningKey = KEY) -> bytes:
    return key.sign(payload)


def checker(*keys: SigningKey, last: PatientRecord | None = None) -> Checker:
    """The phone of the patient, that honours these keys."""
    honoured = {key.key_id: public_key(key.public_bytes) for key in keys or (KEY,)}
    return Checker(PATIENT, honoured, None if last is None else signed(last))


def version(number: int) -> PatientRecord:
    return replace(RECORD, version=number)
