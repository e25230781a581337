"""COSE_Sign1 messages (RFC 9052 §4.2) with Ed25519 (RFC 8032), and nothing else of COSE.

    18([ protected {1: -8, 4: key id}, {}, payload, signature ])

in deterministic CBOR (RFC 8949 §4.2.1). What a message is for is signed with it as external data,
so that a message of one kind cannot pass for another. Equal content under one key is equal bytes.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from exports.signing.payloads import BadMessage

KEY_ID_BYTES: Final = 8
SIGNATURE_BYTES: Final = 64

_SIGN1, _ALGORITHM, _KEY_ID, _EDDSA = 18, 1, 4, -8


def sign(payload: bytes, purpose: str, key: Ed25519PrivateKey, key_id: bytes) -> bytes:
    """The signed message."""
    protected = _protected(key_id)
    signature = key.sign(_to_be_signed(protected, purpose, payload))
    return cbor2.dumps(cbor2.CBORTag(_SIGN1, [protected, {}, payload, signature]))


def verify(message: bytes, purpose: str, keys: Mapping[bytes, Ed25519PublicKey]) -> bytes:
    """The payload of a message that one of `keys`, by their ids, signed for this purpose.

    Raises BadMessage: not a message of this form, an unknown key, a wrong signature.
    """
    protected, payload, signature = _parts(message)
    key = keys.get(_key_id(protected))
    if key is None:
        raise BadMessage("It is signed with a key that is not known here.")
    try:
        key.verify(signature, _to_be_signed(protected, purpose, payload))
    except InvalidSignature as wrong:
        raise BadMessage(
            "Its signature is wrong: it was changed, or it is not what was asked for."
        ) from wrong
    return payload


def unverified(message: bytes) -> bytes:
    """The payload of a message that is our own, so that nothing has to be proved. Raises
    BadMessage."""
    _, payload, _ = _parts(message)
    return payload


@lru_cache(maxsize=16)
def _protected(key_id: bytes) -> bytes:
    return cbor2.dumps({_ALGORITHM: _EDDSA, _KEY_ID: key_id})


def _to_be_signed(protected: bytes, purpose: str, payload: bytes) -> bytes:
    return cbor2.dumps(["Signature1", protected, purpose.encode(), payload])


def _parts(message: bytes) -> tuple[bytes, bytes, bytes]:
    match _read(message):
        case cbor2.CBORTag(tag=18, value=[bytes(protected), {}, bytes(payload), bytes(signature)]):
            parts = protected, payload, signature
        case _:
            raise BadMessage("It is not a signed message (COSE_Sign1).")
    again = cbor2.dumps(cbor2.CBORTag(_SIGN1, [protected, {}, payload, signature]))
    if again != message or len(signature) != SIGNATURE_BYTES:
        raise BadMessage("It is not in the one form that a signed message has here.")
    return parts


def _key_id(protected: bytes) -> bytes:
    match _read(protected):
        case {1: -8, 4: bytes(key_id), **rest} if not rest and len(key_id) == KEY_ID_BYTES:
            return key_id
    raise BadMessage("It is not signed with Ed25519 and a key id.")


def _read(content: bytes) -> Any:
    try:
        return cbor2.loads(content)
    except (cbor2.CBORDecodeError, ValueError, OverflowError, RecursionError) as problem:
        raise BadMessage(f"It is not CBOR: {problem}.") from problem
