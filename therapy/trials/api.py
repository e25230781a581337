"""GET /api/v1/plan: what is prescribed, with what chance has assigned of a trial that goes on."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import refusals
from therapy.api.fields import WholeNumberField
from therapy.api.views import ConditionalPhoneView
from therapy.catalogue.api import ETAG, IF_NONE_MATCH, NOT_MODIFIED, REPR_DIGEST
from therapy.people.care import refuse_after_care
from therapy.plans import api as plans
from therapy.plans.models import SessionPlan
from therapy.plans.selectors import current_plan
from therapy.trials.arms import plan_of, weights
from therapy.trials.models import Assignment, Trial
from therapy.trials.selectors import running_trial, unused_assignments


class AssignmentBody(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Which the session that follows it reports.")
    curve = serializers.ChoiceField(SessionPlan.Curve.choices)
    start_factor = serializers.FloatField()
    track_count = WholeNumberField()
    curve_weights = serializers.ListField(child=serializers.FloatField())


class TrialBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    assignments = AssignmentBody(
        many=True,
        help_text="Those that no session has followed yet, in their order. What one says stands "
        "in the place of what the plan says, for one session. No screen may tell which it is.",
    )


class PlanBody(plans.PlanBody):
    trial = serializers.SerializerMethodField(
        help_text="Two ways of listening are compared, and the patient consents to it: each "
        "session follows the next assignment. Null: every session follows the plan."
    )

    class Meta(plans.PlanBody.Meta):
        fields = (*plans.PlanBody.Meta.fields, "trial")
        read_only_fields = fields

    @extend_schema_field(TrialBody(allow_null=True))
    def get_trial(self, plan: SessionPlan) -> Any:
        trial = running_trial(plan.patient)
        if trial is None:
            return None
        rows = [_said(trial, assignment) for assignment in unused_assignments(trial)]
        return TrialBody({"id": trial.id, "assignments": rows}).data


class CurrentPlan(ConditionalPhoneView):
    @extend_schema(
        summary="The session plan in force",
        description="The version that the therapist prescribed last. It is never edited: a change "
        "is the next version. The list of excluded tracks follows the catalogue, and the "
        "assignments of a trial become fewer, so the ETag may change while the version stays.",
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


def _said(trial: Trial, assignment: Assignment) -> dict[str, Any]:
    plan = plan_of(trial, assignment.arm)
    return {
        "id": assignment.id,
        "curve": plan.curve,
        "start_factor": plan.start_factor,
        "track_count": plan.track_count,
        "curve_weights": weights(plan),
    }
