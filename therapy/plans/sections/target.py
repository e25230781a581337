"""Where the music leads, by which way, and the guards of the path."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from therapy.fields import affect_field, one_of

FEWEST_TRACKS, MOST_TRACKS = 3, 8


class Curve(models.TextChoices):
    """How the path goes from the mood to the target (docs/playlists.md draws them)."""

    LINEAR = "linear"
    EASE_OUT = "ease-out"
    PLATEAU = "plateau"
    U = "u"
    DIRECT = "direct"


class Target(models.Model):
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
    hold_radius = models.FloatField(default=0.15, help_text="Nearer to the target than this: hold.")
    largest_step = models.FloatField(
        default=0.35, help_text="Between waypoints, in the affect plane."
    )
    lowest_valence = affect_field("The path matches no lower valence than this", default=-0.6)

    class Meta:
        abstract = True


BOUNDS = {
    "target_valence": (-1, 1),
    "target_arousal": (-1, 1),
    "start_factor": (0.5, 1),
    "track_count": (FEWEST_TRACKS, MOST_TRACKS),
    "minutes": (5, 60),
    "hold_radius": (0, 1),
    "largest_step": (0.05, 3),
    "lowest_valence": (-1, 1),
}
CONSTRAINTS = [one_of("curve", *Curve.values, constraint="plan_curve_known")]
