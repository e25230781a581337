"""Signed messages: what they say comes back as it was, and nothing else is accepted as one."""

from dataclasses import replace
from typing import Any

import cbor2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.signing import cose
from exports.signing.keys import SigningKey, public_key
from exports.signing.payloads import (
    LARGEST_RECORD,
    BadMessage,
    BaseStatement,
    FileStatement,
    KeyStatement,
    PatientRecord,
    Payload,
    delivered,
)
from tests.exports.signing.messages import BASE, KEY, RECORD, VECTOR, WHOLE, signed

HONOURED = {KEY.key_id: public_key(KEY.public_bytes)}
NEXT = KeyStatement(SigningKey.create().public_bytes, 5)

moments = st.integers(0, 2**40)
records = st.builds(
    PatientRecord,
    model=st.binary(min_size=16, max_size=16),
    version=st.integers(1, 2**31),
    base=st.binary(min_size=32, max_size=32),
    vector=st.binary(max_size=400),
    created=moments,
    expires=moments,
    learns=st.booleans(),
    patient=st.binary(min_size=16, max_size=16),
)


@given(records)
def test_a_record_comes_back_as_it_was(record: PatientRecord) -> None:
    payload = cose.verify(KEY.sign(record), record.purpose, HONOURED)
    assert PatientRecord.decode(payload) == record


@pytest.mark.parametrize("payload", [RECORD, BASE, WHOLE, NEXT])
def test_equal_content_under_one_key_is_equal_bytes(payload: Payload) -> None:
    assert signed(payload) == signed(replace(payload))  # type: ignore[type-var]  # a dataclass
    assert type(payload).decode(payload.encode()) == payload


def test_the_bytes_are_those_of_the_standard() -> None:
    """RFC 9052 §4.2, written out by hand."""
    message = signed(RECORD)
    tag = cbor2.loads(message)
    protected, unprotected, payload, signature = tag.value
    assert tag.tag == 18
    assert message[:2] == b"\xd2\x84"
    assert cbor2.loads(protected) == {1: -8, 4: KEY.key_id}
    assert unprotected == {}
    assert payload == RECORD.encode()
    said = cbor2.dumps(["Signature1", protected, b"attune/record/1", payload])
    KEY.private.public_key().verify(signature, said)


def test_the_payload_counts_its_fields_from_1() -> None:
    assert cbor2.loads(RECORD.encode()) == {
        1: b"m" * 16,
        2: 7,
        3: b"b" * 32,
        4: VECTOR.astype("<f2").tobytes(),
        5: RECORD.created,
        6: RECORD.expires,
        7: True,
        8: RECORD.patient,
    }


@pytest.mark.parametrize("numbers", [86, 179, 200])
def test_a_record_of_the_largest_vector_has_at_most_600_bytes(numbers: int) -> None:
    largest = replace(
        RECORD,
        vector=delivered(np.ones(numbers, np.float32)),
        version=2**31 - 1,
        created=2**33,
        expires=2**33,
    )
    assert len(signed(largest)) <= LARGEST_RECORD == 600


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7), kind=st.sampled_from([0, 1, 2, 3]))
def test_a_message_with_any_bit_flipped_is_refused(place: int, bit: int, kind: int) -> None:
    payload: Payload = [RECORD, BASE, WHOLE, NEXT][kind]
    message = bytearray(signed(payload))
    message[place % len(message)] ^= 1 << bit
    with pytest.raises(BadMessage):
        cose.verify(bytes(message), payload.purpose, HONOURED)


@pytest.mark.parametrize("length", [0, 1, 2, 100, 535])
def test_a_message_that_was_cut_off_is_refused(length: int) -> None:
    with pytest.raises(BadMessage):
        cose.verify(signed(RECORD)[:length], RECORD.purpose, HONOURED)


def test_what_is_signed_for_one_purpose_is_not_accepted_for_another() -> None:
    with pytest.raises(BadMessage, match="Its signature is wrong"):
        cose.verify(signed(RECORD), FileStatement.purpose, HONOURED)


def test_a_key_that_is_not_honoured_is_refused() -> None:
    stranger = SigningKey.create()
    with pytest.raises(BadMessage, match="a key that is not known here"):
        cose.verify(stranger.sign(RECORD), RECORD.purpose, HONOURED)


def test_a_stranger_who_claims_the_id_of_a_known_key_is_refused() -> None:
    stranger = SigningKey.create()
    forged = cose.sign(RECORD.encode(), RECORD.purpose, stranger.private, KEY.key_id)
    with pytest.raises(BadMessage, match="Its signature is wrong"):
        cose.verify(forged, RECORD.purpose, HONOURED)


def _written_otherwise(values: dict[Any, Any]) -> bytes:
    """Signed by us, but not by `encode`."""
    return cose.sign(cbor2.dumps(values), RECORD.purpose, KEY.private, KEY.key_id)


FIELDS = cbor2.loads(RECORD.encode())


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({**FIELDS, 9: 0}, "fields"),
        ({key: value for key, value in FIELDS.items() if key != 8}, "fields"),
        (dict(reversed(FIELDS.items())), "fields"),
        ({**FIELDS, 2: "7"}, "something else than int as its version"),
        ({**FIELDS, 2: -1}, "something else than int as its version"),
        ({**FIELDS, 2: True}, "something else than int as its version"),
        ({**FIELDS, 7: 1}, "something else than bool as its learns"),
        ({**FIELDS, 3: b"short"}, "5 bytes as its base, not 32"),
        ([], "fields"),
    ],
)
def test_a_payload_of_another_shape_is_refused_in_words(values: Any, why: str) -> None:
    payload = cose.verify(_written_otherwise(values), RECORD.purpose, HONOURED)
    with pytest.raises(BadMessage, match=why):
        PatientRecord.decode(payload)


def test_a_payload_in_a_longer_form_is_refused() -> None:
    """CBOR can write 7 in several ways; a message has one."""
    short, long = b"\x02\x07", b"\x02\x18\x07"
    assert RECORD.encode().count(short) == 1
    with pytest.raises(BadMessage, match="not in the one form"):
        PatientRecord.decode(RECORD.encode().replace(short, long))


def test_a_statement_is_not_read_as_another_kind() -> None:
    with pytest.raises(BadMessage):
        BaseStatement.decode(RECORD.encode())


# The vector in 16 bits


def test_a_delivered_vector_is_the_nearest_in_16_bits() -> None:
    numbers = replace(RECORD, vector=delivered(VECTOR)).numbers
    assert numbers.dtype == np.float32
    np.testing.assert_allclose(numbers, VECTOR, rtol=2**-11)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e5])
def test_a_vector_that_16_bits_cannot_say_is_not_delivered(wrong: float) -> None:
    vector = VECTOR.copy()
    vector[3] = wrong
    with pytest.raises(ValueError, match="1 of 179 numbers"):
        delivered(vector)
