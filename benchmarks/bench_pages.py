"""The staff's pages at a large clinic, beside a clinic a tenth as large.

make bench-pages [PATIENTS=1000] [SESSIONS=200]: with three track ratings a session that is a
million ratings. Prints, of the page for which size matters most, the time at the large clinic by
that at the small one, and as JSON of every page its server time at p95, that ratio and its queries;
fails above 25 queries.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.large_clinic import (
    MOST_QUERIES,
    clinic,
    database,
    page_times,
    queries_of,
    signed_in,
    summed,
)
from benchmarks.timing import report

OF_A_CLINIC = ("outcomes", "jobs", "staff", "audit")
OF_A_PATIENT = ("", "summary/", "timeline/", "plans/", "notes/", "packages/", "data/")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--patients", type=int, default=1000)
    arguments.add_argument("--sessions", type=int, default=200)
    given = arguments.parse_args()
    with database():
        queries = measure(given.patients, given.sessions)
    sys.exit(f"{queries} queries" if queries > MOST_QUERIES else 0)


def measure(patients: int, sessions: int) -> int:
    """The most queries of a page of the large clinic."""
    small = addresses("small", patients // 10, sessions)
    large = addresses("large", patients, sessions)
    found = {page: figures(small[page], large[page]) for page in large}
    slowest = max(found, key=lambda page: found[page]["ratio"])
    report(
        f"{slowest}, large clinic / small",
        found[slowest]["ratio"],
        {"patients": patients, "sessions": patients * sessions, "pages": found},
    )
    return max(int(one["queries"]) for one in found.values())


def figures(small: tuple[Any, str], large: tuple[Any, str]) -> dict[str, float]:
    """Of one page; its first look, which fills what is kept, counts with the others."""
    queries = queries_of(*large)
    taken = page_times({"small": small, "large": large})
    return {
        "p95_ms": round(1000 * float(np.quantile(taken["large"], 0.95)), 1),
        "ratio": round(float(np.median(taken["large"]) / np.median(taken["small"])), 2),
        "queries": queries,
    }


def addresses(slug: str, patients: int, sessions: int) -> dict[str, tuple[Any, str]]:
    """Every page of a clinic by its name, with its owner's client."""
    from tests.factories import UserFactory
    from therapy.models import Patient

    owner = UserFactory()
    made = clinic(slug, owner, patients, sessions)
    summed(made)
    patient = Patient.objects.filter(clinic=made).order_by("code")[patients // 2]
    client = signed_in(owner)
    pages = {
        "today": "/today/",
        "patients": "/",
        "patients, latest session first": "/?order=recent",
        "patients, searched": "/?code=0000",
        "catalogue": "/catalogue/",
        **{name: f"/{name}/{slug}/" for name in OF_A_CLINIC},
        **{f"patient/{name}": f"/patients/{patient.id}/{name}" for name in OF_A_PATIENT},
    }
    return {name: (client, address) for name, address in pages.items()}


if __name__ == "__main__":
    main()
