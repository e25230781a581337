"""Bytes as text, for JSON and headers."""

import base64


def in_base64(content: bytes | memoryview) -> str:
    return base64.b64encode(content).decode()
