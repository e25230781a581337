"""/api/v1/clinics/SLUG/patients and /patients/ID: the patients of a clinic."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import FilterSet, filters
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.access.acts import Act
from therapy.access.doors import StaffApi
from therapy.api.fields import ExactBody, InstantField, WholeNumberField
from therapy.api.filters import TruthFilter, after, before
from therapy.api.idempotency import idempotent
from therapy.api.staff import StaffList, StaffView
from therapy.api.staff_schema import listed, staff_refusals
from therapy.caseload.selectors import NO_PLAN, with_facts
from therapy.people.models import Clinic, Membership, Patient
from therapy.people.selectors import NOBODY, member_of
from therapy.people.services import create_patient
from therapy.plans.models import Standing
from therapy.records import refuse
from therapy.safety.rules import Severity
from therapy.safety.selectors import open_flags_of

LARGEST_KEY = 2**63 - 1


class TherapistBody(serializers.Serializer[Membership]):
    membership = serializers.IntegerField(source="id")
    name = serializers.CharField(source="user")


class PatientPlanBody(serializers.Serializer[Patient]):
    version = serializers.IntegerField(source="plan_version")
    created_at = InstantField(source="planned_at")
    standing = serializers.ChoiceField(Standing.choices, source="plan_standing")


class OpenFlagsBody(serializers.Serializer[Any]):
    urgent = serializers.IntegerField()
    attention = serializers.IntegerField()


class PatientBody(serializers.ModelSerializer[Patient]):
    clinic = serializers.CharField(source="clinic.slug")
    therapist = TherapistBody(allow_null=True)
    created_at = InstantField()
    plan = serializers.SerializerMethodField(help_text="The version in force; null without one.")
    last_session_at = InstantField(allow_null=True, help_text="When the latest session began.")
    phone_connected = serializers.BooleanField(help_text="Whether a phone has access.")
    open_flags = serializers.SerializerMethodField(help_text="Safety flags that still stand.")

    class Meta:
        model = Patient
        fields = (
            *("id", "code", "clinic", "origin", "time_zone", "therapist", "created_at"),
            *("plan", "last_session_at", "phone_connected", "open_flags"),
        )
        read_only_fields = fields

    @extend_schema_field(PatientPlanBody(allow_null=True))
    def get_plan(self, patient: Any) -> Any:
        return None if patient.plan_version is None else PatientPlanBody(patient).data

    @extend_schema_field(OpenFlagsBody)
    def get_open_flags(self, patient: Patient) -> dict[str, int]:
        found: dict[str, int] = self.context["flags"].get(patient.id, {})
        return {severity.value: found.get(severity, 0) for severity in Severity}


class NewPatientBody(ExactBody):
    """Someone to take in."""

    code = serializers.CharField(
        max_length=40, help_text="A pseudonym, once in the clinic: letters, digits, '.', '_', '-'."
    )
    therapist = WholeNumberField(
        min_value=1,
        max_value=LARGEST_KEY,
        allow_null=True,
        default=None,
        help_text="The `membership` of who is responsible.",
    )
    time_zone = serializers.CharField(
        max_length=40, default="UTC", help_text="As the IANA database names it: Europe/Berlin."
    )
    origin = serializers.ChoiceField(Patient.Origin.choices, default=Patient.Origin.CARE)


class PatientFilters(FilterSet):  # type: ignore[misc]
    code = filters.CharFilter("code", "icontains", help_text="A part of the code, in any case.")
    has_open_flags = TruthFilter("has_open_flags", help_text="Whether a safety flag stands.")
    plan = filters.ChoiceFilter(
        field_name="plan_standing",
        choices=[(NO_PLAN, "Nothing is prescribed"), *Standing.choices],
        help_text="How the session plan stands.",
    )
    phone_connected = TruthFilter("phone_connected", help_text="Whether a phone has access.")
    last_session_after = after("last_session_at")
    last_session_before = before("last_session_at")


@listed(
    "listPatients",
    "The patients of a clinic",
    "By their codes, or by their latest session. Asking is written to the audit as a list of this "
    "clinic's patients.",
    PatientBody,
    tag="patients",
)
class Patients(StaffList):
    door = StaffApi(Act.SEE_PATIENTS, writes=Act.CHANGE_CARE)
    model = Patient
    serializer_class = PatientBody
    filterset_class = PatientFilters
    orders: ClassVar = {"code": "code", "recent": "-recency"}

    @property
    def clinic(self) -> Clinic:
        return self.access.clinic(self.kwargs["slug"])

    def rows(self) -> QuerySet[Any]:
        return with_facts(self.access.patients_of(self.clinic))

    def context_of(self, page: Sequence[Patient]) -> dict[str, Any]:
        return {"flags": open_flags_of(patient.id for patient in page)}

    @idempotent()
    @extend_schema(
        operation_id="createPatient",
        summary="A new patient",
        description="Next come the session plan and a code for the phone (on the patient's page).",
        request=NewPatientBody,
        responses={201: PatientBody, **staff_refusals(400, 404, 413, 415)},
        examples=[
            OpenApiExample(
                "A patient in Berlin",
                value={"code": "H-014", "therapist": None, "time_zone": "Europe/Berlin"},
                request_only=True,
            )
        ],
        tags=["patients"],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        clinic = self.clinic
        sent = NewPatientBody(data=request.data)
        sent.is_valid(raise_exception=True)
        fields = dict(sent.validated_data)
        if (named := fields["therapist"]) is not None:
            fields["therapist"] = member_of(clinic=clinic, membership_id=named)
            refuse({} if fields["therapist"] else {"therapist": [NOBODY]})
        patient = create_patient(clinic=clinic, **fields)
        self.access.show([patient])
        return Response(_body(patient), status=status.HTTP_201_CREATED)


@listed(
    "getPatient",
    "One patient",
    "Asking is written to the audit.",
    PatientBody,
    tag="patients",
    many=False,
    refused=(404,),
)
class OnePatient(StaffView):
    door = StaffApi(Act.SEE_PATIENTS)

    def get(self, request: Request, patient_id: uuid.UUID, *args: Any, **kwargs: Any) -> Response:
        return Response(_body(self.access.patient(patient_id)))


def _body(patient: Patient) -> Any:
    row = with_facts(Patient.objects.filter(id=patient.id)).get()
    return PatientBody(row, context={"flags": open_flags_of([patient.id])}).data
