"""Playlists as phones made them."""

from typing import ClassVar

from django.db import models

from therapy.access.walls import OfPatients
from therapy.catalogue.models import Track
from therapy.fields import affect_field, within
from therapy.people.models import Patient
from therapy.plans.models import MOST_TRACKS
from therapy.sessions.models.reports import Report, instant_as_said
from therapy.sessions.models.sittings import ListeningSession


class PlaylistLog(Report):
    """A playlist as a phone made it: enough to make it again, and to weigh its choices later."""

    INSTANTS = ("made_at",)
    CONTENT = (
        *("session", "model_version", "package_sha256", "seed"),
        *("mood_valence", "mood_arousal", "target_valence", "target_arousal", "chosen_first"),
    )
    PARTS = ("entries",)

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
    chosen_first = models.BooleanField(
        default=False,
        help_text="The patient chose the first track, among equivalent ones; else it was drawn.",
    )
    made_at = models.DateTimeField()
    phone_made_at = instant_as_said()

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
        verbose_name_plural = "playlist entries"
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
