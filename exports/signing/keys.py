"""Ed25519 keys (RFC 8032): the private ones are files that only their owner may read."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from exports.signing import cose
from exports.signing.payloads import Payload, sha256_of


class BadKey(Exception):
    """A key that cannot be used; the text says which and what to do."""


@dataclass(frozen=True)
class SigningKey:
    """A private key. It never shows itself: its repr is its id."""

    private: Ed25519PrivateKey

    @classmethod
    def create(cls) -> "SigningKey":
        return cls(Ed25519PrivateKey.generate())

    @cached_property
    def public_bytes(self) -> bytes:
        """The public key's 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    @cached_property
    def key_id(self) -> bytes:
        return key_id(self.public_bytes)

    def sign(self, payload: Payload) -> bytes:
        """The payload as a signed message."""
        return cose.sign(payload.encode(), payload.purpose, self.private, self.key_id)

    def __repr__(self) -> str:
        return f"SigningKey({self.key_id.hex()})"


def key_id(public_key: bytes) -> bytes:
    """The first bytes of the public key's SHA-256."""
    return sha256_of(public_key)[: cose.KEY_ID_BYTES]


def public_key(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


def write(key: SigningKey, folder: Path) -> Path:
    """Keep a private key as KEY-ID.pem (PKCS 8), readable by its owner alone; there whole or not at
    all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = _path(folder, key.key_id.hex())
    content = key.private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    aside = path.with_suffix(".new")
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)
    return path


def read(folder: Path, key_id_hex: str) -> SigningKey:
    """The private key of this id. Raises BadKey when it is not there or is another one."""
    path = _path(folder, key_id_hex)
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), None)
    except FileNotFoundError as missing:
        raise BadKey(
            f"The private key {key_id_hex} is not in {folder}. Put {path.name} there, or run this "
            "where it is."
        ) from missing
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise BadKey(f"{path} cannot be read as a private key: {problem}") from problem
    if not isinstance(private, Ed25519PrivateKey):
        raise BadKey(f"{path} is not an Ed25519 key.")
    key = SigningKey(private)
    if key.key_id.hex() != key_id_hex:
        raise BadKey(f"{path} holds another key, {key.key_id.hex()}.")
    return key


def _path(folder: Path, key_id_hex: str) -> Path:
    return folder / f"{key_id_hex}.pem"
