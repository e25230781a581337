"""Which clinic and which patient a row is about."""

import uuid
from collections.abc import Collection

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

Place = tuple[uuid.UUID | None, uuid.UUID | None]
"""A clinic and a patient, as keys."""

Shown = tuple[uuid.UUID, uuid.UUID | None]
"""A clinic, and one of its patients; without a patient, a list of them."""

NOWHERE: Place = (None, None)


def knows_place(model: type[models.Model]) -> bool:
    """Whether `places_of` can say where rows of the model belong."""
    of_their_own = {"therapy.User", "therapy.Clinic", "therapy.Patient"}
    names = {field.name for field in model._meta.concrete_fields}
    return model._meta.label in of_their_own or bool(names & {"patient", "clinic", "user"})


def is_of_patients(model: type[models.Model]) -> bool:
    """Whether the rows are a patient's record: what changed in them is named, and no more."""
    names = {field.name for field in model._meta.concrete_fields}
    return model._meta.label == "therapy.Patient" or "patient" in names


def places_of(row: models.Model) -> Collection[Place]:
    """One place, but for what is a user's: every clinic where they work."""
    if row._meta.label == "therapy.Clinic":
        return [(row.pk, None)]
    if row._meta.label == "therapy.Patient":
        return [(getattr(row, "clinic_id", None), row.pk)]
    if hasattr(row, "patient_id"):
        return [_of_patient(row)]
    if hasattr(row, "clinic_id"):
        return [(row.clinic_id, None)]
    user = row if row._meta.label == "therapy.User" else getattr(row, "user", None)
    held = getattr(user, "memberships", None)
    if held is None or user is None or user.pk is None:
        return [NOWHERE]
    return [(clinic, None) for clinic in held.values_list("clinic_id", flat=True)] or [NOWHERE]


def _of_patient(row: models.Model) -> Place:
    patient_id = getattr(row, "patient_id", None)
    try:
        return (getattr(row, "patient").clinic_id, patient_id)  # noqa: B009 — no model is known here
    except (ObjectDoesNotExist, AttributeError):  # the patient went before the row did
        return (None, patient_id)
