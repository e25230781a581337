"""GET /api/v1/plan: what is prescribed."""

import uuid
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import refusals
from therapy.api.views import ConditionalPhoneView
from therapy.catalogue.api import ETAG, IF_NONE_MATCH, NOT_MODIFIED
from therapy.catalogue.selectors import feature_table
from therapy.people.care import refuse_after_care
from therapy.plans.exclusions import excluded_track_ids
from therapy.plans.models import SessionPlan
from therapy.plans.path import curve_weights
from therapy.plans.selectors import current_plan


class PlanBody(serializers.ModelSerializer[SessionPlan]):
    excluded_tags = serializers.ListField(
        child=serializers.CharField(), help_text="Lower-case words; no track with one of them."
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
            "never_tracks",
            "excluded_tags",
            "explicit_allowed",
            "lyrics",
            "tempo_min",
            "tempo_max",
            "loudness_max",
            "excluded_track_ids",
        )
        read_only_fields = fields

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
        parameters=[IF_NONE_MATCH, ETAG],
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
