"""/api/v1/patients/ID/plans and /plan-templates: what is prescribed, and whether it is in force."""

import uuid
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.access.acts import Act
from therapy.access.doors import StaffApi
from therapy.api.idempotency import idempotent
from therapy.api.staff import StaffList, StaffView
from therapy.api.staff_schema import listed, staff_refusals
from therapy.plans import services
from therapy.plans.models import PlanStanding, SessionPlan
from therapy.plans.naming import with_rows
from therapy.plans.selectors import plans_of
from therapy.plans.staff_bodies import (
    PrescriptionBody,
    ReasonBody,
    StaffPlanBody,
    StandingBody,
    TemplatesBody,
)
from therapy.plans.templates import TEMPLATES

View = TypeVar("View", bound=Callable[..., Response])


@listed(
    "listPlans",
    "The versions of a patient's session plan",
    "The newest is in force. A version is never edited: a change is the next version.",
    StaffPlanBody,
    tag="plans",
)
class Plans(StaffList):
    door = StaffApi(Act.SEE_PATIENTS, writes=Act.CHANGE_CARE)
    model = SessionPlan
    serializer_class = StaffPlanBody
    orders: ClassVar = {"newest": "-version", "oldest": "version"}

    def rows(self) -> QuerySet[Any]:
        patient = self.access.patient(self.kwargs["patient_id"])
        return plans_of(patient).select_related("created_by")

    @idempotent()
    @extend_schema(
        operation_id="prescribePlan",
        summary="The next version of the plan",
        description="Begun from a template or from nothing. The version before is not carried "
        "over: to change one thing, send what that version said with the change.",
        request=PrescriptionBody,
        responses={201: StaffPlanBody, **staff_refusals(400, 404, 413, 415)},
        examples=[
            OpenApiExample(
                "For the evening",
                value={
                    "template": "sleep",
                    "indication": "Lies awake for an hour.",
                    "review_on": "2026-05-01",
                    "excluded_tags": ["organ"],
                },
                request_only=True,
            )
        ],
        tags=["plans"],
    )
    def post(self, request: Request, patient_id: uuid.UUID, *args: Any, **kwargs: Any) -> Response:
        patient = self.access.patient(patient_id)
        sent = PrescriptionBody(data=request.data)
        sent.is_valid(raise_exception=True)
        fields = with_rows(patient.clinic, dict(sent.validated_data))
        plan = services.prescribe(patient=patient, by=self.user, **fields)
        return Response(StaffPlanBody(plan).data, status=status.HTTP_201_CREATED)


class _Stand(StaffView):
    """Says whether the patient listens by the plan."""

    door = StaffApi(writes=Act.CHANGE_CARE)
    service: ClassVar[Callable[..., PlanStanding]]

    def post(self, request: Request, patient_id: uuid.UUID, *args: Any, **kwargs: Any) -> Response:
        patient = self.access.patient(patient_id)
        sent = ReasonBody(data=request.data)
        sent.is_valid(raise_exception=True)
        row = type(self).service(patient=patient, by=self.user, **sent.validated_data)
        return Response(StandingBody(row).data)


def _described(name: str, summary: str, description: str) -> Callable[[View], View]:
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=description + " What does not follow from how it stands is refused with 400.",
        request=ReasonBody,
        responses={200: StandingBody, **staff_refusals(400, 404, 413, 415)},
        examples=[
            OpenApiExample(summary, value={"reason": "In hospital for a week."}, request_only=True)
        ],
        tags=["plans"],
    )


class Pause(_Stand):
    service = staticmethod(services.pause)

    @idempotent()
    @_described("pausePlan", "Pause the plan", "The phone offers no session until it is resumed.")
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class Resume(_Stand):
    service = staticmethod(services.resume)

    @idempotent()
    @_described("resumePlan", "Resume the plan", "After a pause or an end.")
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class End(_Stand):
    service = staticmethod(services.end)

    @idempotent()
    @_described("endPlan", "End the course of listening", "What was recorded stays.")
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


@listed(
    "listPlanTemplates",
    "What plans are begun from",
    "A template is a start to be changed, not a recommendation: each says what it rests on.",
    TemplatesBody,
    tag="plans",
    many=False,
    refused=(),
)
class Templates(StaffView):
    door = StaffApi()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(TemplatesBody({"templates": list(TEMPLATES.values())}).data)
