"""The summaries of a clinic's patients: which are behind, and making those anew."""

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Min, Q, QuerySet
from django.utils import timezone

from therapy.outcomes.models import OutcomeSummary
from therapy.outcomes.summing import Months, months_of
from therapy.people.models import Clinic, Patient
from therapy.sessions.adherence import Outcome
from therapy.sessions.models import LastReport
from worker.running import ReportShare

AT_ONCE = 50  # patients
LONGEST = timedelta(days=1)
"""Occasions are missed without any report, so no summary is older than this."""


def behind(clinic: Clinic, now: datetime) -> QuerySet[Patient]:
    """The clinic's patients without a summary, with an old one, or with reports after it."""
    seen = "outcome_summary__reports_until"
    news = Q(**{seen: None}) | ~Q(last_report__at=F(seen))
    return Patient.objects.filter(clinic=clinic, erasure=None).filter(
        Q(outcome_summary=None)
        | Q(outcome_summary__made_at__lt=now - LONGEST)
        | (Q(last_report__isnull=False) & news)
    )


def made_at(clinic: Clinic) -> datetime | None:
    """When the oldest of the clinic's summaries was made; None where there is none."""
    found = OutcomeSummary.objects.filter(patient__clinic=clinic, patient__erasure=None)
    oldest: datetime | None = found.aggregate(at=Min("made_at"))["at"]
    return oldest


def make_anew(clinic: Clinic, report: ReportShare) -> int:
    """Of all patients whose summary is behind; how many. A part of the patients at a time."""
    due = list(behind(clinic, timezone.now()).order_by("id").values_list("id", flat=True))
    done = 0
    for part in _parts(due):
        done += _summarise(part)
        report(done / len(due), f"{done} of {len(due)} patients")
    return done


def _parts(ids: list[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _summarise(ids: list[uuid.UUID]) -> int:
    """What is reported while this reads is in the next summary: when the last report came is read
    first."""
    found = Patient.objects.filter(id__in=ids, erasure=None).select_related("last_report")
    patients = list(found.order_by("id"))
    now = timezone.now()
    months = months_of(patients, now)
    with transaction.atomic():
        _write(patients, months, now)
    return len(ids)


def _write(patients: list[Patient], months: Months, now: datetime) -> None:
    # Locked, so that nobody is erased meanwhile whose rows would be written after.
    found = Patient.objects.select_for_update(no_key=True).filter(
        id__in=[one.id for one in patients]
    )
    there = set(found.filter(erasure=None).order_by("id").values_list("id", flat=True))
    for table, rows in months.by_table():
        table.objects.filter(patient__in=there).delete()
        table.objects.bulk_create([row for row in rows if row.patient_id in there])
    OutcomeSummary.objects.bulk_create(
        [_summary(one, months.lately[one.id], now) for one in patients if one.id in there],
        update_conflicts=True,
        unique_fields=["patient"],
        update_fields=["reports_until", "made_at", "held_lately", "missed_lately"],
    )


def _summary(patient: Patient, lately: Counter[Outcome], now: datetime) -> OutcomeSummary:
    return OutcomeSummary(
        patient=patient,
        reports_until=_last_report(patient),
        made_at=now,
        held_lately=lately[Outcome.HELD],
        missed_lately=lately[Outcome.EXPIRED] + lately[Outcome.MISSED],
    )


def _last_report(patient: Patient) -> datetime | None:
    found: LastReport | None = getattr(patient, "last_report", None)
    return None if found is None else found.at
