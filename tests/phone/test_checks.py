"""phone/src/signing/accept.ts, run by Node on what the server signs and on what it never would."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cbor2
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exports.signing import cose
from exports.signing.keys import SigningKey
from exports.signing.payloads import PatientRecord
from tests.docs.test_client_listings import SIGNING, marked
from tests.phone.deliveries import (
    ANOTHER,
    BASE,
    CONTENT,
    DAY,
    FILE,
    KEY,
    MANIFEST,
    MESSAGE,
    NEXT_KEY,
    NOW,
    PAYLOAD,
    RECORD,
    THIRD_KEY,
    VECTOR,
    VERSION_7,
    Case,
    b64,
    bundle,
    encoded,
    endorsement,
    enveloped,
    fields,
    file,
    flipped,
    floats,
    last,
    listed,
    record,
    said,
)
from tests.phone.node import outcomes

MALFORMED: dict[str, Case] = {
    "empty": record(b""),
    "no CBOR": record(b"\xff" * 100),
    "cut": record(MESSAGE[:-1]),
    "trailing byte": record(MESSAGE + b"\0"),
    "no tag": record(MESSAGE[1:]),
    "another tag": enveloped(tag=98),
    "longer than any": said(encoded(vector=bytes(0x10000))),
    "unprotected header": enveloped(unprotected={1: -8}),
    "short signature": enveloped(cut=1),
    "another algorithm": enveloped(cbor2.dumps({1: -7, 4: KEY.key_id})),
    "short key id": enveloped(cbor2.dumps({1: -8, 4: KEY.key_id[:7]})),
    "one more header": enveloped(cbor2.dumps({1: -8, 3: 0, 4: KEY.key_id})),
    "header in another order": enveloped(b"\xa2\x04\x48" + KEY.key_id + b"\x01\x27"),
    "payload trailing byte": said(PAYLOAD + b"\0"),
    "number in a longer form": said(PAYLOAD.replace(VERSION_7, b"\x02\x18\x07")),
    "number in two bytes": said(PAYLOAD.replace(VERSION_7, b"\x02\x19\0\x07")),
    "number as a float": said(encoded(version=7.0)),
    "number below zero": said(encoded(version=-7)),
    "number as a text": said(encoded(version="7")),
    "key twice": said(b"\xa9" + PAYLOAD[1:].replace(VERSION_7, VERSION_7 * 2)),
    "keys in another order": said(cbor2.dumps(dict(reversed(fields().items())))),
    "null": said(encoded(version=None)),
    "a field less": said(cbor2.dumps({n: v for n, v in fields().items() if n != 8})),
    "a field more": said(cbor2.dumps(fields() | {9: 0})),
    "short digest": said(encoded(base=RECORD.base[:31])),
    "odd vector": said(encoded(vector=b"\0\0\0")),
    "infinite vector": said(encoded(vector=np.array([np.inf], "<f2").tobytes())),
    "no numbers": said(encoded(vector=np.array([np.nan], "<f2").tobytes())),
}
REFUSED: dict[str, tuple[str, Case]] = {
    **{name: ("malformed", given) for name, given in MALFORMED.items()},
    "unknown key": ("unknown-key", record(NEXT_KEY.sign(RECORD))),
    "key no longer honoured": ("retired-key", record(keys=[[b64(KEY.public_bytes), NOW]])),
    "statement as record": ("wrong-purpose", record(KEY.sign(BASE))),
    "record as statement": ("wrong-purpose", bundle(MESSAGE)),
    "changed record": ("wrong-signature", record(flipped(MESSAGE, 40))),
    "signed by another under our id": (
        "wrong-signature",
        record(cose.sign(PAYLOAD, RECORD.purpose, NEXT_KEY.private, KEY.key_id)),
    ),
    "changed statement": ("wrong-signature", bundle(flipped(KEY.sign(BASE), 40))),
    "another patient": ("other-patient", record(patient=str(ANOTHER))),
    "older version": ("old-version", record(last=last(8))),
    "the same version, other bytes": ("old-version", record(last=last(7))),
    "expired": ("expired", record(now=RECORD.expires)),
    "the one in use, expired": ("expired", record(now=RECORD.expires, last=last(7, MESSAGE))),
    "statement of another base": ("other-base", bundle(replace(BASE, base=bytes(32)))),
    "manifest of another base": (
        "other-base",
        bundle(manifest=MANIFEST | {"base": {"sha256": "00" * 32, "vector": len(VECTOR)}}),
    ),
    "vector of another length": (
        "other-base",
        bundle(manifest=MANIFEST | {"base": {"sha256": RECORD.base.hex(), "vector": 61}}),
    ),
    "bundle of another kind": ("other-kind", bundle(kind="coreml")),
    "cut bundle": ("wrong-size", bundle(content=CONTENT[:-1])),
    "changed bundle": ("wrong-content", bundle(content=flipped(CONTENT, 500))),
    "bundle of another format": (
        "unknown-format",
        bundle(manifest=MANIFEST | {"format": "attune-bundle-0"}),
    ),
    "another patient's file": ("other-patient", file(patient=str(ANOTHER))),
    "older file": ("old-version", file(last=last(8))),
    "expired file": ("expired", file(now=FILE.expires)),
    "file of another kind": ("other-kind", file(kind="coreml")),
    "cut file": ("wrong-size", file(content=CONTENT[:-1])),
    "changed file": ("wrong-content", file(content=flipped(CONTENT, 0))),
}
FLIPS = {f"bit flipped in byte {n}": record(flipped(MESSAGE, n)) for n in range(len(MESSAGE))}
ROTATED = [(NEXT_KEY, None, endorsement(NEXT_KEY, KEY)), (KEY, NOW + DAY, None)]
KEPT: dict[str, tuple[Case, list[tuple[SigningKey, int | None]]]] = {
    "the one that it has": (listed((KEY, None, None)), [(KEY, None)]),
    "the next one": (listed(*ROTATED), [(KEY, NOW + DAY), (NEXT_KEY, None)]),
    "the next two": (
        listed((THIRD_KEY, None, endorsement(THIRD_KEY, NEXT_KEY)), *ROTATED),
        [(KEY, NOW + DAY), (NEXT_KEY, None), (THIRD_KEY, None)],
    ),
    "the next one alone": (listed(ROTATED[0]), [(NEXT_KEY, None)]),
    "no time made longer": (
        listed((KEY, NOW + 9 * DAY, None), keys=[[b64(KEY.public_bytes), NOW + DAY]]),
        [(KEY, NOW + DAY)],
    ),
    "none without an endorsement": (listed((NEXT_KEY, None, None)), []),
    "none that an unknown key endorsed": (
        listed((NEXT_KEY, None, endorsement(NEXT_KEY, THIRD_KEY))),
        [],
    ),
    "none that endorses itself": (listed((NEXT_KEY, None, endorsement(NEXT_KEY, NEXT_KEY))), []),
    "none with another's endorsement": (
        listed((THIRD_KEY, None, endorsement(NEXT_KEY, KEY))),
        [],
    ),
    "none that a retired key endorsed": (
        listed(*ROTATED, keys=[[b64(KEY.public_bytes), NOW]]),
        [(KEY, NOW)],
    ),
}
ACCEPTED: dict[str, tuple[Case, Any]] = {
    "bundle": (bundle(), True),
    "file": (file(), 7),
    "file of the version in use": (file(last=last(7)), 7),
}
RECORDS: dict[str, tuple[Case, PatientRecord]] = {
    "first": (record(), RECORD),
    "newer": (record(last=last(6)), RECORD),
    "the one in use": (record(last=last(7, MESSAGE)), RECORD),
    "in its last second": (record(now=RECORD.expires - 1), RECORD),
    "by a key in its last second": (record(keys=[[b64(KEY.public_bytes), NOW + 1]]), RECORD),
    "by the second of two keys": (
        record(keys=[[b64(key.public_bytes), None] for key in (NEXT_KEY, KEY)]),
        RECORD,
    ),
    "held": (record(KEY.sign(replace(RECORD, learns=False))), replace(RECORD, learns=False)),
    "of a great version": (
        record(KEY.sign(replace(RECORD, version=2**40))),
        replace(RECORD, version=2**40),
    ),
}
for part in range(8):
    written = replace(RECORD, vector=floats(part).tobytes())
    RECORDS[f"all floats, part {part}"] = (record(KEY.sign(written)), written)

Outcome = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """What came of a case, by its name; one Node runs them all."""
    cases = {
        **{f"refused: {name}": given for name, (_, given) in REFUSED.items()},
        **{f"flip: {name}": given for name, given in FLIPS.items()},
        **{f"keys: {name}": given for name, (given, _) in KEPT.items()},
        **{f"accepted: {name}": given for name, (given, _) in ACCEPTED.items()},
        **{f"record: {name}": given for name, (given, _) in RECORDS.items()},
    }
    return outcomes(cases).__getitem__


@pytest.mark.parametrize("name", RECORDS)
def test_a_good_record_is_accepted_and_its_vector_is_the_same(outcome: Outcome, name: str) -> None:
    expected = RECORDS[name][1]
    found = outcome(f"record: {name}")["accepted"]
    vector = base64.b64decode(found.pop("vector"))
    assert vector == expected.numbers.astype("<f4").tobytes()
    assert found == {
        "version": expected.version,
        "expires": expected.expires,
        "learns": expected.learns,
        "base": expected.base.hex(),
    }


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_good_bundle_or_file_is_accepted(outcome: Outcome, name: str) -> None:
    assert outcome(f"accepted: {name}") == {"accepted": ACCEPTED[name][1]}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_refused_with_its_own_reason(outcome: Outcome, name: str) -> None:
    assert outcome(f"refused: {name}") == {"refused": REFUSED[name][0]}


def test_a_flipped_bit_at_any_byte_of_a_record_is_refused(outcome: Outcome) -> None:
    accepted = [name for name in FLIPS if "refused" not in outcome(f"flip: {name}")]
    assert len(FLIPS) == len(MESSAGE)
    assert accepted == []


def test_every_reason_is_reached() -> None:
    tested = {reason for reason, _ in REFUSED.values()}
    assert all(
        f'"{reason}"' in marked(f"{SIGNING}/verify.ts", "table: reasons") for reason in tested
    )
    assert marked(f"{SIGNING}/verify.ts", "table: reasons").count('"') == 2 * len(tested)


@pytest.mark.parametrize("name", KEPT)
def test_keys_follow_each_other_by_endorsement_alone(outcome: Outcome, name: str) -> None:
    expected = [[key.key_id.hex(), until] for key, until in KEPT[name][1]]
    assert outcome(f"keys: {name}") == {"accepted": expected}


def test_the_servers_messages_are_the_bytes_that_the_contract_says() -> None:
    """Built here from cryptography and cbor2 alone."""
    private = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
    kid = hashlib.sha256(private.public_key().public_bytes_raw()).digest()[:8]
    protected = b"\xa2\x01\x27\x04\x48" + kid
    signature = private.sign(
        cbor2.dumps(["Signature1", protected, b"attune/record/1", PAYLOAD], canonical=True)
    )
    envelope = b"\xd2\x84" + cbor2.dumps(protected) + b"\xa0" + cbor2.dumps(PAYLOAD)
    assert envelope + cbor2.dumps(signature) == MESSAGE
