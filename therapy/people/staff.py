"""Who works in a clinic, in what role, and who decides that."""

from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import Http404

from therapy.access.acts import Act, roles_that_may
from therapy.people.models import Clinic, Membership, User
from therapy.records import problems_of, refuse


def managing(user: User, slug: str) -> Membership:
    """The membership by which `user` manages the staff of a clinic. Raises Http404, in the same
    words for a clinic of others and for none."""
    found = managed_by(user).filter(clinic__slug=slug).first()
    if found is None:
        raise Http404("You manage the staff of no clinic by this name.")
    return found


def managed_by(user: User) -> QuerySet[Membership]:
    """The memberships by which `user` manages staff."""
    roles = roles_that_may(Act.MANAGE_STAFF)
    managed = Membership.objects.filter(user=user, role__in=roles)
    return managed.select_related("clinic", "user").order_by("clinic__name", "id")


def roles_granted_by(membership: Membership) -> list[str]:
    """The roles that someone may give and take: an admin's are all but the owner's."""
    roles = list(Membership.Role.values)
    return roles if membership.role == Membership.Role.OWNER else [r for r in roles if r != "owner"]


def refuse_granting(role: str, *, by: Membership) -> None:
    """Raises ValidationError unless `by` may give that role."""
    if role not in roles_granted_by(by):
        refuse({"role": ["Only an owner can make someone an owner, or end that."]})


def staff_of(clinic: Clinic) -> QuerySet[Membership]:
    """Everyone who works there, by name, with `patient_count`: whose therapist they are."""
    members = Membership.objects.filter(clinic=clinic).select_related("user", "clinic")
    return members.annotate(patient_count=Count("patients")).order_by("user__name", "user__email")


@transaction.atomic
def change_role(*, membership: Membership, role: str, by: Membership) -> None:
    """Raises ValidationError by field: an unknown role, one that `by` may not give or take, the
    last owner."""
    _refuse_touching(membership, by)
    refuse(problems_of(Membership(user=membership.user, clinic=membership.clinic, role=role)))
    refuse_granting(role, by=by)
    if role != Membership.Role.OWNER:
        _refuse_last_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])


@transaction.atomic
def end_membership(*, membership: Membership, by: Membership) -> None:
    """Someone works here no longer: they see nothing of the clinic from now on. Their patients have
    no therapist until one is named; what they wrote stays. Raises ValidationError: the last owner,
    or an owner where `by` is none."""
    _refuse_touching(membership, by)
    _refuse_last_owner(membership)
    membership.delete()


def _refuse_touching(membership: Membership, by: Membership) -> None:
    if membership.clinic_id != by.clinic_id:
        raise Http404("This person works at another clinic.")
    refuse_granting(membership.role, by=by)


def _refuse_last_owner(membership: Membership) -> None:
    """Raises ValidationError. The owners are kept for this transaction, so that two owners cannot
    end each other's at once."""
    owners = Membership.objects.filter(clinic=membership.clinic, role=Membership.Role.OWNER)
    held = set(owners.select_for_update().values_list("id", flat=True))
    if held == {membership.id}:
        refuse({"role": ["A clinic needs an owner: make someone else one first."]})
