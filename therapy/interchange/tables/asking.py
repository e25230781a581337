"""Tables that someone of the staff asks for: made by a job, as one archive to be fetched."""

import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from django.db import connection, transaction
from django.db.models import QuerySet

from therapy.archives import store
from therapy.interchange.models import TablesExport
from therapy.interchange.tables.exporting import Form, Wanted, write_tables
from therapy.interchange.tables.selection import Selection
from therapy.people.models import Clinic, User
from therapy.records import problems_of, refuse
from worker.jobs import enqueue
from worker.running import ReportShare


@transaction.atomic
def ask_for_tables(
    *,
    clinic: Clinic,
    by: User | None,
    form: str,
    pseudonymous: bool,
    since: datetime | None = None,
    until: datetime | None = None,
) -> TablesExport:
    """Have the tables made, to be fetched for `DATA_EXPORT_DAYS`. While the same are being made
    this gives those. Raises ValidationError by field: an unknown form, an empty period."""
    Selection(clinic=clinic, since=since, until=until)
    Clinic.objects.select_for_update(no_key=True).get(id=clinic.id)
    asked = {"form": form, "pseudonymous": pseudonymous, "since": since, "until": until}
    export = tables_of(clinic).filter(ready_at=None, **asked).first()
    if export is None:
        key = uuid.uuid4()
        export = TablesExport(
            id=key, clinic=clinic, asked_by=by, file=f"data-exports/{key}.zip", **asked
        )
        refuse(problems_of(export, unchecked=["file", "sha256", "bytes"]))
        export.save(force_insert=True)
    enqueue(
        kind="export_tables",
        key=tables_key(export.id),
        arguments={"export_id": str(export.id)},
        clinic_id=clinic.id,
    )
    return export


def tables_key(export_id: uuid.UUID) -> str:
    """The job key under which the tables are made."""
    return f"export_tables:{export_id}"


def tables_of(clinic: Clinic) -> QuerySet[TablesExport]:
    """What was asked for, the newest first."""
    found: QuerySet[TablesExport] = TablesExport.objects.filter(clinic=clinic)
    return found.select_related("asked_by", "clinic")


def make_tables(*, export_id: uuid.UUID, report: ReportShare) -> None:
    """Write the archive of tables that were asked for; again changes nothing. Raises Incomplete."""
    export = TablesExport.objects.select_related("clinic").filter(id=export_id).first()
    if export is None or export.ready_at is not None:
        return  # given up meanwhile, or done
    with (
        tempfile.TemporaryDirectory(prefix="attune-tables-") as folder,
        tempfile.TemporaryFile() as draft,
    ):
        with _told_aside(report) as told:
            write_tables(wanted=_wanted(export), folder=Path(folder), report=told)
        report(0.9, "Packing")
        _pack(Path(folder), draft)
        _store(export, draft)


def _wanted(export: TablesExport) -> Wanted:
    return Wanted(
        selection=Selection(clinic=export.clinic, since=export.since, until=export.until),
        form=Form(export.form),
        pseudonymous=export.pseudonymous,
    )


@contextmanager
def _told_aside(report: ReportShare) -> Iterator[Callable[[int, int, str], None]]:
    """Tell of progress from a thread, which has a connection of its own: ours must not write while
    it reads one moment of the database, and nobody would see it before the end."""
    with ThreadPoolExecutor(1) as aside:
        try:
            yield lambda done, due, table: aside.submit(
                report, 0.9 * done / due, f"{done} of {due} rows, {table}"
            ).result()
        finally:
            aside.submit(_close).result()


def _close() -> None:
    """The connection of the thread that calls this."""
    connection.close()


def _pack(folder: Path, draft: IO[bytes]) -> None:
    """Parquet is packed already."""
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            packed = zipfile.ZIP_STORED if path.suffix == ".parquet" else zipfile.ZIP_DEFLATED
            archive.write(path, path.name, packed)


@transaction.atomic
def _store(export: TablesExport, draft: IO[bytes]) -> None:
    """Put the archive where the row says, unless a patient was erased meanwhile, who may be in it:
    then the row is gone."""
    if TablesExport.objects.select_for_update().filter(id=export.id).exists():
        store(export, draft)
