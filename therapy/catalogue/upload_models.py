"""Recordings that staff sent from the browser, and what became of each."""

from typing import ClassVar

from django.db import models

from therapy.access.walls import WithinClinics
from therapy.catalogue.models import Catalogue, Track
from therapy.fields import Record, one_of
from therapy.people.models import Clinic, User


class Upload(Record):
    """Files that were sent at once, with what was said of all of them."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="uploads")
    catalogue = models.ForeignKey(Catalogue, on_delete=models.PROTECT, related_name="uploads")
    sent_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    rights = models.CharField(max_length=200)
    artist = models.CharField(max_length=200, blank=True)
    tags = models.JSONField(default=list)
    lyrics = models.CharField(
        max_length=8, choices=Track.Lyrics.choices, default=Track.Lyrics.UNKNOWN
    )
    explicit = models.BooleanField(default=False)
    keep_copies = models.BooleanField(
        default=False, help_text="Recordings that the catalogue has in another format, too."
    )

    objects: ClassVar = WithinClinics["Upload"]()

    class Meta:
        ordering = ["-sent_at"]
        constraints = [
            one_of("lyrics", "none", "sung", "unknown", constraint="upload_lyrics_known")
        ]

    def __str__(self) -> str:
        return f"Upload to {self.catalogue}, {self.sent_at:%Y-%m-%d %H:%M}"


class UploadedFile(models.Model):
    """One file, and what became of it. The copy that is stored here goes once that is known."""

    class State(models.TextChoices):
        WAITING = "waiting"
        STORED = "stored"
        KNOWN = "known"
        REFUSED = "refused"

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    bytes = models.PositiveBigIntegerField()
    file = models.FileField(upload_to="uploads/", blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    said = models.TextField(blank=True, help_text="Why it was refused, or of what it is a copy.")
    track = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "position"], name="upload_position_once"),
            one_of(
                "state", "waiting", "stored", "known", "refused", constraint="uploaded_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name
