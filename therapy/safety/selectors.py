"""Reads of safety flags."""

import uuid
from collections.abc import Iterable

from django.db.models import Count, F, QuerySet

from therapy.people.models import Clinic, Patient
from therapy.safety.models import SafetyFlag
from therapy.safety.rules import Severity


def flags_of(patient: Patient) -> QuerySet[SafetyFlag]:
    """All of a patient's flags: open ones first, the urgent before the others, then the newest."""
    flags = SafetyFlag.objects.filter(patient=patient).select_related("acknowledged_by")
    newest = F("acknowledged_at").desc(nulls_first=True)
    return flags.order_by(newest, "-severity", "-raised_at", "id")  # "urgent" > "attention"


def flags_in(clinic: Clinic) -> QuerySet[SafetyFlag]:
    """The flags of a clinic's patients, but for those who are being erased; in no order."""
    flags = SafetyFlag.objects.filter(patient__clinic=clinic, patient__erasure=None)
    return flags.select_related("patient", "acknowledged_by").order_by()


def open_flags_of(patients: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    """How many flags of each severity stand, by patient. One query."""
    found: dict[uuid.UUID, dict[str, int]] = {}
    counted = (
        SafetyFlag.objects.filter(patient__in=list(patients), acknowledged_at=None)
        .order_by()
        .values("patient_id", "severity")
        .annotate(number=Count("pk"))
    )
    for row in counted:
        found.setdefault(row["patient_id"], dict.fromkeys(Severity, 0))
        found[row["patient_id"]][Severity(row["severity"])] = row["number"]
    return found
