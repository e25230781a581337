"""Outcomes of a large clinic on a PostgreSQL of its own, beside a clinic a tenth as large.

make bench-outcomes [PATIENTS=1000] [SESSIONS=200]: with three track ratings a session that is a
million ratings. Prints the page's server time on the large clinic by that on the small one, and as
JSON its times at p95, its queries, and how long the summing takes from scratch and after one
patient's report; fails above 25 queries.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.timing import report
from tests.with_postgres import postgres

MOST_QUERIES = 25
ROUNDS = 40
TRACKS = 3  # rated after each session


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--patients", type=int, default=1000)
    arguments.add_argument("--sessions", type=int, default=200)
    given = arguments.parse_args()
    with postgres() as url, tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "ATTUNE_MODE": "development",
            "ATTUNE_VAR": folder,
            "ATTUNE_DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "therapy.settings",
        }
        import django

        django.setup()
        from therapy.access.walls import outside_all_walls

        with outside_all_walls():
            queries = measure(given.patients, given.sessions)
    sys.exit(f"{queries} queries" if queries > MOST_QUERIES else 0)


def measure(patients: int, sessions: int) -> int:
    """How many queries the page of the large clinic takes."""
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from tests.factories import UserFactory

    call_command("migrate", verbosity=0)
    client = Client(headers={"host": "localhost"})
    owner = UserFactory()
    client.force_login(owner)
    small = clinic("small", owner, patients // 10, sessions)
    large = clinic("large", owner, patients, sessions)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    scratch = timed(lambda: summed(large))
    summed(small)
    again = timed(lambda: one_more(large))
    pages = {name: f"/outcomes/{name}/" for name in ("small", "large")}
    scratched = {
        name: timed(partial(opened, client, f"{address}?since=2020-01"))
        for name, address in pages.items()
    }
    times = page_times(client, pages)
    queries = {
        name: queries_of(client, f"{address}?until=2030-01") for name, address in pages.items()
    }
    at_95 = {name: float(np.quantile(taken, 0.95)) for name, taken in times.items()}
    report(
        "outcomes page, large clinic / small",
        float(np.median(times["large"]) / np.median(times["small"])),
        {
            "patients": patients,
            "sessions": patients * sessions,
            "p95_ms": {name: round(1000 * taken, 1) for name, taken in at_95.items()},
            "first_look_at_another_cohort_ms": {
                name: round(1000 * taken, 1) for name, taken in scratched.items()
            },
            "queries": queries,
            "summing_from_scratch_s": round(scratch, 1),
            "summing_after_one_report_s": round(again, 2),
        },
    )
    return max(queries.values())


def clinic(slug: str, owner: Any, patients: int, sessions: int) -> Any:
    from tests.factories import ClinicFactory, MembershipFactory, TrackFactory
    from therapy.demonstration.year import Year

    opened = ClinicFactory(slug=slug)
    member = MembershipFactory(user=owner, clinic=opened, role="owner")
    tracks = [TrackFactory() for _ in range(TRACKS)]
    Year(patients=patients, sessions=sessions, effect=0.05).fill(opened, [member], tracks)
    return opened


def summed(of: Any) -> int:
    from therapy.outcomes.refreshing import refresh

    return refresh(clinic_id=of.id, report=lambda share, note: None)


def one_more(of: Any) -> None:
    """One patient of the clinic reports something."""
    from django.utils import timezone

    from therapy.models import LastReport, Patient

    first = Patient.objects.filter(clinic=of).order_by("id")[0]
    LastReport.objects.update_or_create(patient=first, defaults={"at": timezone.now()})
    if summed(of) != 1:
        raise SystemExit("More than the one patient was summed anew.")


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def page_times(client: Any, pages: dict[str, str]) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, address in pages.items():
            taken[name].append(timed(partial(opened, client, address)))
    return taken


def opened(client: Any, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")


def queries_of(client: Any, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        opened(client, address)
    return len(captured)


if __name__ == "__main__":
    main()
