"""Whether a reminder may still go out: asked right before it does, whatever was true when it came
due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from therapy.people.models import Consent, Patient
from therapy.people.selectors import ended_care, standing_consents
from therapy.reminders.models import Outcome, ReminderDelivery, ReminderRule
from therapy.reminders.quiet import is_quiet
from therapy.reminders.selectors import standing_rules, standings_that_stop
from therapy.sessions.models import ListeningSession

EARLY = timedelta(hours=1)
"""A session that began this long before its time, or in it, was the one of this occasion."""


@dataclass(frozen=True)
class Facts:
    """What stands now of the patients of some reminders; read in a fixed number of queries."""

    zones: dict[UUID, str]
    consenting: set[UUID]
    stopped: set[UUID]
    rules: dict[UUID, ReminderRule]
    started: dict[UUID, list[datetime]]


def facts_about(deliveries: Sequence[ReminderDelivery]) -> Facts:
    """Who is being erased, or has ended care, is not among those who consent."""
    patients = {delivery.patient_id for delivery in deliveries}
    care_ended = ended_care().filter(patient__in=patients).values("patient")
    agreed = standing_consents(Consent.Scope.REMINDERS).filter(
        given=True, patient__in=patients, patient__erasure=None
    )
    started: dict[UUID, list[datetime]] = {}
    for patient, at in _starts(deliveries):
        started.setdefault(patient, []).append(at)
    return Facts(
        zones=dict(Patient.objects.filter(id__in=patients).values_list("id", "time_zone")),
        consenting=set(agreed.exclude(patient__in=care_ended).values_list("patient_id", flat=True)),
        stopped=set(
            standings_that_stop().filter(patient__in=patients).values_list("patient_id", flat=True)
        ),
        rules={rule.patient_id: rule for rule in standing_rules().filter(patient__in=patients)},
        started=started,
    )


def why_not(delivery: ReminderDelivery, facts: Facts, now: datetime) -> Outcome | None:
    """The first reason not to send it, or None."""
    patient = delivery.patient_id
    rule = facts.rules.get(patient)
    if patient not in facts.consenting:
        return Outcome.NO_CONSENT
    if rule is None or delivery.channel not in rule.channels:
        return Outcome.SWITCHED_OFF
    if patient in facts.stopped:
        return Outcome.PAUSED
    if any(is_quiet(rule, facts.zones[patient], at) for at in (delivery.due_at, now)):
        return Outcome.QUIET_HOURS
    if any(_is_of(delivery, at) for at in facts.started.get(patient, ())):
        return Outcome.LISTENED
    return None


def _starts(deliveries: Sequence[ReminderDelivery]) -> "Sequence[tuple[UUID, datetime]]":
    """When sessions began that may be of these occasions. One query."""
    sessions = ListeningSession.objects.filter(
        patient__in={delivery.patient_id for delivery in deliveries},
        started_at__gte=min(delivery.opens for delivery in deliveries) - EARLY,
        started_at__lt=max(delivery.closes for delivery in deliveries),
    )
    return list(sessions.order_by().values_list("patient_id", "started_at"))


def _is_of(delivery: ReminderDelivery, started_at: datetime) -> bool:
    return delivery.opens - EARLY <= started_at < delivery.closes
