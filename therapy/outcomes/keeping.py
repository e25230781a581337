"""Reports are kept until the clinic's summaries are made anew, so that a page takes no longer at a
large clinic than at a small one."""

import uuid
from urllib.parse import urlencode

from django.core.cache import cache
from django.utils import timezone

from therapy.outcomes.cohorts import Cohort
from therapy.outcomes.report import Report, report_on
from therapy.outcomes.summaries import LONGEST
from therapy.people.models import Clinic

SHAPE = 1
"""Of what is kept; another one where Report or what is in it changes."""
SECONDS = LONGEST.total_seconds()


def kept_report(cohort: Cohort) -> Report:
    """The report since the last summing; computed where none is kept."""
    name = f"{_since(cohort.clinic.id)}:{urlencode(cohort.address)}"
    kept: Report | None = cache.get(name)
    if kept is None:
        kept = report_on(cohort)
        cache.set(name, kept, SECONDS)
    return kept


def begin_anew(clinic: Clinic) -> None:
    """What was kept of the clinic is not given any more; what is asked for most is computed now."""
    cache.set(_key(clinic.id), timezone.now().isoformat(), SECONDS)
    kept_report(Cohort.asked_for(clinic, {}))


def _since(clinic_id: uuid.UUID) -> str:
    return f"{_key(clinic_id)}:{cache.get(_key(clinic_id))}"


def _key(clinic_id: uuid.UUID) -> str:
    return f"outcomes-{SHAPE}:{clinic_id}"
