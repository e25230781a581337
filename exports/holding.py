"""Writing which model a patient keeps: a therapist's word."""

from django.db import transaction
from django.utils import timezone

from adaptation.asking import ask_for_export
from adaptation.models import PatientModel
from exports.models import Hold
from therapy.models import Patient, User


@transaction.atomic
def hold(*, patient: Patient, model: PatientModel, by: User | None, reason: str = "") -> Hold:
    """The patient keeps this model of theirs until the hold ends: the one that they have, or an
    earlier one. A hold that stands ends. Raises ValueError for another patient's model."""
    if model.patient_id != patient.id:
        raise ValueError(f"{model} is not one of {patient}'s.")
    _end(patient, by)
    held = Hold.objects.create(patient=patient, patient_model=model, reason=reason, held_by=by)
    ask_for_export(patient)
    return held


@transaction.atomic
def end_hold(*, patient: Patient, by: User | None) -> None:
    """The patient gets the newest model again, and those that follow."""
    _end(patient, by)
    ask_for_export(patient)


def _end(patient: Patient, by: User | None) -> None:
    Patient.objects.select_for_update(no_key=True).get(id=patient.id)
    for standing in Hold.objects.filter(patient=patient, ended_at=None):
        standing.ended_at, standing.ended_by = timezone.now(), by
        standing.save(update_fields=["ended_at", "ended_by"])
