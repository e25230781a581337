"""How much, when and how the patient listens, and what goes with it."""

from typing import Any

from django.db import models

from therapy.encryption import EncryptedTextField
from therapy.fields import one_of
from therapy.plans.sections.lists import measure_problems, schedule_problems
from therapy.records import Problems, text_problems

LONGEST_HOMEWORK = 1000


class Output(models.TextChoices):
    ANY = "any"
    HEADPHONES = "headphones"
    SPEAKER = "speaker"


class Dose(models.Model):
    schedule = models.JSONField(
        default=list,
        blank=True,
        help_text="{days: [1..7], at: 'HH:MM', minutes}: when sessions are due, by the clock on "
        "the patient's wall, and for how long each may be begun.",
    )
    homework = EncryptedTextField(blank=True, help_text="What to do between sessions.")
    most_sessions_a_day = models.PositiveSmallIntegerField(null=True, blank=True)
    most_minutes_a_week = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Listening dose; empty: not limited."
    )
    volume_ceiling = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Per cent of the phone's own range."
    )
    output = models.CharField(max_length=10, choices=Output.choices, default=Output.ANY)
    fade_in = models.FloatField(default=3.0, help_text="Seconds")
    fade_out = models.FloatField(default=5.0, help_text="Seconds")
    breathing_rate = models.FloatField(
        null=True, blank=True, help_text="Paced breathing, breaths a minute; empty: none."
    )
    spoken_intro = models.BooleanField(default=False)
    silence_at_end = models.PositiveSmallIntegerField(default=0, help_text="Seconds")
    measures = models.JSONField(
        default=list, blank=True, help_text="{measure, when, may_skip}: what is asked, and when."
    )

    class Meta:
        abstract = True


BOUNDS = {
    "most_sessions_a_day": (1, 12),
    "most_minutes_a_week": (5, 7 * 24 * 60),
    "volume_ceiling": (1, 100),
    "fade_in": (0, 60),
    "fade_out": (0, 60),
    "breathing_rate": (3, 20),
    "silence_at_end": (0, 900),
}
CONSTRAINTS = [one_of("output", *Output.values, constraint="plan_output_known")]


def problems_of_dose(plan: Any) -> Problems:
    """What is wrong with the section, by field."""
    return (
        schedule_problems(plan.schedule)
        | measure_problems(plan.measures)
        | text_problems(plan, ("homework",), LONGEST_HOMEWORK)
    )
