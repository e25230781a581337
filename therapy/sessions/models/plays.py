"""Tracks as they were heard."""

from django.db import models

from therapy.catalogue.models import Track
from therapy.fields import one_of, within
from therapy.people.models import Patient
from therapy.sessions.models.reports import Report, instant_as_said
from therapy.sessions.models.sittings import ListeningSession

MOST_PLAYS = 1000  # of one session, repeats and skips included
LONGEST_PLAY = 24 * 3600.0  # seconds


class TrackPlay(Report):
    """A track that was played, how much of it was heard, and how that ended."""

    class Ending(models.TextChoices):
        FINISHED = "finished"
        SKIPPED = "skipped"  # the patient went on to the next one
        STOPPED = "stopped"  # the session was stopped

    INSTANTS = ("started_at",)
    CONTENT = ("session", "track", "position", "seconds_heard", "ending")

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="track_plays")
    session = models.ForeignKey(
        ListeningSession,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="track_plays",
    )
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="plays")
    position = models.PositiveSmallIntegerField(help_text="Of this play in the session, from 0.")
    started_at = models.DateTimeField()
    phone_started_at = instant_as_said()
    seconds_heard = models.FloatField(help_text="Without the pauses.")
    ending = models.CharField(max_length=10, choices=Ending.choices)

    class Meta:
        ordering = ["started_at"]
        indexes = [models.Index(fields=["patient", "started_at"])]
        constraints = [
            within("position", 0, MOST_PLAYS - 1, constraint="play_position_in_range"),
            within("seconds_heard", 0, LONGEST_PLAY, constraint="play_seconds_in_range"),
            one_of("ending", "finished", "skipped", "stopped", constraint="play_ending_known"),
        ]

    def __str__(self) -> str:
        return f"{self.track}: {self.ending} after {self.seconds_heard:.0f} s"
