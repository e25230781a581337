"""Answers to measures: what a patient said, did not want to say, or did not get round to."""

from django.db import models
from django.db.models import Q

from therapy.fields import one_of
from therapy.people.models import Patient
from therapy.sessions.models.reports import Report, instant_as_said
from therapy.sessions.models.sittings import ListeningSession


class MeasureResponse(Report):
    """One time that a measure was shown. Its definition (therapy/measures) has key and version.

    That a measure was never shown is the absence of a row, which only the server can notice.
    """

    class State(models.TextChoices):
        ANSWERED = "answered"
        SKIPPED = "skipped"  # the patient said no
        EXPIRED = "expired"  # it was shown, and its time ran out

    INSTANTS = ("answered_at",)
    CONTENT = ("session", "measure", "version", "language", "state", "answers")

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="measure_responses")
    session = models.ForeignKey(
        ListeningSession,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="measure_responses",
    )
    measure = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=35, help_text="Of the text that was shown, BCP 47.")
    state = models.CharField(max_length=8, choices=State.choices)
    answers = models.JSONField(null=True, help_text="Item id → value; empty unless answered.")
    scores = models.JSONField(
        null=True, help_text="Scale → {value, band}, as computed at arrival; empty unless answered."
    )
    safety_check = models.BooleanField(
        default=False, help_text="The question about self-harm was answered above 0."
    )
    answered_at = models.DateTimeField(help_text="When it was answered, skipped, or ran out.")
    phone_answered_at = instant_as_said()

    class Meta:
        ordering = ["answered_at"]
        indexes = [models.Index(fields=["patient", "-answered_at"])]
        constraints = [
            one_of("state", "answered", "skipped", "expired", constraint="measure_state_known"),
            models.CheckConstraint(
                condition=Q(state="answered", answers__isnull=False, scores__isnull=False)
                | Q(
                    state__in=["skipped", "expired"],
                    answers__isnull=True,
                    scores__isnull=True,
                    safety_check=False,
                ),
                name="measure_answers_where_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} version {self.version}, {self.state}"
