"""Tables are complete, or they are not there: one moment of the database, and no half of it."""

import csv
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import MoodRatingFactory, TrackRatingFactory
from tests.installation import Install
from tests.people import People
from tests.processes import Process
from tests.therapy.interchange.tables.reading import exported, manifest
from tests.waiting import until
from therapy.interchange.tables import exporting
from therapy.interchange.tables.columns import Column, Kind, Table
from therapy.interchange.tables.csv_files import FORMULA, csv_file, unguarded
from therapy.interchange.tables.parquet_files import parquet_file
from therapy.models import MoodRating, Track, TrackRating

whole = pytest.mark.django_db(transaction=True)
MANY = 120_000  # rows, a second's work
RATINGS = f"from tests.seeding import ratings; ratings({MANY})"


def elsewhere(work: Any) -> None:
    """Do it in another thread, with another connection, and wait."""

    def run() -> None:
        work()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@whole
def test_what_is_written_meanwhile_is_in_no_table(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    MoodRatingFactory(patient=people.anna)
    TrackRatingFactory(patient=people.anna, track=people.tracks[0])
    written = exporting._write_table
    seen = []

    def interrupted(reading: Any, *rest: Any) -> Any:
        if reading.table.name == "mood_ratings":
            elsewhere(lambda: MoodRatingFactory(patient=people.anna))
            elsewhere(lambda: TrackRatingFactory(patient=people.anna, track=people.tracks[1]))
            elsewhere(lambda: Track.objects.update(title="Renamed"))
            seen.append(MoodRating.objects.count())
        return written(reading, *rest)

    monkeypatch.setattr(exporting, "_write_table", interrupted)
    tables = exported(tmp_path / "out")
    assert seen == [1], "as it was when the export began"
    assert len(tables["mood_ratings"]) == len(tables["track_ratings"]) == 1
    assert MoodRating.objects.count() == TrackRating.objects.count() == 2


@whole
def test_a_row_that_is_not_read_fails_the_export(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        MoodRatingFactory(patient=people.anna)
    blocks = exporting.Reading.blocks

    def cut(self: Any) -> Iterator[Any]:
        for block in blocks(self):
            yield block
            if self.table.name == "mood_ratings":
                self.read -= 1

    monkeypatch.setattr(exporting.Reading, "blocks", cut)
    with pytest.raises(CommandError, match=r"Nothing was written. mood_ratings: 2 of 3 rows"):
        exported(tmp_path / "out")
    assert not list(tmp_path.iterdir())


@whole
def test_nothing_that_is_there_is_written_over(people: People, tmp_path: Path) -> None:
    exported(tmp_path / "out")
    before = manifest(tmp_path / "out")
    with pytest.raises(CommandError, match="Name a folder that is not there yet"):
        exported(tmp_path / "out")
    assert manifest(tmp_path / "out") == before


@pytest.mark.system
def test_a_kill_leaves_nothing_that_looks_finished(install: Install, tmp_path: Path) -> None:
    installation = install()
    installation.manage("shell", "-c", RATINGS)
    folder = tmp_path / "exports" / "out"
    arguments = ("export_tables", "--clinic=c", f"--to={folder}")
    process = Process(
        [sys.executable, "manage.py", *arguments],
        log=tmp_path / "export.log",
        environment=installation.environment,
    )

    def begun() -> bool:
        return any(path.stat().st_size for path in folder.parent.glob(".tables-*/mood_ratings.csv"))

    until(begun, "the ratings to be begun")
    process.kill()
    assert process.popen.returncode == -signal.SIGKILL
    assert not folder.exists()
    assert not list(folder.parent.glob("**/manifest.json"))
    installation.manage(*arguments)
    assert manifest(folder)["files"]["mood_ratings.csv"]["rows"] == MANY


# Values

TEXTS = Table(
    name="texts",
    meaning="One.",
    model=Track,
    key=("text",),
    columns=(
        Column(name="text", kind=Kind.TEXT, meaning="Any.", source="title"),
        Column(name="number", kind=Kind.NUMBER, meaning="Any.", source="number", optional=True),
    ),
)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.builds(
    "".join, st.tuples(st.sampled_from((*FORMULA, "'", '"', ",", "🎵", "")), st.text("=+cmd|'!A1"))
)
rows = st.lists(
    st.tuples(texts.filter(bool), st.none() | st.floats(allow_nan=False, allow_infinity=False))
)


@settings(deadline=None)
@given(rows)
def test_any_text_comes_back_and_none_is_a_formula(written: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.csv"
        with csv_file(path, TEXTS) as write:
            write(written)
        with path.open(encoding="utf-8", newline="") as file:
            cells = list(csv.reader(file, strict=True))[1:]
    assert [(unguarded(text), number) for text, number in cells] == [
        (text, "" if number is None else repr(number)) for text, number in written
    ]
    assert not [text for text, _ in cells if text.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert [float(number) if number else None for _, number in cells] == [one for _, one in written]


@settings(deadline=None)
@given(rows)
def test_parquet_gives_back_the_same(written: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.parquet"
        with parquet_file(path, TEXTS) as write:
            for row in written:
                write([row])
        read = pq.ParquetFile(path)
        assert [tuple(row.values()) for row in read.read().to_pylist()] == written
