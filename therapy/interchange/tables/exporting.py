"""Writing all tables into a folder: complete, or not there."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.db.models import Count
from django.utils import timezone

from therapy.interchange.fhir.provenance import software_version
from therapy.interchange.tables.columns import Table
from therapy.interchange.tables.csv_files import csv_file
from therapy.interchange.tables.declared import TABLES
from therapy.interchange.tables.describing import File, data_package, dictionary_csv
from therapy.interchange.tables.naming import Codes, Pseudonyms
from therapy.interchange.tables.parquet_files import parquet_file
from therapy.interchange.tables.reading import Reading
from therapy.interchange.tables.readme import readme
from therapy.interchange.tables.selection import Selection
from therapy.interchange.tables.snapshot import snapshot

FORMAT = "attune-tables-1"
MANIFEST = "manifest.json"
Report = Callable[[int, int, str], None]
"""Called with how many rows are done, of how many, and the table. Within the snapshot: what it
writes to the database needs a connection of its own."""


class Form(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"


WRITERS: dict[Form, Callable[[Path, Table], AbstractContextManager[Any]]] = {
    Form.CSV: csv_file,
    Form.PARQUET: parquet_file,
}


class FolderTaken(Exception):
    """Something is at the place that the tables are to have."""


class Incomplete(Exception):
    """Another number of rows was read than there are."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to write, and how. `pseudonymous`: without the patients' codes and the rows' ids."""

    selection: Selection
    form: Form = Form.CSV
    pseudonymous: bool = False


def export_tables(*, wanted: Wanted, folder: Path, report: Report) -> dict[str, int]:
    """Write the tables into a new folder; how many rows each has.

    Everything is read in one snapshot of the database, a block of rows at a time. The folder gets
    its name when everything is in it and on the disk: until then it is a hidden one beside it,
    and that is what a kill leaves. Raises FolderTaken, Incomplete, OSError.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTaken(f"There is something at {folder}. Name a folder that is not there yet.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".tables-"))
    try:
        files = write_tables(wanted=wanted, folder=draft, report=report)
        _reach_disk(draft)
        os.replace(draft, folder)
        _reach_disk(folder.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return {name: file.rows or 0 for name, file in files.items()}


def write_tables(*, wanted: Wanted, folder: Path, report: Report) -> dict[str, File]:
    """Write all files into a folder that is there, the manifest last; the tables' by their names.
    Raises as `export_tables`."""
    selection = wanted.selection
    names = Pseudonyms() if wanted.pseudonymous else Codes()
    with snapshot():
        made_at = timezone.now()
        readings = [Reading(table, selection, names) for table in TABLES]
        due = [reading.due() for reading in readings]
        files: dict[str, File] = {}
        for position, reading in enumerate(readings):

            def done(rows: int, before: int = sum(due[:position]), said: Reading = reading) -> None:
                report(before + rows, sum(due), said.table.name)

            file = _write_table(reading, wanted.form, folder, done)
            if reading.read != due[position]:
                raise Incomplete(
                    f"{reading.table.name}: {reading.read} of {due[position]} rows were read."
                )
            files[reading.table.name] = file
        counted = selection.patients().order_by().values("origin").annotate(of=Count("pk"))
        patients = {one["origin"]: one["of"] for one in counted.order_by("origin")}
        withdrawn, being_erased = selection.withdrawn(), selection.being_erased()
    package = data_package(
        name=selection.clinic.slug, form=wanted.form, made_at=made_at.isoformat(), files=files
    )
    beside = [
        _write_text(folder, "data_dictionary.csv", dictionary_csv()),
        _write_text(folder, "datapackage.json", _dumped(package)),
        _write_text(
            folder,
            "README.txt",
            readme(
                selection=selection,
                pseudonymous=wanted.pseudonymous,
                form=wanted.form,
                made_at=made_at,
                software=software_version(),
                patients=patients,
                withdrawn=withdrawn,
                being_erased=being_erased,
                files=files,
            ),
        ),
    ]
    manifest = {
        "format": FORMAT,
        "made_at": _said(made_at),
        "software": f"Attune {software_version()}",
        "clinic": selection.clinic.slug,
        "form": wanted.form,
        "pseudonymous": wanted.pseudonymous,
        "since": _said(selection.since),
        "until": _said(selection.until),
        "patients": patients,
        "patients_left_out": {"care_withdrawn": withdrawn, "being_erased": being_erased},
        "files": {
            file.name: {"bytes": file.bytes, "sha256": file.sha256}
            | ({} if file.rows is None else {"rows": file.rows})
            for file in [*files.values(), *beside]
        },
    }
    _write_text(folder, MANIFEST, _dumped(manifest))
    return files


def _write_table(reading: Reading, form: Form, folder: Path, done: Callable[[int], None]) -> File:
    path = folder / f"{reading.table.name}.{form}"
    rows = 0
    with WRITERS[form](path, reading.table) as write:
        for block in reading.blocks():
            write(block)
            rows += len(block)
            done(reading.read)
    return _file(path, rows)


def _write_text(folder: Path, name: str, text: str) -> File:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return _file(path, None)


def _file(path: Path, rows: int | None) -> File:
    """What was written, by what is on the disk now."""
    _reach_disk(path)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return File(path.name, path.stat().st_size, digest, rows)


def _reach_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _said(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _dumped(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
