"""What is kept of a phone's token."""

import hashlib

TOKEN_PREFIX = "attune_"  # noqa: S105 — lets a leaked token be recognised for what it is


def token_digest(token: str) -> str:
    """SHA-256 of a token in hexadecimal: what a device is found by."""
    return hashlib.sha256(token.encode()).hexdigest()
