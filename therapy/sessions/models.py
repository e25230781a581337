"""Listening sessions, the ratings around them, and the playlists that phones made.

The phone makes these rows, often offline: their keys come from it and a second arrival of the
same key is the same row. `rated_at` and the like are the phone's clock, `received_at` is ours.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from therapy.access.walls import OfPatients
from therapy.catalogue.models import Track
from therapy.fields import Record, affect_field, one_of, within
from therapy.people.models import Patient
from therapy.plans.models import MOST_TRACKS, SessionPlan


class ListeningSession(Record):
    """One sitting: mood, playlist, mood."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="sessions")
    plan = models.ForeignKey(
        SessionPlan, on_delete=models.PROTECT, null=True, related_name="sessions"
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = OfPatients["ListeningSession"]()

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["patient", "-started_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")),
                name="session_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return f"Session of {self.patient} at {self.started_at:%Y-%m-%d %H:%M}"


class MoodRating(Record):
    """What the patient said of the mood: valence and arousal on the Affective Slider."""

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
    received_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = OfPatients["MoodRating"]()

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


class TrackRating(Record):
    """What the patient said of a track that was just heard."""

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
    received_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = OfPatients["TrackRating"]()

    class Meta:
        ordering = ["rated_at"]
        indexes = [models.Index(fields=["patient", "rated_at"])]
        constraints = [
            within("liking", 1, 5, constraint="track_liking_in_range"),
            within("familiarity", 1, 5, constraint="track_familiarity_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.track}: {self.liking}/5"


class PlaylistLog(Record):
    """A playlist as a phone made it: enough to make it again, and to weigh its choices later."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="playlists")
    session = models.ForeignKey(
        ListeningSession, on_delete=models.CASCADE, null=True, blank=True, related_name="playlists"
    )
    model_version = models.PositiveIntegerField(help_text="Version of the patient's model.")
    package_sha256 = models.CharField(max_length=64)
    seed = models.BigIntegerField(help_text="Seed of the noise that the choice was drawn with.")
    mood_valence = affect_field("Mood it started from, valence")
    mood_arousal = affect_field("Mood it started from, arousal")
    target_valence = affect_field("Target, valence")
    target_arousal = affect_field("Target, arousal")
    made_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = OfPatients["PlaylistLog"]()

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["patient", "-made_at"])]
        constraints = [
            within(name, -1, 1, constraint=f"playlist_{name}_in_range")
            for name in ("mood_valence", "mood_arousal", "target_valence", "target_arousal")
        ]

    def __str__(self) -> str:
        return f"Playlist of {self.patient} at {self.made_at:%Y-%m-%d %H:%M}"


class OfPlaylists(OfPatients["PlaylistEntry"]):
    path = "playlist__patient__clinic"


class PlaylistEntry(models.Model):
    """One track of a playlist: where the path wanted to be and where the model expected to be."""

    playlist = models.ForeignKey(PlaylistLog, on_delete=models.CASCADE, related_name="entries")
    position = models.PositiveSmallIntegerField()
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="+")
    waypoint_valence = affect_field("Waypoint, valence")
    waypoint_arousal = affect_field("Waypoint, arousal")
    predicted_valence = affect_field("Predicted after the track, valence")
    predicted_arousal = affect_field("Predicted after the track, arousal")
    deviation_valence = models.FloatField(help_text="Standard deviation of the prediction")
    deviation_arousal = models.FloatField(help_text="Standard deviation of the prediction")
    log_probability = models.FloatField(help_text="Natural log of the probability of this choice")

    objects: ClassVar = OfPlaylists()

    class Meta:
        ordering = ["playlist_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["playlist", "position"], name="entry_position_once"),
            within("position", 0, MOST_TRACKS - 1, constraint="entry_position_in_range"),
            within("log_probability", -1e6, 0, constraint="entry_log_probability_in_range"),
            *(
                within(f"{name}_{axis}", low, high, constraint=f"entry_{name}_{axis}_in_range")
                for name, low, high in (
                    ("waypoint", -1, 1),
                    ("predicted", -1, 1),
                    ("deviation", 0, 10),
                )
                for axis in ("valence", "arousal")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position + 1}. {self.track}"
