"""Reading many tables as they were at one moment, while others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """A transaction whose queries all see what was committed when the first of them began.

    On PostgreSQL the isolation level is REPEATABLE READ, read-only. SQLite's transactions are
    snapshots once they have read; ours usually begin with the lock for writing (settings), which
    nobody should wait for while a clinic is exported. Raises RuntimeError within a transaction.
    """
    if connection.vendor == "sqlite":
        with _without_write_lock(), transaction.atomic(durable=True):
            yield
    else:
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


@contextmanager
def _without_write_lock() -> Iterator[None]:
    """Of this thread's connection, until the transaction has begun and ended."""
    ours: Any = connection  # SQLite's, which alone has the mode
    usual, ours.transaction_mode = ours.transaction_mode, "DEFERRED"
    try:
        yield
    finally:
        ours.transaction_mode = usual
