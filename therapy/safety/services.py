"""The only writer of safety flags."""

import logging
import uuid

from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from therapy.access.acts import Act, Role
from therapy.people.models import Membership, Patient, User
from therapy.people.visibility import access_of
from therapy.records import refuse, text_problems
from therapy.safety.models import SafetyFlag
from therapy.safety.rules import Severity
from therapy.safety.watching import firings

log = logging.getLogger(__name__)

LONGEST_NOTE = 2000
SUBJECT = "Attune: a patient needs you"


def check_patient(*, patient_id: uuid.UUID) -> None:
    """Raise a flag for every rule that fires and was not flagged on the same row before, and tell
    people of urgent ones. What could not be told is told by the next try: raises OSError."""
    patient = Patient.objects.select_related("clinic", "therapist__user").get(id=patient_id)
    for firing in firings(patient):
        SafetyFlag.objects.get_or_create(
            rule=firing.rule.key,
            cause=firing.cause,
            defaults={
                "patient": patient,
                "rule_version": firing.rule.version,
                "severity": firing.rule.severity,
                "numbers": firing.numbers,
            },
        )
    untold = SafetyFlag.objects.filter(patient=patient, told_at=None, severity=Severity.URGENT)
    if untold.exists() and (told := _tell(patient)):
        untold.update(told_at=timezone.now(), told=told)


def told_about(patient: Patient) -> list[str]:
    """The addresses of those who are told: the patient's therapist or, where nobody is named,
    everyone in the clinic whose role lets them change care."""
    if patient.therapist is not None:
        return [patient.therapist.user.email]
    members = Membership.objects.filter(
        clinic=patient.clinic, role__in=[Role.THERAPIST, Role.OWNER], user__is_active=True
    )
    return sorted(members.values_list("user__email", flat=True))


@transaction.atomic
def acknowledge(*, flag: SafetyFlag, by: User, note: str = "") -> SafetyFlag:
    """Someone has seen to it. The first acknowledgement stays.

    Raises PermissionDenied where the role does not let them change care, ValidationError for a
    note that is too long.
    """
    if not access_of(by, Act.CHANGE_CARE).reaches(flag.patient.clinic_id):
        raise PermissionDenied(f"{by} may not {Act.CHANGE_CARE} in this clinic.")
    held = SafetyFlag.objects.select_for_update(of=("self",)).get(id=flag.id)
    if held.acknowledged_at is not None:
        return held
    held.acknowledged_at, held.acknowledged_by, held.note = timezone.now(), by, note.strip()
    refuse(text_problems(held, ("note",), LONGEST_NOTE))
    held.save(update_fields=["acknowledged_at", "acknowledged_by", "note"])
    return held


def _tell(patient: Patient) -> int:
    """Send an email without any content, for who reads it signs in; how many it went to. Raises
    OSError (SMTPException is one)."""
    addresses = told_about(patient)
    if not addresses:
        log.error("Nobody in clinic %s can be told of an urgent flag.", patient.clinic_id)
    text = render_to_string("therapy/mail/urgent_flag.txt", {"clinic": patient.clinic})
    for address in addresses:
        send_mail(SUBJECT, text, None, [address])
    return len(addresses)
