"""Outcomes of a large clinic on a PostgreSQL of its own, beside a clinic a tenth as large.

make bench-outcomes [PATIENTS=1000] [SESSIONS=200]: with three track ratings a session that is a
million ratings. Prints the page's server time on the large clinic by that on the small one, and as
JSON its times at p95, its queries, and how long the summing takes from scratch and after one
patient's report; fails above 25 queries.
"""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.large_clinic import (
    MOST_QUERIES,
    clinic,
    database,
    opened,
    page_times,
    queries_of,
    signed_in,
    summed,
    timed,
)
from benchmarks.timing import report


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--patients", type=int, default=1000)
    arguments.add_argument("--sessions", type=int, default=200)
    given = arguments.parse_args()
    with database():
        queries = measure(given.patients, given.sessions)
    sys.exit(f"{queries} queries" if queries > MOST_QUERIES else 0)


def measure(patients: int, sessions: int) -> int:
    """How many queries the page of the large clinic takes."""
    from tests.factories import UserFactory

    owner = UserFactory()
    client = signed_in(owner)
    small = clinic("small", owner, patients // 10, sessions)
    large = clinic("large", owner, patients, sessions)
    scratch = timed(lambda: summed(large))
    summed(small)
    again = timed(lambda: one_more(large))
    pages = {name: f"/outcomes/{name}/" for name in ("small", "large")}
    scratched = {
        name: timed(partial(opened, client, f"{address}?since=2020-01"))
        for name, address in pages.items()
    }
    times = page_times({name: (client, address) for name, address in pages.items()})
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


def one_more(of: Any) -> None:
    """One patient of the clinic reports something."""
    from django.utils import timezone

    from therapy.models import LastReport, Patient

    first = Patient.objects.filter(clinic=of).order_by("id")[0]
    LastReport.objects.update_or_create(patient=first, defaults={"at": timezone.now()})
    if summed(of) != 1:
        raise SystemExit("More than the one patient was summed anew.")


if __name__ == "__main__":
    main()
