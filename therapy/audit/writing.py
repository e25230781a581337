"""Entries for writes that no signal tells of: many rows at once, and changes by a query."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from django.apps import apps
from django.db import models

from therapy.audit.models import WriteLog, new_entry


def note_created(rows: Collection[models.Model]) -> None:
    """Rows of one model, of any patients, were created at once: one entry for each patient says how
    many. Call it in the transaction of the write."""
    if not rows:
        return
    model = type(next(iter(rows)))
    counted = Counter(_patient_id(row) for row in rows)
    patients = apps.get_model("therapy.Patient")._base_manager.filter(id__in=counted)
    WriteLog._base_manager.bulk_create(
        new_entry(model, (clinic, patient), action=WriteLog.Action.CREATE, count=counted[patient])
        for patient, clinic in patients.values_list("id", "clinic_id")
    )


def _patient_id(row: models.Model) -> Any:
    """A patient's own row is theirs too."""
    return row.pk if row._meta.label == "therapy.Patient" else getattr(row, "patient_id")  # noqa: B009


def note_changed(row: models.Model, *fields: str) -> None:
    """These fields of a row were changed by a query. Call it in the transaction of the write."""
    changes: dict[str, list[str] | None] = dict.fromkeys(fields)
    WriteLog.objects.enter(row, action=WriteLog.Action.UPDATE, changes=changes)
