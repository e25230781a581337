"""Erasing a patient: at once for everyone who looks, and soon after for the disk."""

import uuid

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils import timezone

from therapy.people.models import Patient, User
from therapy.rights import mentions
from therapy.rights.holders import Going, holders
from therapy.rights.models import Erasure
from therapy.rights.rows import Rows, in_batches, rows_of
from worker.jobs import enqueue
from worker.running import ReportShare


class StillRead(Exception):
    """Someone was reading the database while it was to be written anew."""

    def __init__(self) -> None:
        super().__init__(
            "The rows are deleted, but the database file could not be written anew while others "
            "read it."
        )


@transaction.atomic
def ask_for_erasure(*, patient: Patient, code: str, by: User | None) -> Erasure:
    """From now on nobody sees the patient and none of their phones is let in; a job does the rest.

    `code` is the patient's, typed once more. A second call gives the erasure that there is. Raises
    ValidationError for another code.
    """
    if code.strip() != patient.code:
        raise ValidationError({"code": ["This is not the patient's code. Nothing was erased."]})
    locked = Patient.objects.select_for_update(of=("self",)).get(id=patient.id)
    if locked.erasure is not None:
        return locked.erasure
    erasure = Erasure.objects.create(clinic=locked.clinic, asked_by=by)
    Patient.objects.filter(id=locked.id).update(erasure=erasure)
    enqueue(
        kind="erase_patient",
        key=erasure_key(erasure.id),
        arguments={"erasure_id": str(erasure.id)},  # and not the patient's: it would stay
        clinic_id=locked.clinic_id,
    )
    return erasure


def erasure_key(erasure_id: uuid.UUID) -> str:
    """The job key under which an erasure is done."""
    return f"erase_patient:{erasure_id}"


def erase(*, erasure_id: uuid.UUID, report: ReportShare) -> Erasure:
    """Delete everything of the patient of this erasure. Called again after a stop, it finishes;
    called again after that, it changes nothing.

    Raises StillRead where the rows are gone and SQLite's file still holds their bytes.
    """
    report(0.1, "Deleting rows and files")
    _delete(erasure_id)
    report(0.7, "Writing over what was deleted")
    write_over_the_deleted()
    Erasure.objects.filter(id=erasure_id, finished_at=None).update(finished_at=timezone.now())
    return Erasure.objects.get(id=erasure_id)


@transaction.atomic
def _delete(erasure_id: uuid.UUID) -> None:
    """All or nothing of the rows; files go first, so that a stop leaves none that no row names.

    Who writes a row of the patient meanwhile is either seen here, or refused when they commit.
    """
    patient = Patient.objects.select_for_update(of=("self",)).filter(erasure=erasure_id).first()
    if patient is None:
        return  # an earlier attempt came this far
    rows = rows_of(patient.id)
    counts = {model._meta.label: len(keys) for model, keys in rows.items()}
    Erasure.objects.filter(id=erasure_id).update(counts=counts)
    for holder in holders():
        holder.forget(Going(patient, rows))
    mentions.forget_jobs(patient)
    mentions.forget_sessions(patient)
    _delete_files(rows)
    _delete_rows(rows)
    mentions.forget_id(patient.id, instead=erasure_id)


def _delete_files(rows: Rows) -> None:
    """A file that is gone already, from an attempt that stopped, is none to miss."""
    for model, keys in rows.items():
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.FileField):
                continue
            for batch in in_batches(keys):
                held = model._base_manager.filter(pk__in=batch).exclude(**{field.name: ""})
                for name in held.values_list(field.name, flat=True):
                    field.storage.delete(name)


def _delete_rows(rows: Rows) -> None:
    """In any order: the database looks at foreign keys when the transaction commits.

    The one place where rows are deleted that are only ever added to. Nothing is told of it
    (`_raw_delete` sends no signals): who listens would write down what is to be forgotten.
    """
    for model, keys in rows.items():
        for batch in in_batches(keys):
            doomed = model._base_manager.filter(pk__in=batch)
            doomed._raw_delete(doomed.db)


def write_over_the_deleted() -> None:
    """SQLite marks what is deleted as free and leaves its bytes in the file and in the log beside
    it; so the file is written anew. PostgreSQL vacuums by itself, and its dumps hold no dead rows.

    Must be called outside of transactions. Raises StillRead.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, *_ = cursor.fetchone()
    if busy:
        raise StillRead
