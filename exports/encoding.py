"""Bytes as text, for JSON and headers."""

import base64


def in_base64(content: bytes | memoryview) -> str:
    return base64.b64encode(content).decode()


def repr_digest(sha256: str) -> str:
    """The header of RFC 9530: the digest of the whole file, also beside a part of it."""
    return f"sha-256=:{in_base64(bytes.fromhex(sha256))}:"
