"""The only writers of reminder rules and of where reminders go. What is sent: sending.py."""

from collections.abc import Collection
from datetime import time

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction

from therapy.access.acts import Act
from therapy.people.models import Device, Patient, User
from therapy.people.services import set_time_zone
from therapy.people.visibility import access_of
from therapy.records import Problems, add, problems_of, refuse
from therapy.reminders.models import LONGEST_LEAD, Channel, ReminderEmail, ReminderRule
from therapy.reminders.selectors import email_of, standing_rule

LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3, less the brackets
CONTENT = ("by_push", "by_email", "minutes_before", "quiet_from", "quiet_to", "language")


@transaction.atomic
def set_reminders(
    *,
    patient: Patient,
    channels: Collection[str],
    minutes_before: int = 0,
    quiet_from: time | None = None,
    quiet_to: time | None = None,
    language: str = "en",
    email: str | None = None,
    time_zone: str | None = None,
    by: User | None = None,
    device: Device | None = None,
) -> ReminderRule:
    """How the patient is reminded from now on; without a channel not at all. The same again changes
    nothing.

    `email` ('' forgets it) and `time_zone` stay as they are where they are None. `by` is the member
    of staff, or `device` the patient's own phone; neither at the command line. Raises
    ValidationError by field, PermissionDenied where `by` may not change care at the clinic.
    """
    if by is not None and not access_of(by, Act.CHANGE_CARE).reaches(patient.clinic_id):
        raise PermissionDenied(f"{by} may not {Act.CHANGE_CARE} in this clinic.")
    Patient.objects.select_for_update(no_key=True).get(id=patient.id)
    rule = ReminderRule(
        patient=patient,
        by_push=Channel.PUSH in channels,
        by_email=Channel.EMAIL in channels,
        minutes_before=minutes_before,
        quiet_from=quiet_from,
        quiet_to=quiet_to,
        language=language,
        set_by=by,
        device=device,
    )
    address = email_of(patient) if email is None else email.strip()
    refuse(_problems(rule, channels) | _email_problems(rule, address))
    if time_zone is not None and time_zone != patient.time_zone:
        set_time_zone(patient=patient, time_zone=time_zone)
    if email is not None:
        _set_email(patient, address)
    standing = standing_rule(patient)
    if standing is not None and all(_same(standing, rule, name) for name in CONTENT):
        return standing
    return add(rule)


def switch_off(*, patient: Patient, by: User | None = None) -> ReminderRule | None:
    """Send nothing from now on; what else was set stays for the day it is switched on again. None
    where nothing was set. Raises PermissionDenied as `set_reminders` does."""
    standing = standing_rule(patient)
    if standing is None:
        return None
    return set_reminders(
        patient=patient,
        channels=(),
        minutes_before=standing.minutes_before,
        quiet_from=standing.quiet_from,
        quiet_to=standing.quiet_to,
        language=standing.language,
        by=by,
    )


def _problems(rule: ReminderRule, channels: Collection[str]) -> Problems:
    problems = problems_of(rule)
    if strange := sorted(set(channels) - set(Channel.values)):
        problems["channels"] = [f"Not a channel: {', '.join(strange)}."]
    if not 0 <= rule.minutes_before <= LONGEST_LEAD:
        problems["minutes_before"] = [f"Must be 0 to {LONGEST_LEAD}."]
    if (rule.quiet_from is None) != (rule.quiet_to is None):
        missing = "quiet_from" if rule.quiet_from is None else "quiet_to"
        problems[missing] = ["Quiet hours need a beginning and an end."]
    elif rule.quiet_from is not None and rule.quiet_from == rule.quiet_to:
        problems["quiet_to"] = ["Must be another time than the beginning of the quiet hours."]
    return problems


def _email_problems(rule: ReminderRule, address: str) -> Problems:
    if not address:
        needed = ["Reminders by email need an address."]
        return {"email": needed} if rule.by_email else {}
    try:
        validate_email(address)
    except ValidationError:
        return {"email": ["This is no email address."]}
    if len(address) > LONGEST_ADDRESS:
        return {"email": [f"An address has at most {LONGEST_ADDRESS} characters."]}
    return {}


def _set_email(patient: Patient, address: str) -> None:
    """The row is changed where there is one: the audit tells that from a first address."""
    stored = ReminderEmail.objects.filter(patient=patient).first()
    if stored is None:
        if address:
            add(ReminderEmail(patient=patient, address=address))
    elif not address:
        stored.delete()
    elif stored.address != address:
        stored.address = address
        stored.save(update_fields=["address"])


def _same(stored: ReminderRule, wanted: ReminderRule, name: str) -> bool:
    return bool(getattr(stored, name) == getattr(wanted, name))
