"""Keeping outcomes in step with what phones report."""

import uuid

from django.db import transaction
from django.utils import timezone

from therapy.outcomes.keeping import begin_anew
from therapy.outcomes.summaries import behind, make_anew
from therapy.people.models import Clinic
from worker.jobs import enqueue
from worker.models import Job
from worker.running import ReportShare


def refresh_key(clinic_id: uuid.UUID) -> str:
    """The job key under which a clinic's summaries are made."""
    return f"refresh_outcomes:{clinic_id}"


@transaction.atomic
def ask_for_refresh(clinic: Clinic) -> Job:
    """Have the clinic's summaries that are behind made anew, once."""
    return enqueue(
        kind="refresh_outcomes",
        key=refresh_key(clinic.id),
        arguments={"clinic_id": str(clinic.id)},
        clinic_id=clinic.id,
    )


def ask_for_all() -> None:
    """Ask for it at every clinic where a summary is behind."""
    now = timezone.now()
    for clinic in Clinic.objects.order_by("id"):
        if behind(clinic, now).exists():
            ask_for_refresh(clinic)


def refresh(*, clinic_id: uuid.UUID, report: ReportShare) -> int:
    """Make the summaries that are behind anew, and what is kept of them; how many there were."""
    clinic = Clinic.objects.filter(id=clinic_id).first()
    if clinic is None:
        return 0
    done = make_anew(clinic, report)
    begin_anew(clinic)
    return done
