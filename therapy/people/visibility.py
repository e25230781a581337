"""What a signed-in user may see: the only way from a user, or from an address, to a patient."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from therapy.access.acts import Act, Role, roles_that_may
from therapy.audit.places import Shown
from therapy.people.models import Clinic, Membership, Patient, User


@dataclass(frozen=True)
class Access:
    """Of one user, whose roles are given by clinic, for one act; without an act, for what being
    signed in is enough for.

    `given` gathers whose records were handed out, and of which clinics a list of patients: the
    doorkeeper writes it down.
    """

    roles: Mapping[uuid.UUID, Role]
    act: Act | None = None
    given: set[Shown] = field(default_factory=set, compare=False)

    def reaches(self, clinic_id: uuid.UUID) -> bool:
        """Whether the user's role in this clinic allows the act."""
        role = self.roles.get(clinic_id)
        return role is not None and (self.act is None or role in roles_that_may(self.act))

    def allows(self, act: Act, clinic_id: uuid.UUID) -> bool:
        """Whether the user's role in this clinic allows another act: what a page may offer."""
        return self.roles.get(clinic_id) in roles_that_may(act)

    def clinics_where(self, act: Act) -> list[uuid.UUID]:
        """The clinics in which the user's role allows another act; no query."""
        return [clinic_id for clinic_id in self.roles if self.allows(act, clinic_id)]

    def clinics(self) -> QuerySet[Clinic]:
        """The clinics that the act reaches."""
        return Clinic.objects.filter(id__in=[held for held in self.roles if self.reaches(held)])

    def clinic(self, slug: str) -> Clinic:
        """The clinic of that address. Raises as `patient` does."""
        found = Clinic.objects.filter(slug=slug, id__in=list(self.roles)).first()
        if found is None:
            raise Http404("You work in no clinic with this address.")
        if not self.reaches(found.id):
            raise PermissionDenied(f"Your role at {found} does not let you {self.act}.")
        return found

    def patients_of(self, clinic: Clinic) -> QuerySet[Patient]:
        """As `patients`, of one clinic that `clinic` gave."""
        self.given.add((clinic.id, None))
        return Patient.objects.filter(clinic=clinic, erasure=None)

    def show(self, patients: Iterable[Patient]) -> None:
        """Remember that rows of these patients are handed out, which a list of a whole clinic has
        found."""
        self.given.update((patient.clinic_id, patient.id) for patient in patients)

    def patients(self) -> QuerySet[Patient]:
        """The patients of those clinics, but for those who are being erased."""
        self.given.update((clinic_id, None) for clinic_id in self.roles if self.reaches(clinic_id))
        return Patient.objects.filter(clinic__in=self.clinics(), erasure=None)

    def patient(self, patient_id: uuid.UUID) -> Patient:
        """The patient of that address.

        Raises Http404 in the same words for a patient of another clinic, for one who is being
        erased and for nobody, and PermissionDenied where the user works but their role does not
        allow the act.
        """
        found = Patient.objects.filter(id=patient_id, clinic__in=list(self.roles), erasure=None)
        patient = found.select_related("clinic", "therapist__user").first()
        if patient is None:
            raise Http404("None of your patients has this address.")
        if not self.reaches(patient.clinic_id):
            raise PermissionDenied(f"Your role at {patient.clinic} does not let you {self.act}.")
        self.given.add((patient.clinic_id, patient.id))
        return patient


def access_of(user: User | AnonymousUser, act: Act | None = None) -> Access:
    """The user's access; to nothing, where nobody is signed in. One query."""
    if not isinstance(user, User):
        return Access({}, act)
    held = Membership.objects.filter(user=user).values_list("clinic_id", "role")
    return Access({clinic_id: Role(role) for clinic_id, role in held}, act)


def clinics_of(user: User | AnonymousUser) -> QuerySet[Clinic]:
    """The clinics where `user` works, in whatever role."""
    return access_of(user).clinics()
