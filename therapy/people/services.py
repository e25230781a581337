"""The only writers of clinics, staff, patients, their consents and devices."""

import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from therapy.audit.writing import note_changed, note_created
from therapy.catalogue.models import Catalogue, FeatureSchema
from therapy.people.codes import code_problems
from therapy.people.models import Clinic, Consent, Device, Membership, Patient, User
from therapy.people.selectors import has_ended_care
from therapy.people.tokens import TOKEN_PREFIX, token_digest
from therapy.records import add, problems_of, refuse
from worker.jobs import enqueue

SEEN_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_clinic(
    *, slug: str, name: str, feature_schema: FeatureSchema, catalogues: Iterable[Catalogue] = ()
) -> Clinic:
    """A clinic whose tracks come from `catalogues`, described under `feature_schema`.

    Raises ValidationError by field: a slug that is taken or is no slug, an empty name.
    """
    clinic = Clinic(slug=slug, name=name.strip(), feature_schema=feature_schema)
    refuse(problems_of(clinic))
    add(clinic)
    clinic.catalogues.set(catalogues)
    return clinic


@transaction.atomic
def create_staff(
    *,
    clinic: Clinic,
    email: str,
    role: str = Membership.Role.THERAPIST,
    name: str = "",
    password: str | None = None,
) -> tuple[Membership, str]:
    """A new member of staff, and the password: the one given, or a random one to hand over.

    Raises ValidationError by field: an address that has an account already (`add_member` lets that
    person into another clinic), an unknown role, a password that the site's rules refuse.
    """
    chosen = secrets.token_urlsafe(12) if password is None else password
    user = User(email=User.objects.normalize_email(email.strip()).lower(), name=name.strip())
    problems = problems_of(user, unchecked=["password"])
    try:
        validate_password(chosen, user)
    except ValidationError as refused:
        problems["password"] = refused.messages
    refuse(problems)
    user.set_password(chosen)
    add(user)
    return add_member(user=user, clinic=clinic, role=role), chosen


def add_catalogue(*, clinic: Clinic, catalogue: Catalogue) -> None:
    """Let the clinic's patients hear another catalogue; again changes nothing."""
    clinic.catalogues.add(catalogue)


def add_member(*, user: User, clinic: Clinic, role: str) -> Membership:
    """Let someone who has an account work in another clinic too.

    Raises ValidationError: an unknown role, or a role that they have there already.
    """
    membership = Membership(user=user, clinic=clinic, role=role)
    refuse(problems_of(membership))
    return add(membership)


@transaction.atomic
def create_patient(
    *,
    clinic: Clinic,
    code: str,
    therapist: Membership | None = None,
    origin: str = Patient.Origin.CARE,
    time_zone: str = "UTC",
) -> Patient:
    """A patient, known by a pseudonymous code that is unique in the clinic, whose phone will want a
    model before the first rating.

    Raises ValidationError by field: a code that is taken, empty or a date, an unknown origin or
    time zone, a therapist of another clinic.
    """
    patient = Patient(
        clinic=clinic, code=code.strip(), therapist=therapist, origin=origin, time_zone=time_zone
    )
    problems = problems_of(patient) | code_problems(patient.code)
    if therapist is not None and therapist.clinic_id != clinic.id:
        problems["therapist"] = [f"{therapist.user} does not work at {clinic}."]
    refuse(problems)
    try:
        add(patient)
    except ValidationError as taken:
        raise ValidationError({"code": taken.messages}) from taken
    ask_for_adaptation(patient)
    return patient


def set_time_zone(*, patient: Patient, time_zone: str) -> Patient:
    """The zone of the patient's wall clock from now on; the times of a plan's week follow it.

    Raises ValidationError by field for a name that is no zone.
    """
    patient.time_zone = time_zone
    refuse(problems_of(patient))
    patient.save(update_fields=["time_zone"])
    return patient


@transaction.atomic
def create_patients(*, clinic: Clinic, patients: Sequence[Patient]) -> Sequence[Patient]:
    """Many new patients of a clinic at once, whose fields were checked. They get their first models
    in one job, not in one for each.

    Raises IntegrityError for a code that is taken, and then there is none of them.
    """
    Patient.objects.bulk_create(patients)
    note_created(patients)
    ask_for_refresh(clinic)
    return patients


