"""What a phone checks before it uses a model, in the order of docs/clients/README.md.

Reference for the apps. A refused model is not used; the one that was accepted last stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from exports.signing import cose
from exports.signing.payloads import (
    BadMessage,
    BaseStatement,
    FileStatement,
    PatientRecord,
    sha256_of,
)


@dataclass(frozen=True)
class Checker:
    """Whose phone it is, which keys it honours, and the last record that it accepted, if any."""

    patient: bytes
    keys: Mapping[bytes, Ed25519PublicKey]
    last: bytes | None = None

    def record(self, message: bytes, now: int) -> PatientRecord:
        """The record, if it may be used at `now` (seconds since 1970). Raises BadMessage."""
        payload = cose.verify(message, PatientRecord.purpose, self.keys)
        record = PatientRecord.decode(payload)
        if record.patient != self.patient:
            raise BadMessage("It is another patient's model.")
        if message != self.last and record.version <= self._last_version():
            raise BadMessage(
                f"It is version {record.version}, not newer than the version that is in use, "
                f"{self._last_version()}: an old one was sent again."
            )
        _in_time(record.expires, now)
        return record

    def bundle(self, content: bytes, statement: bytes, record: PatientRecord) -> BaseStatement:
        """What is said of a bundle, if it is the one that the record goes with. Raises
        BadMessage."""
        said = BaseStatement.decode(cose.verify(statement, BaseStatement.purpose, self.keys))
        if said.base != record.base:
            raise BadMessage("It is another base than the record goes with.")
        _is(content, said.size, said.sha256)
        return said

    def file(self, content: bytes, statement: bytes, now: int) -> FileStatement:
        """What is said of a self-contained file, if it may be used. Raises BadMessage."""
        said = FileStatement.decode(cose.verify(statement, FileStatement.purpose, self.keys))
        if said.patient != self.patient:
            raise BadMessage("It is another patient's model.")
        if said.version < self._last_version():
            raise BadMessage(
                f"It is of version {said.version}, older than the version that is in use, "
                f"{self._last_version()}: an old one was sent again."
            )
        _in_time(said.expires, now)
        _is(content, said.size, said.sha256)
        return said

    def _last_version(self) -> int:
        if self.last is None:
            return 0
        return PatientRecord.decode(cose.unverified(self.last)).version


def _in_time(expires: int, now: int) -> None:
    if now >= expires:
        raise BadMessage("It has expired. Ask the server for a new one.")


def _is(content: bytes, size: int, sha256: bytes) -> None:
    if len(content) != size or sha256_of(content) != sha256:
        raise BadMessage("The file is not the one that was signed: it is damaged, or another.")
