"""This server's own key for push services (VAPID, RFC 8292): it shows that pushes come from the
server that the phone subscribed to. The private half is a setting, and nowhere else."""

import base64
import time
from email.utils import parseaddr
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from py_vapid import Vapid

LASTS = 3600  # s; a signature may hold for a day at most (RFC 8292, 2)


def new_private_key() -> str:
    """A private key as `ATTUNE_PUSH_KEY` has it: 32 bytes in base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return _base64url(number.to_bytes(32, "big"))


def public_key_of(private_key: str) -> str:
    """What a browser is given as `applicationServerKey`: the uncompressed point in base64url.

    Raises ValueError for what is no such key.
    """
    return _base64url(
        _vapid(private_key).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )


def push_key() -> str | None:
    """The public key of this server; None where none is set, and then nothing is pushed. Raises
    ImproperlyConfigured for a setting that is no key."""
    if not settings.PUSH_KEY:
        return None
    try:
        return public_key_of(settings.PUSH_KEY)
    except ValueError as broken:
        raise ImproperlyConfigured(
            "ATTUNE_PUSH_KEY is no key that `manage.py make_push_key` made."
        ) from broken


def authorization(endpoint: str) -> dict[str, str]:
    """The header that signs a push to the service of `endpoint`."""
    parts = urlsplit(endpoint)
    _, contact = parseaddr(settings.DEFAULT_FROM_EMAIL)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + LASTS,
        "sub": f"mailto:{contact}",
    }
    signed: dict[str, str] = _vapid(settings.PUSH_KEY).sign(claims)
    return signed


@lru_cache(maxsize=4)
def _vapid(private_key: str) -> Vapid:
    """Raises ValueError."""
    raw = base64.urlsafe_b64decode(private_key + "=" * (-len(private_key) % 4))
    if len(raw) != 32:
        raise ValueError("A private key has 32 bytes.")
    return Vapid(ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1()))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
