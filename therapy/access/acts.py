"""What staff do, and whose role allows it. The only table of permissions."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.db.models import TextChoices


class Role(TextChoices):
    """What someone is in a clinic."""

    THERAPIST = "therapist"
    ADMIN = "admin"
    OWNER = "owner"


class Act(StrEnum):
    """Something that not everyone may do, in words that complete 'Your role does not let you …'."""

    SEE_PATIENTS = "see patients"
    CHANGE_CARE = "change what a patient is given"
    KEEP_NOTES = "read and write notes"
    MANAGE_STAFF = "manage staff"
    SEE_OUTCOMES = "see the outcomes of the clinic"
    SEE_JOBS = "see the clinic's background work and try it again"
    MANAGE_CATALOGUE = "manage the catalogue"
    READ_AUDIT = "read who wrote and who read what"
    TAKE_DATA_OUT = "take a patient's data out"
    ERASE = "erase a patient"

    @property
    def key(self) -> str:
        """For programs: `see-patients`."""
        return self.name.lower().replace("_", "-")


ALLOWED: Final[Mapping[Act, frozenset[Role]]] = {
    Act.SEE_PATIENTS: frozenset(Role),
    Act.CHANGE_CARE: frozenset({Role.THERAPIST, Role.OWNER}),
    Act.KEEP_NOTES: frozenset({Role.THERAPIST, Role.OWNER}),
    Act.MANAGE_STAFF: frozenset({Role.ADMIN, Role.OWNER}),
    Act.SEE_OUTCOMES: frozenset({Role.ADMIN, Role.OWNER}),
    Act.SEE_JOBS: frozenset({Role.ADMIN, Role.OWNER}),
    Act.MANAGE_CATALOGUE: frozenset({Role.ADMIN, Role.OWNER}),
    Act.READ_AUDIT: frozenset({Role.OWNER}),
    Act.TAKE_DATA_OUT: frozenset({Role.THERAPIST, Role.OWNER}),
    Act.ERASE: frozenset({Role.OWNER}),
}


def roles_that_may(act: Act) -> frozenset[Role]:
    return ALLOWED[act]
