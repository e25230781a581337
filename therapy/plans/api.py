"""GET /api/v1/plan: what is prescribed."""

import uuid
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import refusals
from therapy.api.fields import TruthField, WholeNumberField
from therapy.api.views import ConditionalPhoneView
from therapy.catalogue.api import ETAG, IF_NONE_MATCH, NOT_MODIFIED, REPR_DIGEST
from therapy.catalogue.selectors import feature_table
from therapy.people.care import refuse_after_care
from therapy.plans.exclusions import excluded_track_ids
from therapy.plans.models import SessionPlan, Standing
from therapy.plans.path import curve_weights
from therapy.plans.sections.lists import WHENS
from therapy.plans.selectors import current_plan, standing_of


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
        fields = (
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
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(Standing.choices))
    def get_standing(self, plan: SessionPlan) -> str:
        return str(standing_of(plan.patient).value)

    def get_curve_weights(self, plan: SessionPlan) -> list[float]:
        return curve_weights(plan.curve, plan.track_count, plan.start_factor)

    def get_excluded_track_ids(self, plan: SessionPlan) -> list[uuid.UUID]:
        return sorted(excluded_track_ids(plan, feature_table(self.context["clinic"])))


class CurrentPlan(ConditionalPhoneView):
    @extend_schema(
        summary="The session plan in force",
        description="The version that the therapist prescribed last. It is never edited: a change "
        "is the next version. The list of excluded tracks follows the catalogue, so the ETag may "
        "change while the version stays.",
        parameters=[IF_NONE_MATCH, ETAG, REPR_DIGEST],
        operation_id="getPlan",
        responses={200: PlanBody, 304: NOT_MODIFIED, **refusals(401, 403, 404)},
        tags=["plan"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        refuse_after_care(self.patient)
        plan = current_plan(self.patient)
        if plan is None:
            raise Http404("No session plan has been prescribed yet.")
        return Response(PlanBody(plan, context={"clinic": self.patient.clinic}).data)
