"""What the API itself keeps for a while: how often it was called, and answers to give again."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from therapy.access.walls import OfPatients
from therapy.encryption import EncryptedTextField
from therapy.fields import Record
from therapy.people.models import Patient


class CallCount(models.Model):
    """How often someone called in the newest window that they called in. Who it is, is hashed with
    a key, so that the row tells of nobody."""

    caller_hmac = models.CharField(max_length=64, primary_key=True)
    window = models.PositiveBigIntegerField(help_text="Its number since 1970.")
    calls = models.PositiveIntegerField()
    window_ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.calls} calls until {self.window_ends_at}"


class KeptAnswer(Record):
    """The answer to a POST that came with an Idempotency-Key, to be given again.

    The row comes before the work and is without a `status` until the work is done, so that of
    several at once one works. `patient`: whom the answer is about, where that is known; it goes
    when they are erased.
    """

    key_hmac = models.CharField(max_length=64, unique=True, help_text="Of caller, address and key.")
    body_hmac = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    secret_answer = EncryptedTextField(blank=True, help_text="Headers and body, as JSON.")
    patient = models.ForeignKey(
        Patient, on_delete=models.CASCADE, null=True, related_name="kept_answers"
    )
    begun_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    objects: ClassVar = OfPatients["KeptAnswer"]()

    def __str__(self) -> str:
        return f"kept answer {self.id}, until {self.expires_at}"
