"""That a patient's data was taken out, and that it was erased."""

from typing import ClassVar

from django.db import models

from therapy.access.walls import OfPatients, WithinClinics
from therapy.archives import StoredArchive
from therapy.fields import Record
from therapy.people.models import Clinic, Patient, User


class Erasure(Record):
    """That a patient's data was erased: when, by whom, how many rows of which tables. Nothing here
    says whose.

    From when it was asked for until it is done `Patient.erasure` leads here, and never the other
    way: what leads to a patient goes with them, and this stays.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="erasures")
    asked_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Empty: an operator, at the command line.",
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    counts = models.JSONField(default=dict, help_text="Rows that went, by table.")
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar = WithinClinics["Erasure"]()

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"Erasure {self.id}"


class DataExport(StoredArchive):
    """One archive with everything that is stored of a patient."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="data_exports")

    objects: ClassVar = OfPatients["DataExport"]()

    def __str__(self) -> str:
        return f"Data of {self.patient}, {self.asked_at:%Y-%m-%d %H:%M}"
