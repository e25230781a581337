"""Phones that were offline come back at once (benchmarks/sync_storm.py), against a real gunicorn.

make bench-sync [PHONES=200] [ITEMS=50]: on a PostgreSQL of its own from 8 processes, and a tenth of
the phones on SQLite from 2. Prints rows stored / items gathered, which must be 1, and what was sent
and answered, as JSON; fails where a row is missing or an answer is not documented.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.sync_storm import TABLES, faults, storm
from benchmarks.timing import report
from tests.installation import Installation
from tests.with_postgres import postgres


def measure(database: str, *, phones: int, items: int, processes: int, workers: int) -> list[str]:
    """One storm on a fresh installation; what was wrong."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder}/var/attune.sqlite3"
        if database == "PostgreSQL":
            url = stack.enter_context(postgres())
        installation = Installation(folder, url)
        installation.prepare()
        tokens = installation.add_phones(phones)
        web = installation.start_web("--workers", str(workers), "--access-logfile", "-")
        stack.callback(web.stop)
        counts = storm(
            installation.address, tokens, installation.tracks, items=items, processes=processes
        )
        rows = {
            table: installation.sql(f"SELECT count(*) FROM therapy_{table}")[0][0]  # noqa: S608
            for table in TABLES
        }
        wrong = faults(counts, web.said())
    details: dict[str, Any] = {
        "phones": phones,
        "items_gathered": phones * items,
        "rows": sum(rows.values()),
        "rows_by_kind": rows,
        "counts": dict(sorted(counts.items())),
        "client_processes": processes,
        "server_workers": workers,
        "faults": wrong,
    }
    gathered = phones * items
    report(f"{database}, rows stored / items gathered", details["rows"] / gathered, details)
    return wrong + ([] if details["rows"] == gathered else [f"{details['rows']} rows"])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--phones", type=int, default=200)
    arguments.add_argument("--items", type=int, default=50)
    given = arguments.parse_args()
    wrong = measure(
        "PostgreSQL", phones=given.phones, items=given.items, processes=8, workers=4
    ) + measure(
        "SQLite", phones=max(given.phones // 10, 2), items=given.items, processes=2, workers=2
    )
    sys.exit("; ".join(wrong)[:2000] if wrong else 0)


if __name__ == "__main__":
    main()
