"""What the patient said: of the mood, and of tracks."""

from django.db import models

from therapy.catalogue.models import Track
from therapy.fields import affect_field, one_of, within
from therapy.people.models import Patient
from therapy.sessions.models.reports import Report, instant_as_said
from therapy.sessions.models.sittings import ListeningSession


class MoodRating(Report):
    """What the patient said of the mood: valence and arousal on the Affective Slider."""

    INSTANTS = ("rated_at",)
    CONTENT = ("session", "phase", "valence", "arousal")

    class Phase(models.TextChoices):
        BEFORE = "before"
        DURING = "during"
        AFTER = "after"

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="mood_ratings")
    session = models.ForeignKey(
        ListeningSession,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="mood_ratings",
    )
    phase = models.CharField(max_length=6, choices=Phase.choices)
    valence = affect_field("Unpleasant to pleasant")
    arousal = affect_field("Calm to excited")
    rated_at = models.DateTimeField()
    phone_rated_at = instant_as_said()

    class Meta:
        ordering = ["rated_at"]
        indexes = [models.Index(fields=["patient", "rated_at"])]
        constraints = [
            within("valence", -1, 1, constraint="mood_valence_in_range"),
            within("arousal", -1, 1, constraint="mood_arousal_in_range"),
            one_of("phase", "before", "during", "after", constraint="mood_phase_known"),
        ]

    def __str__(self) -> str:
        return f"{self.phase}: valence {self.valence:+.2f}, arousal {self.arousal:+.2f}"


class MoodSkip(Report):
    """The patient was asked for the mood, and chose not to say it. It is no rating: nothing is
    learned from it, and where a mood was said in the same phase all the same, that counts."""

    INSTANTS = ("skipped_at",)
    CONTENT = ("session", "phase")

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="mood_skips")
    session = models.ForeignKey(
        ListeningSession, on_delete=models.CASCADE, null=True, blank=True, related_name="mood_skips"
    )
    phase = models.CharField(max_length=6, choices=MoodRating.Phase.choices)
    skipped_at = models.DateTimeField()
    phone_skipped_at = instant_as_said()

    class Meta:
        ordering = ["skipped_at"]
        indexes = [models.Index(fields=["patient", "skipped_at"])]
        constraints = [
            one_of("phase", "before", "during", "after", constraint="mood_skip_phase_known"),
        ]

    def __str__(self) -> str:
        return f"{self.phase}: not said"


class TrackRating(Report):
    """What the patient said of a track that was just heard."""

    INSTANTS = ("rated_at",)
    CONTENT = ("session", "track", "liking", "familiarity")

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="track_ratings")
    session = models.ForeignKey(
        ListeningSession,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="track_ratings",
    )
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="ratings")
    liking = models.PositiveSmallIntegerField(help_text="1 (not at all) .. 5 (very much)")
    familiarity = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="1 (never heard) .. 5 (know it well); empty: not asked"
    )
    rated_at = models.DateTimeField()
    phone_rated_at = instant_as_said()

    class Meta:
        ordering = ["rated_at"]
        indexes = [models.Index(fields=["patient", "rated_at"])]
        constraints = [
            within("liking", 1, 5, constraint="track_liking_in_range"),
            within("familiarity", 1, 5, constraint="track_familiarity_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.track}: {self.liking}/5"
