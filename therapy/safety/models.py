"""Flags: that a rule fired, who was told, and who has seen to it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from therapy.access.walls import OfPatients
from therapy.encryption import EncryptedTextField
from therapy.fields import Record
from therapy.people.models import Patient, User
from therapy.safety.rules import RULES, Rule, Severity


class SafetyFlag(Record):
    """A rule, in one version, fired on what a phone reported. It stands until someone of the staff
    has acknowledged it."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="safety_flags")
    rule = models.SlugField(max_length=40)
    rule_version = models.PositiveSmallIntegerField()
    severity = models.CharField(max_length=9, choices=[(one.value, one.value) for one in Severity])
    cause = models.UUIDField(help_text="The reported row that it fired on; once a rule.")
    numbers = models.JSONField(default=dict, help_text="What was compared, by name.")
    raised_at = models.DateTimeField(auto_now_add=True)
    told_at = models.DateTimeField(null=True, help_text="When the email was taken.")
    told = models.PositiveSmallIntegerField(default=0, help_text="How many people it went to.")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    note = EncryptedTextField(blank=True, help_text="What was done about it.")

    objects: ClassVar = OfPatients["SafetyFlag"]()

    class Meta:
        ordering = ["-raised_at", "id"]
        indexes = [
            models.Index(fields=["patient", "-raised_at"]),
            models.Index(fields=["-raised_at", "-id"], name="flag_newest_first"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["rule", "cause"], name="flag_once_per_rule_and_cause"),
            models.CheckConstraint(
                condition=Q(severity__in=[one.value for one in Severity]),
                name="flag_severity_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient}: {self.rule}"

    @property
    def definition(self) -> Rule:
        """The rule in words; the newest version's, where the flag's own is no longer here."""
        return RULES[self.rule]
