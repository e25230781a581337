"""What every row that a phone makes has in common."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.expressions import Combinable

from therapy.fields import Record
from therapy.people.models import Patient


class Report(Record):
    """A row that a phone made, often offline: its key comes from the phone, and a second arrival of
    the same key is the same row. `rated_at` and the like are the phone's clock, `received_at` is
    ours."""

    INSTANTS: ClassVar[tuple[str, ...]]
    """The fields that hold the phone's clock; they must lie in a possible time."""
    CONTENT: ClassVar[tuple[str, ...]]
    """The fields in which a repeat must be the same."""
    PARTS: ClassVar[tuple[str, ...]] = ()
    """The rows that belong to it, which a repeat must have alike too."""

    # Each kind of report declares it, to name the way back from the patient.
    patient: "models.ForeignKey[Patient | Combinable, Patient]"
    patient_id: uuid.UUID

    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
