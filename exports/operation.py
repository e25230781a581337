"""Signing keys on the operator's pages: which there are, never the private ones."""

from exports.models import SigningKey
from therapy.operation.reading import ReadOnly
from therapy.operation.site import site


class SigningKeyAdmin(ReadOnly):
    """Keys are made, rotated and revoked by `manage.py signing_key`."""

    list_display = ("key_id", "created_at", "retired_at", "honoured_until")


def register() -> None:
    site.register(SigningKey, SigningKeyAdmin)
