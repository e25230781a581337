"""What every row that a phone makes has in common."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models.expressions import Combinable

from therapy.access.walls import OfPatients
from therapy.fields import Record
from therapy.people.models import Patient


def as_said(name: str) -> str:
    """The field that keeps what the phone said of the instant `name`."""
    return f"phone_{name}"


def instant_as_said(**options: Any) -> "models.DateTimeField[Any, Any]":
    return models.DateTimeField(help_text="As the phone's clock showed it.", **options)


class Report(Record):
    """A row that a phone made, often offline: its key comes from the phone, and a second arrival of
    the same key is the same row.

    Every time is kept twice: `phone_rated_at` is what the phone's clock showed, `rated_at` when
    that was by ours, as far as we can tell (therapy/sessions/clocks.py). Everything is ordered and
    drawn by the latter; whether a repeat is the same is decided by the former.
    """

    INSTANTS: ClassVar[tuple[str, ...]]
    """The fields with times; each has its `phone_` beside it."""
    CONTENT: ClassVar[tuple[str, ...]]
    """The fields in which a repeat must be the same, besides the times."""
    PARTS: ClassVar[tuple[str, ...]] = ()
    """The rows that belong to it, which a repeat must have alike too."""

    # Each kind of report declares it, to name the way back from the patient.
    patient: "models.ForeignKey[Patient | Combinable, Patient]"
    patient_id: uuid.UUID

    received_at = models.DateTimeField(auto_now_add=True)
    clock_offset = models.FloatField(
        null=True,
        help_text="Server minus phone when it was sent, in seconds; empty: the phone did not say.",
    )

    objects: ClassVar = OfPatients["Report"]()

    class Meta:
        abstract = True
