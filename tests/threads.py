"""Doing things at the same time, each on a thread with a database connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections, transaction

from tests.waiting import until
from therapy.access.walls import outside_all_walls


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Start every call at the same moment; what each gave or raised, in the order of the calls."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            gate.wait(timeout=30)
            with outside_all_walls():  # a thread begins without what its test has entered
                return call()
        except Exception as raised:  # the test looks at what each call did
            return raised
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def while_open(first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """Run `first` in a transaction that stays open until `second`, started after it, waits for it;
    what each gave or raised."""
    done, may_commit = threading.Event(), threading.Event()

    def hold() -> Any:
        with transaction.atomic():
            given = first()
            done.set()
            assert may_commit.wait(60)
        return given

    def follow() -> Any:
        assert done.wait(60)
        return second()

    def let_go() -> None:
        assert done.wait(60)
        until(_someone_waits, "the second to wait for the first")
        may_commit.set()

    return at_once(hold, follow, let_go)[:2]


def _someone_waits() -> bool:
    """Whether a lock is waited for. SQLite cannot tell; there the second waits at its BEGIN."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        (waiting,) = cursor.fetchone()
    return bool(waiting)
