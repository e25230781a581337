"""When something last came."""

from typing import ClassVar

from django.db import models

from therapy.access.walls import OfPatients
from therapy.people.models import Patient


class LastReport(models.Model):
    """When something new of a patient's phones arrived last.

    A row of its own: whoever adapts the patient's model holds the patient's row for as long, and
    phones must not wait for that.
    """

    patient = models.OneToOneField(
        Patient, on_delete=models.CASCADE, primary_key=True, related_name="last_report"
    )
    at = models.DateTimeField()

    objects: ClassVar = OfPatients["LastReport"]()

    def __str__(self) -> str:
        return f"Last report of {self.patient}, {self.at:%Y-%m-%d %H:%M}"
