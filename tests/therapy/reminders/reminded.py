"""Patients who are reminded, and a clock that a test sets."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from tests.factories import SessionPlanFactory
from tests.people import Phone
from tests.push_service import Browser, PushService
from therapy.models import (
    Device,
    Patient,
    ReminderDelivery,
    ReminderRule,
    SessionPlan,
)
from therapy.people.services import record_consent
from therapy.reminders.sending import send_reminders
from therapy.reminders.services import set_reminders
from therapy.reminders.subscribing import subscribe

DAILY = [1, 2, 3, 4, 5, 6, 7]
LONG_AGO = datetime(2015, 1, 1, tzinfo=UTC)
EVENING = datetime(2026, 1, 12, 19, 30, tzinfo=UTC)
"""20:30 in Berlin, a Monday in winter."""


@dataclass(frozen=True)
class Reminded:
    """A patient with a plan, a consent and a rule, all since long ago."""

    patient: Patient
    phone: Phone | None = None

    @property
    def device(self) -> Device:
        assert self.phone is not None
        return self.phone.device

    def subscribed(self, service: PushService, device: Device | None = None) -> Browser:
        """The phone asks for pushes."""
        browser = service.browser()
        keys = browser.subscription["keys"]
        subscribe(
            device=device or self.device,
            endpoint=browser.endpoint,
            public_key=keys["p256dh"],
            auth_secret=keys["auth"],
        )
        return browser

    def set(self, *channels: str, at: datetime = LONG_AGO, **fields: Any) -> None:
        """Another rule, since `at`."""
        rule = set_reminders(patient=self.patient, channels=channels, **fields)
        QuerySet(ReminderRule).filter(id=rule.id).update(set_at=at)

    def consent(self, given: bool, scope: str = "reminders") -> None:
        record_consent(
            patient=self.patient, scope=scope, given=given, text_version="1", language="en"
        )

    @property
    def outcomes(self) -> list[str]:
        """Of all reminders, in order."""
        found = ReminderDelivery.objects.filter(patient=self.patient)
        return list(found.order_by("due_at", "id").values_list("outcome", flat=True))

    @property
    def only(self) -> ReminderDelivery:
        return ReminderDelivery.objects.get(patient=self.patient)


def remind(
    patient: Patient,
    *,
    at: str = "20:30",
    zone: str = "Europe/Berlin",
    channels: Collection[str] = ("push",),
    phone: Phone | None = None,
    email: str | None = None,
    **fields: Any,
) -> Reminded:
    Patient._base_manager.filter(id=patient.id).update(time_zone=zone)
    patient.time_zone = zone
    plan: Any = SessionPlanFactory(
        patient=patient, schedule=[{"days": DAILY, "at": at, "minutes": 60}]
    )
    SessionPlan._base_manager.filter(id=plan.id).update(created_at=LONG_AGO)
    reminded = Reminded(patient, phone)
    reminded.consent(True)
    reminded.set(*channels, email=email, **fields)
    return reminded


def run(at: datetime) -> None:
    """What beat has done every minute, at that time."""
    send_reminders(clock=lambda: at)


def run_through(start: datetime, end: datetime, *, every: timedelta) -> None:
    while start <= end:
        run(start)
        start += every


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
