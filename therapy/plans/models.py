"""Session plans: what a therapist prescribes."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from therapy.access.walls import OfPatients
from therapy.catalogue.models import Track
from therapy.fields import Record, affect_field, one_of, within
from therapy.people.models import Patient, User

FEWEST_TRACKS, MOST_TRACKS = 3, 8


class SessionPlan(Record):
    """A prescription of listening, one version of it.

    A version is never edited: a change is the next version, so that every session can show the
    plan that it was made under. The current plan is the one with the highest version.
    """

    class Curve(models.TextChoices):
        """How the path goes from the mood to the target (docs/playlists.md draws them)."""

        LINEAR = "linear"
        EASE_OUT = "ease-out"
        PLATEAU = "plateau"
        U = "u"
        DIRECT = "direct"

    class LyricsRule(models.TextChoices):
        ANY = "any"
        NONE = "none"

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="plans")
    version = models.PositiveIntegerField()
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    target_valence = affect_field("Valence to arrive at", default=0.5)
    target_arousal = affect_field("Arousal to arrive at", default=-0.5)
    curve = models.CharField(max_length=10, choices=Curve.choices, default=Curve.LINEAR)
    start_factor = models.FloatField(
        default=1.0,
        validators=[MinValueValidator(0.5), MaxValueValidator(1.0)],
        help_text="λ: 1 starts at the patient's mood, less starts a little nearer the target.",
    )
    track_count = models.PositiveSmallIntegerField(
        default=5,
        validators=[MinValueValidator(FEWEST_TRACKS), MaxValueValidator(MOST_TRACKS)],
        help_text="K, tracks a session",
    )
    minutes = models.PositiveSmallIntegerField(default=20, help_text="Planned length of a session")

    # Path guards
    hold_radius = models.FloatField(default=0.15, help_text="Nearer to the target than this: hold.")
    largest_step = models.FloatField(
        default=0.35, help_text="Between waypoints, in the affect plane."
    )
    lowest_valence = affect_field("The path matches no lower valence than this", default=-0.6)

    # Exclusions: masked, never weighed
    never_tracks = models.ManyToManyField(Track, blank=True, related_name="+")
    excluded_tags = models.JSONField(default=list, blank=True)
    explicit_allowed = models.BooleanField(default=False)
    lyrics = models.CharField(max_length=4, choices=LyricsRule.choices, default=LyricsRule.ANY)
    tempo_min = models.FloatField(null=True, blank=True, help_text="bpm")
    tempo_max = models.FloatField(null=True, blank=True, help_text="bpm")
    loudness_max = models.FloatField(null=True, blank=True, help_text="Integrated, LUFS")

    objects: ClassVar = OfPatients["SessionPlan"]()

    class Meta:
        ordering = ["patient_id", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "version"], name="plan_version_once"),
            within("target_valence", -1, 1, constraint="plan_target_valence_in_range"),
            within("target_arousal", -1, 1, constraint="plan_target_arousal_in_range"),
            within("lowest_valence", -1, 1, constraint="plan_lowest_valence_in_range"),
            within("start_factor", 0.5, 1, constraint="plan_start_factor_in_range"),
            within(
                "track_count", FEWEST_TRACKS, MOST_TRACKS, constraint="plan_track_count_in_range"
            ),
            within("minutes", 5, 60, constraint="plan_minutes_in_range"),
            within("hold_radius", 0, 1, constraint="plan_hold_radius_in_range"),
            within("largest_step", 0.05, 3, constraint="plan_largest_step_in_range"),
            one_of(
                "curve",
                "linear",
                "ease-out",
                "plateau",
                "u",
                "direct",
                constraint="plan_curve_known",
            ),
            one_of("lyrics", "any", "none", constraint="plan_lyrics_known"),
            within("tempo_min", 1, 1000, constraint="plan_tempo_min_in_range"),
            within("tempo_max", 1, 1000, constraint="plan_tempo_max_in_range"),
            within("loudness_max", -100, 0, constraint="plan_loudness_max_in_range"),
            models.CheckConstraint(
                condition=Q(tempo_min__isnull=True)
                | Q(tempo_max__isnull=True)
                | Q(tempo_min__lte=F("tempo_max")),
                name="plan_tempo_range_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"Plan of {self.patient}, version {self.version}"
