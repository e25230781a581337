"""Models that phones did not take."""

from django.db import models

from therapy.fields import one_of
from therapy.people.models import Device, Patient
from therapy.sessions.models.reports import Report, instant_as_said


class ModelRefusal(Report):
    """A delivered model that a phone did not believe, or could not use. The one that it had
    accepted last stays in use.

    It names no row of ours: what was refused may be nothing that was ever published.
    """

    class Reason(models.TextChoices):
        """What phones check, in the words of docs/clients/README.md."""

        MALFORMED = "malformed"
        UNKNOWN_KEY = "unknown-key"
        RETIRED_KEY = "retired-key"
        WRONG_PURPOSE = "wrong-purpose"
        WRONG_SIGNATURE = "wrong-signature"
        OTHER_PATIENT = "other-patient"
        OLD_VERSION = "old-version"
        EXPIRED = "expired"
        OTHER_BASE = "other-base"
        OTHER_KIND = "other-kind"
        WRONG_SIZE = "wrong-size"
        WRONG_CONTENT = "wrong-content"
        UNKNOWN_FORMAT = "unknown-format"

    INSTANTS = ("refused_at",)
    CONTENT = ("reason", "version", "base_sha256", "in_use")

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="model_refusals")
    device = models.ForeignKey(
        Device, on_delete=models.SET_NULL, null=True, related_name="+", help_text="Which phone."
    )
    reason = models.CharField(max_length=20, choices=Reason.choices)
    version = models.PositiveIntegerField(
        null=True, help_text="Of the refused record; empty where it could not be read."
    )
    base_sha256 = models.CharField(
        max_length=64, blank=True, help_text="Of the bundle that was offered with it."
    )
    in_use = models.PositiveIntegerField(
        null=True, help_text="Version of the model that stayed; empty: there was none."
    )
    refused_at = models.DateTimeField()
    phone_refused_at = instant_as_said()

    class Meta:
        ordering = ["-refused_at"]
        indexes = [models.Index(fields=["patient", "-refused_at"])]
        constraints = [
            one_of(
                "reason",
                *("malformed", "unknown-key", "retired-key", "wrong-purpose", "wrong-signature"),
                *("other-patient", "old-version", "expired", "other-base", "other-kind"),
                *("wrong-size", "wrong-content", "unknown-format"),
                constraint="refusal_reason_known",
            ),
        ]

    def __str__(self) -> str:
        return f"Model refused by a phone of {self.patient}: {self.reason}"
