"""Who may see what. The only way from a signed-in user, or from an address, to a patient."""

import uuid

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404

from therapy.people.models import Clinic, Patient, User


def clinics_of(user: User | AnonymousUser) -> QuerySet[Clinic]:
    """The clinics where `user` works, in whatever role."""
    if not isinstance(user, User):
        return Clinic.objects.none()
    return Clinic.objects.filter(memberships__user=user)


def patients_visible_to(user: User | AnonymousUser) -> QuerySet[Patient]:
    """Therapists, admins and owners see all patients of their own clinics, and no others."""
    return Patient.objects.filter(clinic__in=clinics_of(user))


def patient_for(user: User | AnonymousUser, patient_id: uuid.UUID) -> Patient:
    """The patient, if `user` may see them.

    Raises Http404 otherwise, in the same words for a patient of another clinic and for nobody.
    """
    patient = (
        patients_visible_to(user)
        .select_related("clinic", "therapist__user")
        .filter(id=patient_id)
        .first()
    )
    if patient is None:
        raise Http404("None of your patients has this address.")
    return patient
