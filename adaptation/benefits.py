"""Measuring, at each clinic, whether adapting is worth its while there.

It takes minutes, so a job does it once a week, or when someone asks, and keeps what it found. Every
process starts with this module, so what needs PyTorch or SciPy is imported where it is called.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from adaptation.learning.support import Support
from adaptation.models import BaseModel, BenefitMeasurement
from adaptation.selectors import newest_base
from adaptation.supports import Unreadable, supports_of
from therapy.models import Clinic, Patient
from worker.jobs import enqueue
from worker.models import Job
from worker.running import ReportShare

EVERY = timedelta(days=7)
MOST_PEOPLE = 300  # of one origin, by their ids, which are random; more say hardly more
FIRST = 10  # ratings that are given; those after are asked for


@transaction.atomic
def ask_for_measurement(clinic: Clinic) -> Job:
    """Have it measured, once."""
    return enqueue(
        kind="measure_benefit",
        key=f"measure_benefit:{clinic.id}",
        arguments={"clinic_id": str(clinic.id)},
        clinic_id=clinic.id,
    )


def ask_where_due() -> None:
    """Ask for it at every clinic with a base where it was not measured within EVERY, or not of the
    newest base."""
    since = timezone.now() - EVERY
    for clinic in Clinic.objects.order_by("id"):
        base = newest_base(clinic)
        lately = BenefitMeasurement.objects.filter(clinic=clinic, measured_at__gte=since)
        if base is not None and not lately.filter(base=base).exists():
            ask_for_measurement(clinic)


def measure_clinic(*, clinic_id: uuid.UUID, report: ReportShare) -> None:
    """Measure the clinic's newest base on people of each origin, and keep what was found in place
    of what was. Nothing is done without a clinic or a base."""
    from therapy.outcomes.keeping import begin_anew

    clinic = Clinic.objects.select_related("feature_schema").filter(id=clinic_id).first()
    base = newest_base(clinic) if clinic is not None else None
    if clinic is None or base is None:
        return
    for origin in Patient.Origin.values:
        found = _measure(clinic, base, origin, report)
        BenefitMeasurement.objects.update_or_create(clinic=clinic, origin=origin, defaults=found)
    begin_anew(clinic)


def _measure(
    clinic: Clinic, base: BaseModel, origin: str, report: ReportShare
) -> dict[str, object]:
    """What is to be kept of the people of one origin."""
    from adaptation.learning.benefit import TooFewPeople, benefits
    from adaptation.loading import loaded

    kept: dict[str, object] = {"base": base, "measured_at": timezone.now(), "reason": ""}
    histories = _histories(clinic, base, origin)
    columns = [feature["name"] for feature in clinic.feature_schema.features]
    try:
        found = benefits(
            loaded(base),
            histories,
            columns,
            lambda done, due: report(done / due, f"{done} of {due} {origin} listeners"),
        )
    except TooFewPeople as few:
        return kept | {"benefits": [], "reason": str(few)}
    return kept | {"benefits": [asdict(one) for one in found]}


def _histories(clinic: Clinic, base: BaseModel, origin: str) -> Sequence[Support]:
    """Of people whom the base was not trained on and who rated enough to be asked. Who cannot be
    read is left out: the page of that patient says why."""
    rated = Patient.objects.filter(clinic=clinic, origin=origin, erasure=None).exclude(
        trainings__base=base
    )
    enough = rated.annotate(rated=Count("track_ratings")).filter(rated__gt=FIRST).order_by("id")
    ids = list(enough.values_list("id", flat=True)[:MOST_PEOPLE])
    read = supports_of(ids, base.schema).values()
    return [one for one in read if not isinstance(one, Unreadable)]
