"""Text that is encrypted at rest: a copy of the database without the keys tells nothing of it.

Fernet (AES-128-CBC with HMAC-SHA256, authenticated) under the newest key of `ATTUNE_TEXT_KEYS`;
every key of the list can still read, so that keys are rotated while the site runs
(`manage.py rotate_text_keys`).
"""

import json
from functools import lru_cache
from typing import Any, NoReturn

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models


class CannotDecrypt(Exception):
    """What is stored was encrypted under a key that this installation does not have."""

    def __init__(self) -> None:
        super().__init__(
            "An encrypted text cannot be read: its key is not in ATTUNE_TEXT_KEYS. Put the key "
            "back at the end of the list."
        )


def encrypted(text: str) -> str:
    """The text under the newest key; an empty one stays empty."""
    return _keys(tuple(settings.TEXT_KEYS)).encrypt(text.encode()).decode() if text else ""


def decrypted(stored: str) -> str:
    """Raises CannotDecrypt; never gives what is stored as if it were text."""
    if not stored:
        return ""
    try:
        return _keys(tuple(settings.TEXT_KEYS)).decrypt(stored.encode()).decode()
    except InvalidToken as unreadable:
        raise CannotDecrypt from unreadable


def renewed(stored: str) -> str:
    """The same text under the newest key. Raises CannotDecrypt."""
    return encrypted(decrypted(stored))


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that the database holds encrypted. It cannot be searched or sorted by."""

    description = "Encrypted text"

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypted(str(value))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else decrypted(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        return self._not_searchable()

    def get_transform(self, lookup_name: str) -> NoReturn:
        self._not_searchable()

    def _not_searchable(self) -> NoReturn:
        raise FieldError(f"{self.name} is encrypted: the database cannot search it.")


class EncryptedJSONField(EncryptedTextField):
    """Lists and objects of JSON that the database holds encrypted."""

    description = "Encrypted JSON"
    # What may be put in and is got out, for django-stubs: not the text that the base takes.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(None if value is None else json.dumps(value))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        text = super().from_db_value(value, expression, connection)
        return json.loads(text) if text else text

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj))


def encrypted_fields(model: type[models.Model]) -> list[str]:
    """The names of a model's encrypted fields."""
    return [field.name for field in model._meta.fields if isinstance(field, EncryptedTextField)]


@lru_cache
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
