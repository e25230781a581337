"""Phones that were offline come back at once: every row once, whatever the network does.

`make bench-sync` is the same at its full size.
"""

import pytest

from benchmarks.sync_storm import TABLES, faults, storm
from tests.installation import Install

pytestmark = pytest.mark.system


@pytest.mark.parametrize(
    ("database", "phones", "processes", "workers"), [("postgres", 16, 8, 4), ("sqlite", 6, 2, 2)]
)
def test_every_item_is_one_row_and_every_answer_is_a_documented_one(
    install: Install, database: str, phones: int, processes: int, workers: int
) -> None:
    installation = install(database=database)
    tokens = installation.add_phones(phones)
    web = installation.start_web(
        *("--workers", str(workers), "--access-logfile", "-"),
        *("--env", "ATTUNE_CALLS_OF_A_PHONE=1/s"),
    )
    counts = storm(installation.address, tokens, installation.tracks, items=50, processes=processes)
    said = web.said()
    assert said.count('" 200 ') > phones, "the access log is what it is taken for"
    assert faults(counts, said) == []
    happened = ("stored", "already-stored", "waiting", "answers not awaited", "cut while sending")
    assert all(counts[name] for name in (*happened, "told to wait")), counts
    stored = {
        table: installation.sql(f"SELECT count(*) FROM therapy_{table}")[0][0] for table in TABLES
    }
    assert sum(stored.values()) == phones * 50, stored
    assert len(installation.jobs("adapt_patient")) == phones
    ahead = installation.sql("SELECT count(*) FROM therapy_moodrating WHERE rated_at > received_at")
    assert ahead == [(0,)], "wrong clocks are put right"
