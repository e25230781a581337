"""Short secrets that must be read again, encrypted under the site's own secret (Fernet: AES-128-CBC
with HMAC-SHA256). A backup of the database alone does not tell them."""

import base64
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PURPOSE = b"attune second factors 1"


def encrypt(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """Raises ImproperlyConfigured where none of the site's secrets encrypted it: an unreadable
    secret must never become one that can be guessed."""
    try:
        return _fernet().decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise ImproperlyConfigured(
            "A second factor was stored under another ATTUNE_SECRET_KEY. Give the old one as "
            "ATTUNE_SECRET_KEY_FALLBACKS, or run `manage.py reset_second_factor`."
        ) from None


def _fernet() -> MultiFernet:
    return MultiFernet(
        [Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _key(secret: str) -> bytes:
    """A key for this purpose alone. The secret is long and random, so one hash is enough."""
    digest = hmac.digest(secret.encode(), PURPOSE, "sha256")
    return base64.urlsafe_b64encode(digest)
