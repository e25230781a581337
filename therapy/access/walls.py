"""The walls between clinics: a query of what belongs to patients sees the clinics in scope alone.

A request enters the scope of the clinics of whoever makes it, a phone that of its patient's clinic.
Where no scope was entered, a query raises `ScopeError`: forgetting it shows nothing, rather than
everything. Commands and jobs run outside all walls: an operator speaks for the whole installation,
and a job was asked for by someone who might.
"""

import uuid
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import ClassVar, TypeVar

from django.db import models
from django_scopes import get_scope, scope, scopes_disabled
from django_scopes.manager import DisabledQuerySet

Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class WithinClinics(models.Manager[Row_co]):
    """The manager of records whose clinic is found by `path` of lookups.

    A class for each path, not an argument: Django makes the managers of relations from the class.
    """

    path: ClassVar[str] = "clinic"

    def get_queryset(self) -> models.QuerySet[Row_co]:
        entered = get_scope()
        if not entered.get("_enabled", True):
            return super().get_queryset()
        if "clinic" not in entered:
            refusing: models.QuerySet[Row_co] = DisabledQuerySet(
                self.model, using=self._db, missing_scopes={"clinic"}
            )
            return refusing
        return super().get_queryset().filter(**{f"{self.path}__in": entered["clinic"]})


class OfPatients(WithinClinics[Row_co]):
    """Of records with a `patient`."""

    path = "patient__clinic"


def inside(clinic_ids: Iterable[uuid.UUID]) -> AbstractContextManager[None]:
    """See the records of these clinics, and of no other."""
    entered: AbstractContextManager[None] = scope(clinic=list(clinic_ids))
    return entered


def outside_all_walls() -> AbstractContextManager[None]:
    """See every clinic's records: for commands and jobs, and for finding out who is asking."""
    entered: AbstractContextManager[None] = scopes_disabled()
    return entered
