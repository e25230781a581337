"""What of a plan a phone is told (therapy/trials/api.py answers with it)."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from therapy.api.fields import TruthField, WholeNumberField
from therapy.catalogue.selectors import feature_table
from therapy.plans.exclusions import excluded_track_ids
from therapy.plans.models import SessionPlan, Standing
from therapy.plans.path import curve_weights
from therapy.plans.sections.lists import WHENS
from therapy.plans.selectors import standing_of


class SlotBody(serializers.Serializer[Any]):
    days = serializers.ListField(child=WholeNumberField(), help_text="1 Monday .. 7 Sunday")
    at = serializers.CharField(help_text="Time of day, such as 20:30.")
    minutes = WholeNumberField(help_text="For how long it may be begun.")


class AskedBody(serializers.Serializer[Any]):
    measure = serializers.CharField()
    when = serializers.ChoiceField(WHENS)
    may_skip = TruthField()


class PlanBody(serializers.ModelSerializer[SessionPlan]):
    """What the phone needs of a plan: nothing of why it was prescribed, nor of who worries."""

    standing = serializers.SerializerMethodField(
        help_text="`paused` and `ended`: offer no session, and say so; ratings are still taken."
    )
    time_zone = serializers.CharField(
        source="patient.time_zone", help_text="In which the schedule's times are meant."
    )
    schedule = serializers.ListField(child=SlotBody(), help_text="When sessions are due.")
    measures = serializers.ListField(child=AskedBody(), help_text="What is asked, and when.")
    only_tags = serializers.ListField(
        child=serializers.CharField(), help_text="Tracks with one of them alone; empty: all."
    )
    excluded_tags = serializers.ListField(
        child=serializers.CharField(), help_text="Lower-case words; no track with one of them."
    )
    lyric_languages = serializers.ListField(
        child=serializers.CharField(), help_text="BCP 47 tags; with the rule `languages`."
    )
    curve_weights = serializers.SerializerMethodField(
        help_text="c, one a track: waypoint k is target + (mood − target)·c[k], before the guards."
    )
    excluded_track_ids = serializers.SerializerMethodField(
        help_text="Tracks of the catalogue that must not be played, whatever the model says. "
        "Computed from the exclusions."
    )

    class Meta:
        model = SessionPlan
        fields: tuple[str, ...] = (
            "id",
            "version",
            "created_at",
            "standing",
            "time_zone",
            "target_valence",
            "target_arousal",
            "curve",
            "start_factor",
            "track_count",
            "curve_weights",
            "minutes",
            "hold_radius",
            "largest_step",
            "lowest_valence",
            "selected_by",
            "familiarity",
            "composed_share",
            "always_tracks",
            "never_tracks",
            "only_tags",
            "excluded_tags",
            "explicit_allowed",
            "lyrics",
            "lyric_languages",
            "tempo_min",
            "tempo_max",
            "loudness_min",
            "loudness_max",
            "brightness_min",
            "brightness_max",
            "schedule",
            "homework",
            "most_sessions_a_day",
            "most_minutes_a_week",
            "volume_ceiling",
            "output",
            "fade_in",
            "fade_out",
            "breathing_rate",
            "spoken_intro",
            "silence_at_end",
            "measures",
            "crisis_plan",
            "excluded_track_ids",
        )
        read_only_fields: tuple[str, ...] = fields

    @extend_schema_field(serializers.ChoiceField(Standing.choices))
    def get_standing(self, plan: SessionPlan) -> str:
        return str(standing_of(plan.patient).value)

    def get_curve_weights(self, plan: SessionPlan) -> list[float]:
        return curve_weights(plan.curve, plan.track_count, plan.start_factor)

    def get_excluded_track_ids(self, plan: SessionPlan) -> list[uuid.UUID]:
        return sorted(excluded_track_ids(plan, feature_table(self.context["clinic"])))
