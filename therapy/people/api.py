"""GET /api/v1/me: for whom this phone speaks."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from therapy.api.errors import refusals
from therapy.api.views import PhoneView
from therapy.people.models import Device, Patient


class MeBody(serializers.Serializer[Device]):
    patient_id = serializers.UUIDField(
        source="patient.id", help_text="As the patient's signed models name them."
    )
    patient_code = serializers.CharField(
        source="patient.code", help_text="The pseudonym that the clinic uses."
    )
    clinic_name = serializers.CharField(source="patient.clinic.name")
    device_label = serializers.CharField(source="label", help_text="May be empty.")
    origin = serializers.ChoiceField(
        Patient.Origin.choices,
        source="patient.origin",
        help_text="`simulated` and `research` are not people in care; show it wherever it is not "
        "`care`.",
    )


class Me(PhoneView):
    @extend_schema(
        operation_id="getMe",
        summary="For whom this phone speaks",
        description="Shows a patient that the phone is connected to the right clinic. A 401 here "
        "means that the token was revoked: stop sending and ask the therapist.",
        responses={200: MeBody, **refusals(401)},
        examples=[
            OpenApiExample(
                "A patient in care",
                value={
                    "patient_id": "0b2e5f0c-6d4e-4d0a-9c7e-0c6c1f0d7a55",
                    "patient_code": "H-014",
                    "clinic_name": "Harbour Practice",
                    "device_label": "blue phone",
                    "origin": "care",
                },
                response_only=True,
                status_codes=["200"],
            )
        ],
        tags=["people"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(MeBody(self.device).data)
