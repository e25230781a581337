"""Inviting people to work in a clinic: the only writer of invitations."""

import secrets
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from therapy.audit.writing import note_changed
from therapy.people.invitation_models import Invitation
from therapy.people.models import Clinic, Membership, User
from therapy.people.services import add_member, create_staff
from therapy.people.staff import refuse_granting
from therapy.people.tokens import token_digest
from therapy.records import add, problems_of, refuse

LASTS = timedelta(days=7)
OVER = {
    Invitation.State.USED: "This invitation was used already.",
    Invitation.State.REVOKED: "This invitation was taken back.",
    Invitation.State.EXPIRED: "This invitation has run out.",
}


@transaction.atomic
def invite(*, by: Membership, email: str, role: str) -> tuple[Invitation, str]:
    """An invitation to the clinic where `by` works, and its token, which is shown to nobody but the
    address. It takes the place of an older one to the same address.

    Raises ValidationError by field: no address, someone who works there already, an unknown role,
    a role that `by` may not give.
    """
    invitation, token = _drawn_up(by.clinic, email, role, by.user)
    refuse_granting(role, by=by)
    return _sent_out(invitation), token


@transaction.atomic
def invite_owner(*, clinic: Clinic, email: str, by: User) -> tuple[Invitation, str]:
    """As `invite`, by an operator: to be an owner, who invites everyone else.

    Raises PermissionDenied where `by` runs nothing here, ValidationError as `invite`.
    """
    if not by.is_superuser:
        raise PermissionDenied("Only who runs this installation invites to any clinic.")
    invitation, token = _drawn_up(clinic, email, Membership.Role.OWNER, by)
    return _sent_out(invitation), token


def _drawn_up(clinic: Clinic, email: str, role: str, by: User) -> tuple[Invitation, str]:
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        clinic=clinic,
        email=email.strip().lower(),
        role=role,
        token_sha256=token_digest(token),
        invited_by=by,
        expires_at=timezone.now() + LASTS,
    )
    refuse(problems_of(invitation))
    return invitation, token


def _sent_out(invitation: Invitation) -> Invitation:
    clinic, email = invitation.clinic, invitation.email
    if Membership.objects.filter(clinic=clinic, user__email=email).exists():
        refuse({"email": ["This person works at the clinic already."]})
    for older in _standing(clinic).filter(email=email):
        revoke_invitation(invitation=older)
    return add(invitation)


@transaction.atomic
def revoke_invitation(*, invitation: Invitation) -> None:
    """Take it back. One that was used, or taken back before, stays as it is."""
    standing = _standing(invitation.clinic).filter(id=invitation.id)
    if standing.update(revoked_at=timezone.now()):
        note_changed(invitation, "revoked_at")


@transaction.atomic
def accept_invitation(*, invitation: Invitation, user: User) -> Membership:
    """Someone who has an account joins. Raises ValidationError: an invitation that no longer
    stands, one to another address, someone who works there already."""
    held = _held(invitation)
    if user.email != held.email:
        refuse({"email": [f"This invitation is for {held.email}."]})
    return _join(held, add_member(user=user, clinic=held.clinic, role=held.role))


@transaction.atomic
def accept_with_new_account(*, invitation: Invitation, name: str, password: str) -> Membership:
    """Someone without an account gets one and joins. Raises ValidationError by field: an invitation
    that no longer stands, no name, a password that the rules refuse, an address with an account."""
    held = _held(invitation)
    if not name.strip():
        refuse({"name": ["Say how colleagues call you."]})
    membership, _ = create_staff(
        clinic=held.clinic, email=held.email, role=held.role, name=name, password=password
    )
    return _join(held, membership)


def invitation_of(*, token: str) -> Invitation | None:
    """The invitation of a token, whatever became of it."""
    found = Invitation.objects.select_related("clinic", "invited_by")
    return found.filter(token_sha256=token_digest(token)).first()


def pending_invitations(clinic: Clinic) -> QuerySet[Invitation]:
    """Those that can still be accepted, newest first."""
    pending = _standing(clinic).filter(expires_at__gt=timezone.now())
    return pending.select_related("invited_by")


def _standing(clinic: Clinic) -> QuerySet[Invitation]:
    return Invitation.objects.filter(clinic=clinic, used_at=None, revoked_at=None)


def _held(invitation: Invitation) -> Invitation:
    """The row, kept for this transaction, so that of two requests at once one is refused."""
    held = Invitation.objects.select_for_update().get(id=invitation.id)
    if held.state != Invitation.State.PENDING:
        refuse({"invitation": [OVER[held.state]]})
    return held


def _join(invitation: Invitation, membership: Membership) -> Membership:
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])
    return membership
