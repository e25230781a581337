"""Private keys on disk."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from exports.signing import keys
from exports.signing.keys import BadKey, SigningKey
from tests.exports.signing.messages import RECORD


def test_a_key_that_was_written_signs_as_before(tmp_path: Path) -> None:
    key = SigningKey.create()
    keys.write(key, tmp_path / "keys")
    again = keys.read(tmp_path / "keys", key.key_id.hex())
    assert again.sign(RECORD) == key.sign(RECORD)


def test_only_its_owner_may_read_it_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = keys.write(SigningKey.create(), tmp_path / "keys")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_a_missing_key_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadKey, match=r"0011223344556677 is not in .*Put 0011223344556677\.pem"):
        keys.read(tmp_path, "0011223344556677")


def _pem(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "cannot be read as a private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "cannot be read"),
        (_pem(X25519PrivateKey.generate()), "not an Ed25519 key"),
        (_pem(Ed25519PrivateKey.generate()), "holds another key"),
    ],
)
def test_what_is_no_such_key_is_refused_in_words(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "0011223344556677.pem").write_bytes(content)
    with pytest.raises(BadKey, match=why):
        keys.read(tmp_path, "0011223344556677")


def test_a_key_never_shows_itself() -> None:
    key = SigningKey.create()
    secret = key.private.private_bytes_raw()
    assert repr(key) == f"SigningKey({key.key_id.hex()})"
    assert secret.hex() not in repr(key)
