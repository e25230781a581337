"""Asking for a patient's model to be delivered.

Each must be called in the transaction of the change that asks for it. Nothing here needs PyTorch,
so pages and the phone API start fast.
"""

from uuid import UUID

from therapy.models import Clinic, Patient
from worker.jobs import enqueue


def patient_export_key(patient_id: UUID) -> str:
    """The job key under which a patient's model is delivered."""
    return f"export_patient:{patient_id}"


def clinic_export_key(clinic_id: UUID) -> str:
    """The job key under which those of a clinic are."""
    return f"export_clinic:{clinic_id}"


def ask_for_export(patient: Patient) -> None:
    """Have the patient get the model that they are to have; where they have it, this costs
    nothing."""
    enqueue(
        kind="export_patient",
        key=patient_export_key(patient.id),
        arguments={"patient_id": str(patient.id)},
        clinic_id=patient.clinic_id,
    )


def ask_for_exports(clinic: Clinic) -> None:
    """The same for all patients of a clinic, in one job."""
    enqueue(
        kind="export_clinic",
        key=clinic_export_key(clinic.id),
        arguments={"clinic_id": str(clinic.id)},
        clinic_id=clinic.id,
    )
