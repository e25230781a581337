"""POST /api/v1/pairings: a code for a token. The one call that a phone makes without a token."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from therapy.access.doors import OPEN
from therapy.access.walls import outside_all_walls
from therapy.api.errors import refusal, refusals
from therapy.api.idempotency import idempotent
from therapy.api.problems import Problem
from therapy.api.views import BoundedJSONParser
from therapy.people import pairing
from therapy.people.addresses import client_address, network_of
from therapy.people.models import Device, Patient


class CodeUnknown(Problem):
    default_code = "pairing_code_unknown"
    default_detail = (
        "This code does not work. Look at the letters again; each code connects one phone, once. "
        "If they are right, ask your therapist for a new code."
    )


class CodeExpired(Problem):
    default_code = "pairing_code_expired"
    default_detail = "This code has run out. Ask your therapist for a new one."


class TooManyTries(Problem):
    default_code = "too_many_tries"
    default_detail = "Too many wrong codes were tried. Wait {minutes}, then try again."

    def __init__(self, wait: int) -> None:
        minutes = -(-wait // 60)
        some = f"{minutes} minute{'' if minutes == 1 else 's'}"
        super().__init__(self.default_detail.format(minutes=some))
        self.wait = wait  # told in Retry-After


class PairingRequestBody(serializers.Serializer[Any]):
    code = serializers.CharField(
        max_length=40,
        help_text="As the patient typed it, or the fragment of the QR code's address: capital or "
        "small letters, with or without spaces and dashes.",
    )
    label = serializers.CharField(  # type: ignore[assignment]  # the API's word, not DRF's
        max_length=80,
        allow_blank=True,
        default="",
        help_text="What the staff call the phone by, such as its make; nobody's name.",
    )


class PairingBody(serializers.Serializer[Any]):
    token = serializers.CharField(
        help_text="For `Authorization: Bearer`. Told this once; it does not expire."
    )
    patient_id = serializers.UUIDField(help_text="As the patient's signed models name them.")
    patient_code = serializers.CharField(help_text="The pseudonym that the clinic uses.")
    clinic_name = serializers.CharField()
    origin = serializers.ChoiceField(
        Patient.Origin.choices,
        help_text="`simulated` and `research` are not people in care; show it wherever it is not "
        "`care`.",
    )


class Pairings(APIView):
    door = OPEN
    authentication_classes = ()
    permission_classes = ()
    parser_classes = (BoundedJSONParser,)

    @idempotent(kept=pairing.LIFETIME)
    @extend_schema(
        operation_id="pair",
        summary="Connect this phone with a patient",
        description="Exchanges the code that the clinic's staff show for a token. Send it "
        "with an Idempotency-Key: if the answer is lost, the same request with the same key has it "
        "again, as long as a code lives. Without one it cannot be had again, and the staff make "
        "another code. Keep the token before anything else. A phone that is connected again gets "
        "a new token for the same patient, and sends what it still holds with that one: ids stay "
        "as they are (docs/pairing.md).",
        request=PairingRequestBody,
        responses={
            201: PairingBody,
            **refusals(400, 413, 415),
            404: refusal(
                "No code that can be used reads like this: mistyped, used already, or ended "
                "(`pairing_code_unknown`).",
                CodeUnknown.default_code,
                CodeUnknown.default_detail,
            ),
            410: refusal(
                "The code is right, but too old (`pairing_code_expired`).",
                CodeExpired.default_code,
                CodeExpired.default_detail,
            ),
            429: refusal(
                "Too many wrong codes came from this address, or to this site "
                "(`too_many_tries`); Retry-After says when to try again.",
                TooManyTries.default_code,
                str(TooManyTries(540)),
            ),
        },
        examples=[
            OpenApiExample(
                "A typed code",
                value={"code": "acde-3479", "label": "blue phone"},
                request_only=True,
            )
        ],
        tags=["people"],
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        sent = PairingRequestBody(data=request.data)
        sent.is_valid(raise_exception=True)
        device, token = _paired(
            typed=sent.validated_data["code"],
            label=sent.validated_data["label"],
            client=network_of(client_address(request._request)),
        )
        patient = device.patient
        request.answers_about = patient  # type: ignore[attr-defined]
        body = {
            "token": token,
            "patient_id": patient.id,
            "patient_code": patient.code,
            "clinic_name": patient.clinic.name,
            "origin": patient.origin,
        }
        return Response(
            PairingBody(body).data,
            status=status.HTTP_201_CREATED,
            headers={"Cache-Control": "no-store"},
        )


def _paired(**sent: str) -> tuple[Device, str]:
    try:
        with outside_all_walls():  # whose patient it is, only the code tells
            return pairing.pair(**sent)
    except pairing.CodeUnknown as unknown:
        raise CodeUnknown from unknown
    except pairing.CodeExpired as expired:
        raise CodeExpired from expired
    except pairing.TooManyTries as many:
        raise TooManyTries(many.wait) from many
