"""Quiet hours, by the patient's wall clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

from therapy.reminders.models import ReminderRule


def is_quiet(rule: ReminderRule, zone: str, at: datetime) -> bool:
    """Whether nothing may be sent at that instant. The end itself is not quiet any more; from an
    evening to a morning the hours go past midnight."""
    if rule.quiet_from is None or rule.quiet_to is None:
        return False
    clock = at.astimezone(ZoneInfo(zone)).time()
    if rule.quiet_from < rule.quiet_to:
        return rule.quiet_from <= clock < rule.quiet_to
    return clock >= rule.quiet_from or clock < rule.quiet_to
