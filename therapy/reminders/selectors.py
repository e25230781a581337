"""Reads of rules, of what comes next, and of what became of reminders."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from therapy.people.models import Patient
from therapy.plans.models import PlanStanding, Standing
from therapy.plans.schedule import Occasion, occasions
from therapy.reminders.models import ReminderDelivery, ReminderEmail, ReminderRule
from therapy.reminders.quiet import is_quiet

AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Coming:
    """A reminder that will be due at `due_at`; quiet: its time lies in quiet hours, so nothing is
    sent."""

    due_at: datetime
    occasion: Occasion
    quiet: bool


def standing_rules() -> QuerySet[ReminderRule]:
    """Each patient's newest rule. A part of one query."""
    newer = ReminderRule.objects.filter(patient=OuterRef("patient"), id__gt=OuterRef("id"))
    return ReminderRule.objects.filter(~Exists(newer))


def standing_rule(patient: Patient) -> ReminderRule | None:
    """The patient's rule, switched off or not; None where none was ever set."""
    rules = ReminderRule.objects.filter(patient=patient)
    return rules.select_related("set_by", "device").order_by("-id").first()


def email_of(patient: Patient) -> str:
    """Where the patient gets reminders by email; empty where that is not known."""
    found = ReminderEmail.objects.filter(patient=patient).first()
    return "" if found is None else str(found.address)


def standings_that_stop() -> QuerySet[PlanStanding]:
    """Each patient's newest word on the plan, where that is paused or ended. A part of a query."""
    newer = PlanStanding.objects.filter(patient=OuterRef("patient"), id__gt=OuterRef("id"))
    stopping = (Standing.PAUSED, Standing.ENDED)
    return PlanStanding.objects.filter(~Exists(newer), standing__in=stopping)


def coming(
    rule: ReminderRule, schedule: list[dict[str, object]], zone: str, now: datetime, *, most: int
) -> list[Coming]:
    """The next reminders that the rule and the plan's schedule make, in order; at most two weeks
    ahead. No query."""
    lead = timedelta(minutes=rule.minutes_before)
    found = occasions(schedule, zone, now + lead, now + lead + AHEAD)
    return [
        Coming(one.opens - lead, one, is_quiet(rule, zone, one.opens - lead))
        for one in each_opening_once(found)[:most]
    ]


def deliveries_of(patient: Patient) -> QuerySet[ReminderDelivery]:
    """What became of the patient's reminders, the newest first."""
    return ReminderDelivery.objects.filter(patient=patient).order_by("-due_at", "-id")


def each_opening_once(found: list[Occasion]) -> list[Occasion]:
    """Two times of a week may open at the same instant; they are reminded of once, as the one that
    stays open longest."""
    return list({one.opens: one for one in found}.values())
