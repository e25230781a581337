"""Finding what is due: one row for each occasion and channel, in a number of queries that does not
grow with the patients."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from therapy.audit.writing import note_created
from therapy.people.selectors import ended_care
from therapy.plans.models import SessionPlan, Standing
from therapy.plans.schedule import occasions
from therapy.reminders.models import (
    Outcome,
    ReminderDelivery,
    ReminderRule,
    ReminderWatch,
)
from therapy.reminders.selectors import (
    each_opening_once,
    standing_rules,
    standings_that_stop,
)

GRACE = timedelta(minutes=10)
"""How late a reminder may be. What could not be sent until then is never sent."""
LONGEST_GAP = timedelta(days=7)
"""What was missed longer ago than this is not looked for."""


@transaction.atomic
def look(now: datetime) -> None:
    """Write a row for everything that has come due since the last look: to be sent where that is
    within GRACE, else as missed. Two at once look one after the other."""
    ReminderWatch.objects.get_or_create(
        id=ReminderWatch.ONLY, defaults={"looked_until": now - GRACE}
    )
    watch = ReminderWatch.objects.select_for_update().get(id=ReminderWatch.ONLY)
    start = watch.looked_until
    if start > now:  # a clock was wrong and was set right; what was sent is known by its row
        start = now - GRACE
    found = list(_due(max(start, now - LONGEST_GAP), now))
    known = _known(found)
    fresh = [row for row in found if (row.patient_id, row.opens, row.channel) not in known]
    ReminderDelivery.objects.bulk_create(fresh, ignore_conflicts=True)
    note_created(fresh)
    watch.looked_until = now
    watch.save(update_fields=["looked_until"])


def _due(start: datetime, end: datetime) -> Iterator[ReminderDelivery]:
    """Unsaved rows of everything that is due in start ≤ due < end."""
    plans = _plans()
    for rule in _rules():
        if rule.patient_id not in plans:
            continue
        schedule, prescribed_at = plans[rule.patient_id]
        lead = timedelta(minutes=rule.minutes_before)
        # What is set now reminds of nothing that was due before.
        since = max(start, rule.set_at, prescribed_at)
        zone = rule.patient.time_zone
        for one in each_opening_once(occasions(schedule, zone, since + lead, end + lead)):
            for channel in rule.channels:
                missed = one.opens - lead <= end - GRACE
                yield ReminderDelivery(
                    patient=rule.patient,
                    rule=rule,
                    channel=channel,
                    opens=one.opens,
                    closes=one.closes,
                    due_at=one.opens - lead,
                    time_zone=zone,
                    outcome=Outcome.TOO_LATE if missed else Outcome.WAITING,
                    settled_at=end if missed else None,
                )


def _rules() -> list[ReminderRule]:
    """The rules that send something, of patients who are in care. One query."""
    sending = standing_rules().filter(Q(by_push=True) | Q(by_email=True), patient__erasure=None)
    in_care = sending.exclude(patient__in=ended_care().values("patient"))
    ended = standings_that_stop().filter(standing=Standing.ENDED)
    return list(in_care.exclude(patient__in=ended.values("patient")).select_related("patient"))


def _plans() -> dict[UUID, tuple[list[dict[str, Any]], datetime]]:
    """The schedule in force and since when, of every patient who has a rule and a plan. One query;
    the rest of a plan is encrypted text, and is left alone."""
    newer = SessionPlan.objects.filter(patient=OuterRef("patient"), version__gt=OuterRef("version"))
    current = SessionPlan.objects.filter(
        ~Exists(newer), patient__in=standing_rules().values("patient")
    )
    found = current.order_by().values_list("patient_id", "schedule", "created_at")
    return {patient: (schedule, created_at) for patient, schedule, created_at in found}


def _known(found: list[ReminderDelivery]) -> set[tuple[UUID, datetime, str]]:
    """Which of them there are rows of. One query, of a moment's openings."""
    if not found:
        return set()
    opens = [row.opens for row in found]
    rows = ReminderDelivery.objects.filter(opens__gte=min(opens), opens__lte=max(opens))
    return set(rows.values_list("patient_id", "opens", "channel"))
