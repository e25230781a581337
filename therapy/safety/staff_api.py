"""/api/v1/clinics/SLUG/safety-flags: what was flagged, and that someone has seen to it."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django_filters import FilterSet, filters
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.access.acts import Act
from therapy.access.doors import StaffApi
from therapy.api.fields import ExactBody, InstantField
from therapy.api.filters import TruthFilter
from therapy.api.idempotency import idempotent
from therapy.api.staff import StaffList, StaffView
from therapy.api.staff_schema import listed, staff_refusals
from therapy.people.models import Clinic
from therapy.safety.models import SafetyFlag
from therapy.safety.rules import RULES, Severity
from therapy.safety.selectors import flags_in
from therapy.safety.services import LONGEST_NOTE, acknowledge


class FlagBody(serializers.ModelSerializer[SafetyFlag]):
    patient = serializers.UUIDField(source="patient_id")
    patient_code = serializers.CharField(source="patient.code")
    title = serializers.CharField(source="definition.title", help_text="The rule in words.")
    severity = serializers.ChoiceField([severity.value for severity in Severity])
    numbers = serializers.DictField(child=serializers.FloatField(), help_text="What was compared.")
    raised_at = InstantField()
    told_at = InstantField(allow_null=True, help_text="When an email went out; null: none did.")
    told = serializers.IntegerField(help_text="How many people it went to.")
    acknowledged_at = InstantField(allow_null=True, help_text="Null while it stands.")
    acknowledged_by = serializers.CharField(allow_null=True)
    note = serializers.CharField(help_text="What was done about it.")

    class Meta:
        model = SafetyFlag
        fields = (
            *("id", "patient", "patient_code", "rule", "rule_version", "title", "severity"),
            *("cause", "numbers", "raised_at", "told_at", "told"),
            *("acknowledged_at", "acknowledged_by", "note"),
        )
        read_only_fields = fields


class NoteBody(ExactBody):
    """What was done about the flag."""

    note = serializers.CharField(
        default="", allow_blank=True, max_length=LONGEST_NOTE, help_text="What was done about it."
    )


class FlagFilters(FilterSet):  # type: ignore[misc]
    acknowledged = TruthFilter(
        "acknowledged_at", "isnull", exclude=True, help_text="Whether someone has seen to it."
    )
    rule = filters.ChoiceFilter(
        field_name="rule", choices=[(key, key) for key in RULES], help_text="Which rule fired."
    )
    severity = filters.ChoiceFilter(
        field_name="severity",
        choices=[(one.value, one.value) for one in Severity],
        help_text="Somebody was told of `urgent` ones.",
    )
    patient = filters.UUIDFilter("patient_id", help_text="Id of a patient.")


@listed(
    "listSafetyFlags",
    "The safety flags of a clinic",
    "What rules raised on what phones reported. Asking is written to the audit, for each patient "
    "on the page.",
    FlagBody,
    tag="safety",
)
class SafetyFlags(StaffList):
    door = StaffApi(Act.SEE_PATIENTS)
    model = SafetyFlag
    serializer_class = FlagBody
    filterset_class = FlagFilters
    orders: ClassVar = {"newest": "-raised_at", "oldest": "raised_at"}

    @property
    def clinic(self) -> Clinic:
        return self.access.clinic(self.kwargs["slug"])

    def rows(self) -> QuerySet[Any]:
        return flags_in(self.clinic)

    def context_of(self, page: Sequence[SafetyFlag]) -> dict[str, Any]:
        self.access.show(flag.patient for flag in page)
        return {}


class Acknowledgement(StaffView):
    door = StaffApi(writes=Act.CHANGE_CARE)

    @idempotent()
    @extend_schema(
        operation_id="acknowledgeSafetyFlag",
        summary="Someone has seen to a flag",
        description="The first acknowledgement stays; another changes nothing and is answered with "
        "the first.",
        request=NoteBody,
        responses={200: FlagBody, **staff_refusals(400, 404, 413, 415)},
        examples=[
            OpenApiExample(
                "Called", value={"note": "Called; is safe, next visit moved up."}, request_only=True
            )
        ],
        tags=["safety"],
    )
    def post(
        self, request: Request, slug: str, flag_id: uuid.UUID, *args: Any, **kwargs: Any
    ) -> Response:
        flag = flags_in(self.access.clinic(slug)).filter(id=flag_id).first()
        if flag is None:
            raise Http404("No patient of this clinic has such a flag.")
        sent = NoteBody(data=request.data)
        sent.is_valid(raise_exception=True)
        self.access.show([flag.patient])
        return Response(FlagBody(acknowledge(flag=flag, by=self.user, **sent.validated_data)).data)
