"""How rows and patients are named in an export: as here, or so that nothing leads back."""

import hashlib
import hmac
import secrets
import uuid
from typing import Any, Protocol


class Names(Protocol):
    """Ways to name patients and rows, the same throughout one export."""

    patient_field: str
    """The field of a patient that `patient` is given."""

    def patient(self, value: Any) -> str: ...

    def row(self, key: Any, table: str) -> str:
        """Keys that count up are only unique in their table."""
        ...


class Codes:
    """As the clinic knows them: what is in the tables can be found here again."""

    patient_field = "code"

    def patient(self, value: Any) -> str:
        return str(value)

    def row(self, key: Any, table: str) -> str:
        return str(key)


class Pseudonyms:
    """HMAC-SHA256 under a key that is drawn for this export and kept nowhere: within the export the
    same name is the same patient or row, and two exports cannot be laid over each other by them.

    Ids of rows are hidden too: they are in other exports, beside the patients' codes.
    """

    patient_field = "id"

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def patient(self, value: Any) -> str:
        return f"S-{self._digest(f'patient:{value}').hex()[:16]}"

    def row(self, key: Any, table: str) -> str:
        said = str(key) if isinstance(key, uuid.UUID) else f"{table}:{key}"
        return str(uuid.UUID(bytes=self._digest(said)[:16], version=4))

    def _digest(self, said: str) -> bytes:
        return hmac.digest(self._key, said.encode(), hashlib.sha256)
