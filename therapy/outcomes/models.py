"""Summaries by patient and calendar month (UTC), from which every report is computed.

They hold nothing that the reports of phones do not: they are made anew from them, and deleted with
their patient.
"""

from typing import ClassVar

from django.db import models

from therapy.access.walls import OfPatients
from therapy.fields import one_of
from therapy.people.models import Patient


class OutcomeSummary(models.Model):
    """When a patient's months were summed, and after which report."""

    patient = models.OneToOneField(
        Patient, on_delete=models.CASCADE, primary_key=True, related_name="outcome_summary"
    )
    reports_until = models.DateTimeField(
        null=True, help_text="When the last report had arrived as they were summed."
    )
    made_at = models.DateTimeField()
    held_lately = models.PositiveIntegerField(
        default=0, help_text="Occasions of the two weeks before that were held."
    )
    missed_lately = models.PositiveIntegerField(
        default=0, help_text="Of the same those that ran out or were missed."
    )

    objects: ClassVar = OfPatients["OutcomeSummary"]()

    class Meta:
        verbose_name_plural = "outcome summaries"

    def __str__(self) -> str:
        return f"Outcomes of {self.patient}, {self.made_at:%Y-%m-%d %H:%M}"


class OfAMonth(models.Model):
    """Of one patient in one month."""

    month = models.DateField(help_text="Its first day.")

    class Meta:
        abstract = True


class MoodMonth(OfAMonth):
    """Moods before and after, summed over the sessions of one aim that have both."""

    class Aim(models.TextChoices):
        CALM = "calm"  # the plan's target is not above the middle of arousal
        LIVELY = "lively"
        HOLD = "hold"  # the mood was at the target already: nothing was to change

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="mood_months")
    aim = models.CharField(max_length=6, choices=Aim.choices)
    sessions = models.PositiveIntegerField()
    valence_before = models.FloatField()
    valence_after = models.FloatField()
    valence_before_squared = models.FloatField()
    valence_after_squared = models.FloatField()
    valence_product = models.FloatField()
    arousal_before = models.FloatField()
    arousal_after = models.FloatField()
    arousal_before_squared = models.FloatField()
    arousal_after_squared = models.FloatField()
    arousal_product = models.FloatField()

    objects: ClassVar = OfPatients["MoodMonth"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "month", "aim"], name="mood_month_once"),
            one_of("aim", "calm", "lively", "hold", constraint="mood_month_aim_known"),
        ]

    def __str__(self) -> str:
        return f"Moods of {self.patient}, {self.month:%Y-%m}, {self.aim}"


class ListeningMonth(OfAMonth):
    """How much was listened, what was said of the mood, and what became of the plan's occasions."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="listening_months")
    sessions = models.PositiveIntegerField()
    completed = models.PositiveIntegerField()
    stopped = models.PositiveIntegerField()
    seconds = models.FloatField(help_text="From beginning to end, of sessions whose end is known.")
    both_moods = models.PositiveIntegerField()
    only_before = models.PositiveIntegerField()
    only_after = models.PositiveIntegerField()
    held = models.PositiveIntegerField(help_text="Occasions, as the following.")
    skipped = models.PositiveIntegerField()
    expired = models.PositiveIntegerField()
    missed = models.PositiveIntegerField()
    not_known = models.PositiveIntegerField()

    objects: ClassVar = OfPatients["ListeningMonth"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "month"], name="listening_month_once"),
        ]

    def __str__(self) -> str:
        return f"Listening of {self.patient}, {self.month:%Y-%m}"


class MeasureMonth(OfAMonth):
    """The first and the last score of a measure's scale in the month."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="measure_months")
    measure = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    scale = models.CharField(max_length=40)
    answers = models.PositiveIntegerField()
    first = models.FloatField()
    last = models.FloatField()

    objects: ClassVar = OfPatients["MeasureMonth"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "measure", "version", "scale", "month"],
                name="measure_month_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} of {self.patient}, {self.month:%Y-%m}"
