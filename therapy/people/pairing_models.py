"""Codes that connect a phone with a patient, and the failed tries that count against guessing.

What a code is, and why, is in pairing.py.
"""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q, TextChoices
from django.utils import timezone

from therapy.access.walls import OfPatients
from therapy.fields import Record
from therapy.people.models import Device, Patient, User


class PairingCode(Record):
    """Lets one phone, once and for a quarter of an hour, become one of the patient's.

    The code itself is not here: `code_hmac` is what a typed code is found by, and with the site's
    secret the code is made again from the row's id, as long as it can be used (pairing.shown).
    """

    class State(TextChoices):
        OPEN = "open"
        USED = "used"
        ENDED = "ended"
        EXPIRED = "expired"

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="pairing_codes")
    code_hmac = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="By staff, or by a newer code.")
    device = models.OneToOneField(
        Device,
        on_delete=models.SET_NULL,
        null=True,
        related_name="pairing_code",
        help_text="The phone that used it.",
    )

    objects: ClassVar = OfPatients["PairingCode"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(used_at=None, ended_at=None),
                name="one_pairing_code_to_use_per_patient",
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(ended_at=None), name="pairing_code_used_or_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"pairing code for {self.patient}, {self.state(timezone.now())}"

    def state(self, at: datetime) -> "PairingCode.State":
        """Whether a phone may use it at that time, or why not."""
        if self.used_at is not None:
            return self.State.USED
        if self.ended_at is not None:
            return self.State.ENDED
        return self.State.OPEN if at < self.expires_at else self.State.EXPIRED


class PairingTry(models.Model):
    """One failed try to use a code, kept while it counts (pairing.WINDOW). Of the address that it
    came from only a keyed hash is kept."""

    client_hmac = models.CharField(max_length=64)
    tried_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["client_hmac", "tried_at"])]

    def __str__(self) -> str:
        return f"a try at {self.tried_at}"
