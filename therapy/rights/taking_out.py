"""Taking out everything that is stored of a patient: whole, or not at all."""

import os
import tempfile
import uuid
from pathlib import Path
from typing import IO

from django.db import transaction

from therapy.archives import store
from therapy.encryption import CannotDecrypt
from therapy.people.models import Patient, User
from therapy.rights import archive
from therapy.rights.models import DataExport
from worker.jobs import enqueue
from worker.refusals import JobRefused
from worker.running import ReportShare


@transaction.atomic
def ask_for_data(*, patient: Patient, by: User | None) -> DataExport:
    """Have an archive made, to be fetched for `DATA_EXPORT_DAYS`. While one is being made this
    gives that one."""
    Patient.objects.select_for_update(no_key=True, of=("self",)).get(id=patient.id)
    standing = newest_export(patient)
    if standing is not None and standing.ready_at is None:
        export = standing  # asked for again: a job that failed is tried anew
    else:
        key = uuid.uuid4()
        export = DataExport(id=key, patient=patient, asked_by=by, file=f"data-exports/{key}.zip")
        export.save(force_insert=True)
    enqueue(
        kind="take_data_out",
        key=export_key(patient.id),
        arguments={"export_id": str(export.id)},
        clinic_id=patient.clinic_id,
    )
    return export


def export_key(patient_id: uuid.UUID) -> str:
    """The job key under which a patient's data is taken out."""
    return f"take_data_out:{patient_id}"


def newest_export(patient: Patient) -> DataExport | None:
    return DataExport.objects.filter(patient=patient).first()


def take_out(*, export_id: uuid.UUID, report: ReportShare) -> None:
    """Write the archive of an export that was asked for; again changes nothing.

    Raises JobRefused where a text cannot be decrypted, archive.Incomplete where rows went
    meanwhile.
    """
    export = DataExport.objects.select_related("patient__clinic").filter(id=export_id).first()
    if export is None or export.ready_at is not None:
        return  # erased meanwhile, or done
    report(0.1, "Reading everything")
    with tempfile.TemporaryFile() as draft:  # has no name: a stop leaves nothing
        _write(export.patient, draft)
        report(0.8, "Storing the archive")
        _store(export, draft)


def take_out_to(*, patient: Patient, folder: Path) -> Path:
    """Write the archive into a folder, and its path. Raises as `take_out`, and OSError."""
    path = folder / f"attune-{patient.clinic.slug}-{patient.code}.zip"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as draft:
        try:
            _write(patient, draft)
            draft.flush()
            os.replace(draft.name, path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    return path


@transaction.atomic
def _write(patient: Patient, draft: IO[bytes]) -> None:
    Patient.objects.select_for_update(no_key=True, of=("self",)).get(id=patient.id)
    try:
        archive.write(patient, draft)
    except CannotDecrypt as unreadable:
        raise JobRefused(str(unreadable)) from unreadable


@transaction.atomic
def _store(export: DataExport, draft: IO[bytes]) -> None:
    """Put the archive where the row says, unless the patient is being erased: their row is locked,
    so that an erasure comes before the file or finds it."""
    patient = Patient.objects.select_for_update(no_key=True, of=("self",)).filter(
        id=export.patient_id, erasure=None
    )
    if not patient.exists():
        return
    store(export, draft)
