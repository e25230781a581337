"""Reminders in plain words: the rule, what comes next, and what became of each."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from therapy.reminders.models import Channel, Outcome, ReminderDelivery, ReminderRule
from therapy.reminders.selectors import Coming

CHANNELS = {Channel.PUSH: "push to the phone", Channel.EMAIL: "email"}
OUTCOMES = {
    Outcome.WAITING: "to be tried again",
    Outcome.SENDING: "being sent",
    Outcome.SENT: "sent",
    Outcome.FAILED: "failed",
    Outcome.QUIET_HOURS: "not sent: quiet hours",
    Outcome.NO_CONSENT: "not sent: no consent",
    Outcome.TOO_LATE: "not sent: the server was down or busy when it was due",
    Outcome.LISTENED: "not sent: the session had been started",
    Outcome.NO_ADDRESS: "not sent: nowhere to send it to",
    Outcome.PAUSED: "not sent: the plan was paused or had ended",
    Outcome.SWITCHED_OFF: "not sent: switched off",
}
LANGUAGES = {"en": "English", "de": "German", "zh-Hans": "Chinese (simplified)"}


@dataclass(frozen=True)
class Line:
    """A reminder that will be, or was: when, and what of it."""

    when: str
    what: str
    note: str = ""
    needs_attention: bool = False


def rule_in_words(rule: ReminderRule) -> str:
    """One sentence: by what, when, and when not."""
    if not rule.channels:
        return "Switched off."
    by = " and ".join(CHANNELS[channel] for channel in rule.channels)
    lead = f"{rule.minutes_before} minutes before" if rule.minutes_before else "when"
    said = f"By {by}, {lead} a session may be begun"
    if rule.quiet_from is not None and rule.quiet_to is not None:
        said += f"; nothing from {rule.quiet_from:%H:%M} to {rule.quiet_to:%H:%M}"
    return f"{said}."


def set_by_in_words(rule: ReminderRule) -> str:
    if rule.device is not None:
        return "by the patient, on the phone"
    return f"by {rule.set_by}" if rule.set_by is not None else "by who runs this server"


def coming_line(one: Coming, zone: str) -> Line:
    what = "in quiet hours: not sent" if one.quiet else ""
    return Line(_on_the_wall(one.due_at, zone), what, needs_attention=one.quiet)


def delivery_line(delivery: ReminderDelivery) -> Line:
    """By the wall clock that it was due by."""
    by = CHANNELS[Channel(delivery.channel)]
    what = OUTCOMES[Outcome(delivery.outcome)]
    if delivery.reached > 1:
        what += f" to {delivery.reached} phones"
    return Line(
        when=f"{_on_the_wall(delivery.due_at, delivery.time_zone)} ({delivery.time_zone})",
        what=f"{by}: {what}",
        note=delivery.cause,
        needs_attention=delivery.outcome in {Outcome.FAILED, Outcome.NO_ADDRESS, Outcome.TOO_LATE},
    )


def _on_the_wall(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"
