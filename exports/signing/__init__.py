"""Signed messages between server and phone: what they say, who signed them, and how to check.

Knows nothing of Django, PyTorch or the database. docs/signatures.md describes the bytes.
"""
