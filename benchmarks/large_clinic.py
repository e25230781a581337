"""A large clinic beside a small one on a PostgreSQL of its own, and how long their pages take."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from tests.with_postgres import postgres

MOST_QUERIES = 25
ROUNDS = 40
TRACKS = 3  # rated after each session: with the moods, five ratings


@contextmanager
def database() -> Iterator[None]:
    """An empty database with all tables, outside of all walls."""
    with postgres() as url, tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "ATTUNE_MODE": "development",
            "ATTUNE_VAR": folder,
            "ATTUNE_DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "therapy.settings",
        }
        import django

        django.setup()
        from django.core.management import call_command

        from therapy.access.walls import outside_all_walls

        with outside_all_walls():
            call_command("migrate", verbosity=0)
            yield


def clinic(slug: str, owner: Any, patients: int, sessions: int) -> Any:
    """A made-up year, of which the database knows its statistics."""
    from django.db import connection

    from tests.factories import ClinicFactory, MembershipFactory, TrackFactory
    from therapy.demonstration.year import Year

    opened = ClinicFactory(slug=slug)
    member = MembershipFactory(user=owner, clinic=opened, role="owner")
    tracks = [TrackFactory() for _ in range(TRACKS)]
    Year(patients=patients, sessions=sessions, effect=0.05).fill(opened, [member], tracks)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return opened


def summed(of: Any) -> int:
    """Sum the clinic's outcomes where they are behind; how many patients' were."""
    from therapy.outcomes.refreshing import refresh

    return refresh(clinic_id=of.id, report=lambda share, note: None)


def signed_in(user: Any) -> Any:
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def opened(client: Any, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def page_times(pages: dict[str, tuple[Any, str]]) -> dict[str, list[float]]:
    """Seconds of each page (a client and an address), opened in turns."""
    taken: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, (client, address) in pages.items():
            taken[name].append(timed(partial(opened, client, address)))
    return taken


def queries_of(client: Any, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        opened(client, address)
    return len(captured)
