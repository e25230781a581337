"""Which of a clinic's records are wanted, and who is left out of them."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from therapy.people.models import Clinic, Patient
from therapy.people.selectors import ended_care


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The clinic's records of since ≤ time < until, where those are said.

    Raises ValidationError for a period that has no time in it.
    """

    clinic: Clinic
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValidationError(
                {"until": ["The period must not end before it begins. A day is included."]}
            )

    def patients(self) -> QuerySet[Patient]:
        """Those who are in the tables. A part of other queries."""
        withdrawn = ended_care().values("patient")
        return self._there().exclude(id__in=withdrawn)

    def withdrawn(self) -> int:
        """How many are left out because they took back, or refused, the consent to care."""
        return self._there().filter(id__in=ended_care().values("patient")).count()

    def being_erased(self) -> int:
        return Patient.objects.filter(clinic=self.clinic).exclude(erasure=None).count()

    def _there(self) -> QuerySet[Patient]:
        return Patient.objects.filter(clinic=self.clinic, erasure=None)
