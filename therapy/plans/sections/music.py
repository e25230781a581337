"""Which music may be played. Exclusions are masked, never weighed: no liking outbids them."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from therapy.catalogue.models import Track
from therapy.encryption import EncryptedJSONField
from therapy.fields import one_of
from therapy.plans.sections.lists import tag_problems, trigger_problems
from therapy.records import Problems


class LyricsRule(models.TextChoices):
    ANY = "any"
    NONE = "none"
    LANGUAGES = "languages"


class Selection(models.TextChoices):
    """Who chooses what is played."""

    MODEL = "model"
    PATIENT = "patient"
    TOGETHER = "together"
    THERAPIST = "therapist"


class Familiarity(models.TextChoices):
    ANY = "any"
    FAMILIAR = "familiar"
    NEW = "new"


class Music(models.Model):
    selected_by = models.CharField(
        max_length=10, choices=Selection.choices, default=Selection.MODEL
    )
    familiarity = models.CharField(
        max_length=8,
        choices=Familiarity.choices,
        default=Familiarity.ANY,
        help_text="What is preferred; not a rule.",
    )
    composed_share = models.FloatField(
        default=0.0, help_text="Share of the music that the phone composes itself, 0..1."
    )
    always_tracks = models.ManyToManyField(
        Track, blank=True, related_name="+", help_text="Offered in every session that allows them."
    )
    never_tracks = models.ManyToManyField(Track, blank=True, related_name="+")
    only_tags = models.JSONField(
        default=list, blank=True, help_text="Only tracks with one of these words; empty: all."
    )
    excluded_tags = models.JSONField(default=list, blank=True)
    triggers = EncryptedJSONField(
        default=list,
        blank=True,
        help_text="{tag, reason}: tags that must never be played to this patient, and why.",
    )
    explicit_allowed = models.BooleanField(default=False)
    lyrics = models.CharField(max_length=9, choices=LyricsRule.choices, default=LyricsRule.ANY)
    lyric_languages = models.JSONField(
        default=list, blank=True, help_text="BCP 47 tags; with the rule `languages`."
    )
    tempo_min = models.FloatField(null=True, blank=True, help_text="bpm")
    tempo_max = models.FloatField(null=True, blank=True, help_text="bpm")
    loudness_min = models.FloatField(null=True, blank=True, help_text="Integrated, LUFS")
    loudness_max = models.FloatField(null=True, blank=True, help_text="Integrated, LUFS")
    brightness_min = models.FloatField(null=True, blank=True, help_text="Spectral centroid, Hz")
    brightness_max = models.FloatField(null=True, blank=True, help_text="Spectral centroid, Hz")

    class Meta:
        abstract = True


BOUNDS = {
    "composed_share": (0, 1),
    "tempo_min": (1, 1000),  # bpm
    "tempo_max": (1, 1000),
    "loudness_min": (-100, 0),  # LUFS; 0 is full scale
    "loudness_max": (-100, 0),
    "brightness_min": (0, 24_000),  # Hz, half of 48 kHz
    "brightness_max": (0, 24_000),
}
RANGES = {"tempo": "bpm", "loudness": "LUFS", "brightness": "Hz"}
CONSTRAINTS = [
    one_of("lyrics", *LyricsRule.values, constraint="plan_lyrics_known"),
    one_of("selected_by", *Selection.values, constraint="plan_selected_by_known"),
    one_of("familiarity", *Familiarity.values, constraint="plan_familiarity_known"),
    *(
        models.CheckConstraint(
            condition=Q(**{f"{name}_min__isnull": True})
            | Q(**{f"{name}_max__isnull": True})
            | Q(**{f"{name}_min__lte": F(f"{name}_max")}),
            name=f"plan_{name}_range_not_empty",
        )
        for name in RANGES
    ),
]


def problems_of_music(plan: Any) -> Problems:
    """What is wrong with the section, by field; tidies the plan's tags on the way."""
    problems = trigger_problems(plan)
    for name in ("only_tags", "excluded_tags", "lyric_languages"):
        problems |= tag_problems(plan, name)
    if plan.lyrics == LyricsRule.LANGUAGES and not plan.lyric_languages:
        problems.setdefault("lyric_languages", ["Name at least one language, or choose none."])
    for name, unit in RANGES.items():
        low, high = getattr(plan, f"{name}_min"), getattr(plan, f"{name}_max")
        if low is not None and high is not None and low > high:
            problems.setdefault(
                f"{name}_min", [f"The lowest, {low:g}, is above the highest, {high:g} {unit}."]
            )
    return problems