def ask_for_refresh(clinic: Clinic) -> None:
    """Have everyone in the clinic who has no model of its newest base get one.

    Must be called in the transaction of the change that asks for it.
    """
    enqueue(
        kind="refresh_clinic",
        key=f"refresh_clinic:{clinic.id}",
        arguments={"clinic_id": str(clinic.id)},
        clinic_id=clinic.id,
    )


def ask_for_adaptation(patient: Patient) -> None:
    """Have the patient's model made anew. Requests of a burst wait for each other, and are one run.
    Nothing is asked for once the patient took back their consent to care.

    Must be called in the transaction of the change that asks for it.
    """
    if has_ended_care(patient):
        return
    enqueue(
        kind="adapt_patient",
        key=f"adapt_patient:{patient.id}",
        arguments={"patient_id": str(patient.id)},
        clinic_id=patient.clinic_id,
        delay=settings.ADAPT_DELAY_SECONDS,
    )


@transaction.atomic
def ask_for_safety_check(patient: Patient) -> None:
    """Have the rules of safety look at what the phone has just reported, now. As
    `ask_for_adaptation`, in the transaction of the report."""
    enqueue(
        kind="check_safety",
        key=f"check_safety:{patient.id}",
        arguments={"patient_id": str(patient.id)},
        clinic_id=patient.clinic_id,
    )


def record_consent(
    *,
    patient: Patient,
    scope: str,
    given: bool,
    text_version: str,
    language: str,
    recorded_by: User | None = None,
    client_id: uuid.UUID | None = None,
    decided_at: datetime | None = None,
) -> Consent:
    """What the patient now says to the text of that version; `given=False` refuses or takes back.

    Nothing that was recorded before is touched. `client_id` and `decided_at` come with what was
    decided on a phone (consenting.py). Care that is consented to again has the model made anew.
    Raises ValidationError by field: an unknown scope, no version, a language that is no tag, a
    recorder who does not work at the patient's clinic.
    """
    consent = Consent(
        patient=patient,
        scope=scope,
        given=given,
        text_version=text_version.strip(),
        language=language,
        recorded_by=recorded_by,
        client_id=client_id,
        decided_at=decided_at,
    )
    problems = problems_of(consent)
    if recorded_by is not None and not _works_at(recorded_by, patient.clinic):
        problems["recorded_by"] = [f"{recorded_by} does not work at {patient.clinic}."]
    refuse(problems)
    resumes = scope == Consent.Scope.CARE and given and has_ended_care(patient)
    add(consent)
    if resumes:
        ask_for_adaptation(patient)
    return consent


def _works_at(user: User, clinic: Clinic) -> bool:
    return Membership.objects.filter(user=user, clinic=clinic).exists()


def issue_device_token(*, patient: Patient, label: str = "") -> tuple[Device, str]:
    """A phone that speaks for `patient`, and its token.

    The token has 256 bits from the system's random source and is shown this once: only its SHA-256
    is kept, which needs no salt because a token that long cannot be guessed from a list.
    """
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    device = Device(patient=patient, label=label.strip(), token_sha256=token_digest(token))
    refuse(problems_of(device))
    return add(device), token


@transaction.atomic
def revoke_device(*, device: Device) -> Device:
    """End a phone's access, at once and for good. A second call keeps the first one's time."""
    standing = Device.objects.filter(id=device.id, revoked_at=None)
    if standing.update(revoked_at=timezone.now()):
        note_changed(device, "revoked_at")
    device.refresh_from_db(fields=["revoked_at"])
    return device


def note_seen(*, device: Device) -> None:
    """Remember that the phone called; at most one write a minute, however often it calls."""
    now = timezone.now()
    if device.last_seen_at is not None and device.last_seen_at > now - SEEN_EVERY:
        return
    due = Q(last_seen_at=None) | Q(last_seen_at__lte=now - SEEN_EVERY)
    Device.objects.filter(due, id=device.id).update(last_seen_at=now)
