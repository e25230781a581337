"""Invitations to work in a clinic."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from therapy.fields import Record, one_of
from therapy.people.models import Clinic, Membership, User


class Invitation(Record):
    """Someone may join a clinic, in a role, with the token that was sent to their address. Only the
    token's hash is kept."""

    class State(models.TextChoices):
        PENDING = "pending"
        USED = "used"
        REVOKED = "revoked"
        EXPIRED = "expired"

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(help_text="In lower case, as accounts have it.")
    role = models.CharField(max_length=10, choices=Membership.Role.choices)
    token_sha256 = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            one_of("role", "therapist", "admin", "owner", constraint="invitation_role_known"),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(revoked_at=None),
                name="invitation_used_or_revoked_not_both",
            ),
            models.UniqueConstraint(
                fields=["clinic", "email"],
                condition=Q(used_at=None, revoked_at=None),
                name="invitation_stands_once_per_address",
                violation_error_message="This address has just been invited by someone else.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}, {self.role} at {self.clinic}"

    @property
    def state(self) -> "Invitation.State":
        if self.used_at is not None:
            return self.State.USED
        if self.revoked_at is not None:
            return self.State.REVOKED
        return self.State.PENDING if timezone.now() < self.expires_at else self.State.EXPIRED
