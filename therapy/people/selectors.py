"""Reads of clinics, staff, patients, their consents and devices. What a user may see: access.py."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from therapy.people.models import Clinic, Consent, Device, Membership, Patient, User
from therapy.people.pairing_models import PairingCode
from therapy.people.tokens import token_digest

NOBODY = "Nobody works at this clinic under this id."


def clinic_of(*, slug: str) -> Clinic:
    """The clinic; raises Clinic.DoesNotExist with the slugs that there are."""
    clinic = Clinic.objects.filter(slug=slug).first()
    if clinic is None:
        known = ", ".join(Clinic.objects.order_by("slug").values_list("slug", flat=True))
        raise Clinic.DoesNotExist(f"No clinic '{slug}'. There are: {known or 'none yet'}.")
    return clinic


def patient_of(*, clinic: Clinic, code: str) -> Patient:
    """The clinic's patient of that code; raises Patient.DoesNotExist."""
    patient = Patient.objects.filter(clinic=clinic, code=code).first()
    if patient is None:
        raise Patient.DoesNotExist(f"{clinic} has no patient '{code}'.")
    return patient


def patient_named(name: str) -> Patient:
    """The patient that someone at the command line means: an id, CLINIC/CODE, or a bare CODE where
    only one clinic has it. Raises Patient.DoesNotExist with what there is."""
    clinic, _, code = name.rpartition("/")
    found = Patient.objects.select_related("clinic__feature_schema")
    if is_uuid(name):
        found = found.filter(id=name)
    elif clinic:
        found = found.filter(clinic__slug=clinic, code=code)
    else:
        found = found.filter(code=code)
    patients = list(found[:2])
    if len(patients) == 1:
        return patients[0]
    if patients:
        raise Patient.DoesNotExist(f"Several clinics have a patient '{name}': say CLINIC/CODE.")
    known = Patient.objects.order_by("clinic__slug", "code").values_list("clinic__slug", "code")
    examples = ", ".join(f"{slug}/{code}" for slug, code in known[:5])
    if (others := known.count() - 5) > 0:
        examples += f" and {others} more"
    raise Patient.DoesNotExist(f"There is no patient '{name}'. There are: {examples or 'none'}.")


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def device_of(*, token: str) -> Device | None:
    """The phone of a token, revoked or not, with its patient and clinic at hand. One query."""
    return (
        Device.objects.select_related("patient__clinic__feature_schema")
        .filter(token_sha256=token_digest(token))
        .first()
    )


def devices_of(patient: Patient) -> QuerySet[Device]:
    """The patient's phones, newest first, revoked ones too."""
    return Device.objects.filter(patient=patient).order_by("-created_at", "id")


def pairing_code_of(patient: Patient, code_id: UUID) -> PairingCode | None:
    """That code of the patient, with who made it and the phone that used it."""
    return (
        PairingCode.objects.filter(patient=patient, id=code_id)
        .select_related("patient", "made_by", "device")
        .first()
    )


def usable_pairing_code(patient: Patient) -> PairingCode | None:
    """The code that a phone of this patient could be connected with now."""
    found = PairingCode.objects.filter(patient=patient, used_at=None, ended_at=None)
    return found.filter(expires_at__gt=timezone.now()).first()


def user_of(*, email: str) -> User | None:
    """The member of staff with that address, in whatever case it was typed."""
    return User.objects.filter(email=email.strip().lower()).first()


def member_of(*, clinic: Clinic, membership_id: int) -> Membership | None:
    """Who works at the clinic under that id."""
    return Membership.objects.filter(clinic=clinic, id=membership_id).first()


def standing_consents(scope: str) -> QuerySet[Consent]:
    """Each patient's newest word on the scope, yes or no. A part of one query."""
    newer = Consent.objects.filter(
        patient=OuterRef("patient"), scope=OuterRef("scope"), id__gt=OuterRef("id")
    )
    return Consent.objects.filter(~Exists(newer), scope=scope)


def consents_to(patient: Patient, scope: str) -> bool:
    """Whether the patient's newest word on the scope is yes; never asked is no consent."""
    return standing_consents(scope).filter(patient=patient, given=True).exists()


def patients_consenting(clinic: Clinic, scope: str) -> QuerySet[Patient]:
    """The clinic's patients who consent to the scope now. A part of one query."""
    given = standing_consents(scope).filter(given=True)
    return Patient.objects.filter(clinic=clinic, id__in=given.values("patient"))


def standing_words(patient: Patient) -> dict[str, Consent]:
    """The patient's newest word by scope, with who recorded it; without scopes that they were never
    asked about. One query."""
    newer = Consent.objects.filter(
        patient=OuterRef("patient"), scope=OuterRef("scope"), id__gt=OuterRef("id")
    )
    standing = Consent.objects.filter(~Exists(newer), patient=patient)
    return {word.scope: word for word in standing.select_related("recorded_by")}


def ended_care() -> QuerySet[Consent]:
    """The withdrawal that stands of each patient who took back (or refused) the consent to care.
    Who was never asked is not among them. A part of one query."""
    return standing_consents(Consent.Scope.CARE).filter(given=False)


def has_ended_care(patient: Patient) -> bool:
    """Whether the patient took back, or refused, the consent to care."""
    return ended_care().filter(patient=patient).exists()
