"""What the audit page lists: both logs of a clinic as one, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import CharField, Model, Q, QuerySet, TextChoices, Value
from django.utils import timezone

from therapy.audit.models import AccessLog, WriteLog
from therapy.people.models import Clinic, Patient, User

Entry_co = TypeVar("Entry_co", bound=Model, covariant=True)
Found = Sequence[tuple[datetime, str, int]]
"""When, which log, and the key there."""

READS, WRITES = "reads", "writes"


class Kind(TextChoices):
    """What someone did."""

    READ = "read", "Read"
    CREATE = "create", "Created"
    UPDATE = "update", "Changed"
    DELETE = "delete", "Deleted"


@dataclass(frozen=True)
class Wanted:
    """Which entries to list; empty means all. `code` is a part of patients' codes, and the days are
    the site's, both included."""

    person: int | None = None
    code: str = ""
    kind: str = ""
    first_day: date | None = None
    last_day: date | None = None


def entries_found(clinic: Clinic, wanted: Wanted) -> QuerySet[Any, tuple[datetime, str, int]]:
    """The entries of a clinic, newest first, for `loaded` to fetch a page of."""
    read = _matching(AccessLog.objects.all(), clinic, wanted, READS)
    written = _matching(WriteLog.objects.all(), clinic, wanted, WRITES)
    if wanted.kind == Kind.READ:
        return read.order_by("-at", "-id")
    if wanted.kind:
        return written.filter(action=wanted.kind).order_by("-at", "-id")
    return read.union(written, all=True).order_by("-at", "-id")


def loaded(found: Found) -> list[AccessLog | WriteLog]:
    """The entries in their order, with the users at hand: two queries."""
    there: dict[tuple[str, int], AccessLog | WriteLog] = {}
    for log, model in ((READS, AccessLog), (WRITES, WriteLog)):
        keys = [key for _, of, key in found if of == log]
        rows = model.objects.filter(pk__in=keys).select_related("user")
        there |= {(log, row.pk): row for row in rows}
    return [there[log, key] for _, log, key in found]


def codes_of(entries: Sequence[AccessLog | WriteLog]) -> dict[Any, str]:
    """The codes of the patients whom they are about and who were not erased."""
    ids = {entry.patient_id for entry in entries if entry.patient_id is not None}
    return dict(Patient.objects.filter(id__in=ids).values_list("id", "code"))


def people_in(clinic: Clinic) -> QuerySet[User]:
    """Who works at the clinic, or is in one of its logs."""
    there = Q(memberships__clinic=clinic)
    for model in (AccessLog, WriteLog):
        there |= Q(
            id__in=model.objects.filter(clinic_id=clinic.id, user__isnull=False).values("user")
        )
    return User.objects.filter(there).distinct().order_by("name", "email")


def _matching(
    rows: QuerySet[Entry_co], clinic: Clinic, wanted: Wanted, log: str
) -> QuerySet[Any, tuple[datetime, str, int]]:
    rows = rows.filter(clinic_id=clinic.id).order_by()
    if wanted.person is not None:
        rows = rows.filter(user=wanted.person)
    if wanted.code:
        named = Patient.objects.filter(clinic=clinic, code__icontains=wanted.code)
        rows = rows.filter(patient_id__in=named.values("id"))
    if wanted.first_day is not None:
        rows = rows.filter(at__gte=_begin(wanted.first_day))
    if wanted.last_day is not None:
        rows = rows.filter(at__lt=_begin(wanted.last_day + timedelta(days=1)))
    told: QuerySet[Any, Any] = rows.annotate(log=Value(log, CharField()))
    return told.values_list("at", "log", "id")


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
