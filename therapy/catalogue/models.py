"""Catalogues of tracks, and track features under named, versioned schemas."""

import hashlib
import uuid

from django.db import models

from therapy.fields import Record, one_of, within


class FeatureSchema(models.Model):
    """What the numbers of a feature row mean: an ordered list of named features with units.

    Never changed once features were stored under it; a new list is a new version.
    """

    name = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField()
    features = models.JSONField(help_text="[{name, unit, description}, …] in column order")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="schema_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}-{self.version}"

    @property
    def columns(self) -> list[str]:
        """Names of the features in column order."""
        return [feature["name"] for feature in self.features]


class Catalogue(Record):
    """A collection of tracks that clinics may be given."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, help_text="Where it comes from, and its rights.")

    def __str__(self) -> str:
        return self.name


class Track(Record):
    """A piece of music that can be put in a playlist."""

    class Lyrics(models.TextChoices):
        NONE = "none"
        SUNG = "sung"
        UNKNOWN = "unknown"

    catalogue = models.ForeignKey(Catalogue, on_delete=models.PROTECT, related_name="tracks")
    external_id = models.CharField(
        max_length=120,
        help_text="Its name in the catalogue's source: a file name, a data set's id.",
    )
    title = models.CharField(max_length=200)
    artist = models.CharField(max_length=200, blank=True)
    duration_seconds = models.FloatField(null=True)
    audio = models.FileField(upload_to="audio/", blank=True)
    audio_sha256 = models.CharField(max_length=64, blank=True)
    true_peak_dbtp = models.FloatField(null=True, help_text="True peak, dBTP (ITU-R BS.1770).")
    tags = models.JSONField(default=list, help_text="Lower-case words: instruments, genre, mood.")
    explicit = models.BooleanField(default=False)
    lyrics = models.CharField(max_length=8, choices=Lyrics.choices, default=Lyrics.UNKNOWN)
    language = models.CharField(
        max_length=35, blank=True, help_text="Of the lyrics, as a BCP 47 tag; empty: not known."
    )
    rights = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["catalogue_id", "title", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["catalogue", "external_id"], name="track_once_per_catalogue"
            ),
            within("duration_seconds", 0.01, 24 * 3600, constraint="track_duration_in_range"),
            within("true_peak_dbtp", -200, 100, constraint="track_true_peak_in_range"),
            one_of("lyrics", "none", "sung", "unknown", constraint="track_lyrics_known"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """Its name across installations, by which a base knows it: catalogue/external id."""
        return track_key(self.catalogue.slug, self.external_id)

    @property
    def key_digest(self) -> str:
        """Of the key: what phones know it by, so that no catalogue's names leave its clinics."""
        return digest_of_key(self.key)


def track_key(catalogue: str, external_id: str) -> str:
    """The key of a track, from its catalogue's slug and its name there."""
    return f"{catalogue}/{external_id}"


def digest_of_key(key: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a track's key."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


class TrackSound(models.Model):
    """How a track's sound looks, and by what it is found again in another format.

    Tracks with the same `recording` are copies of one, whatever catalogue they are in.
    """

    track = models.OneToOneField(Track, on_delete=models.CASCADE, related_name="sound")
    audio_sha256 = models.CharField(max_length=64, help_text="Of the audio that was looked at.")
    waveform = models.JSONField(help_text="Largest swings, 0..1, from the start to the end.")
    fingerprint = models.BinaryField(help_text="adaptation/audio/fingerprint.py")
    recording = models.UUIDField(default=uuid.uuid4, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Sound of {self.track}"


class TrackFeatures(models.Model):
    """A track's numbers under one feature schema, in the schema's column order."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="features")
    schema = models.ForeignKey(FeatureSchema, on_delete=models.PROTECT, related_name="rows")
    values = models.JSONField(help_text="One finite number a column.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["track", "schema"], name="features_once_per_schema"),
        ]

    def __str__(self) -> str:
        return f"{self.track} under {self.schema}"
