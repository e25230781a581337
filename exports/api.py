"""The phone API's part about models: which one the phone should have, and the files of it."""

import base64
from typing import Any

from django.db import transaction
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from adaptation.asking import ask_for_export
from exports import files, keyring, selectors
from exports.kinds import BUNDLES, FILES, PLATFORMS
from exports.models import Bundle, ModelPackage, SigningKey
from therapy.api.errors import refusals
from therapy.api.views import ConditionalPhoneView, FileView
from therapy.catalogue.api import ETAG, IF_NONE_MATCH, NOT_MODIFIED
from therapy.http import ranged_file_response
from therapy.people.models import Patient

A_YEAR = 365 * 24 * 3600  # seconds
LATER = 3600  # seconds after which a phone asks again for what is being made
RANGES = [
    OpenApiParameter("Range", location=OpenApiParameter.HEADER),
    OpenApiParameter("If-Range", location=OpenApiParameter.HEADER),
]


class CareEnded(exceptions.APIException):
    status_code = 403
    default_code = "consent_withdrawn"
    default_detail = (
        "The consent to care was taken back, so no model is delivered any more. Your therapist "
        "can tell you more."
    )


class ModelExpired(exceptions.APIException):
    status_code = 503
    default_code = "model_expired"
    default_detail = (
        "The newest model has expired, and the next one is being made. Ask again in an hour."
    )
    wait = LATER  # told in Retry-After


class Asked(serializers.Serializer[Any]):
    platform = serializers.ChoiceField(
        choices=sorted(PLATFORMS),
        default="web",
        help_text="What the phone can run: `web` and `android` get ONNX, `ios` gets Core ML.",
    )
    kind = serializers.ChoiceField(
        choices=sorted(BUNDLES),
        required=False,
        help_text="Another kind of bundle than the platform's own, such as `coreml-float16`.",
    )
    have = serializers.RegexField(
        r"^[0-9a-f]{64}\Z",
        required=False,
        help_text="SHA-256 of the bundle that the phone has: it is not sent again.",
    )


class WhichFile(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        choices=sorted(FILES),
        default="onnx",
        help_text="`onnx`: one ONNX model; `coreml`: a Core ML package in a ZIP archive.",
    )


class BaseBody(serializers.Serializer[Any]):
    kind = serializers.CharField()
    sha256 = serializers.CharField(help_text="Of the file, 64 hexadecimal digits.")
    bytes = serializers.IntegerField()
    url = serializers.CharField(
        help_text="Where the file is: here, or, where files are kept elsewhere, at another host, "
        "and then signed for an hour. It needs no token; send none."
    )
    statement = serializers.CharField(
        help_text="Signed (`attune/base/1`), in base 64: which base this file is."
    )


class ModelBody(serializers.Serializer[Any]):
    version = serializers.IntegerField(
        help_text="Of the record: it rises with every record of the patient."
    )
    record = serializers.CharField(
        help_text="Signed (`attune/record/1`), in base 64: the patient's model."
    )
    sha256 = serializers.CharField(help_text="Of the record's bytes.")
    expires_at = serializers.DateTimeField()
    base = BaseBody(
        allow_null=True,
        help_text="The file that the record goes with; null where the phone has it.",
    )


class KeyBody(serializers.Serializer[SigningKey]):
    kid = serializers.CharField(source="key_id", help_text="As signed messages name it.")
    public_key = serializers.SerializerMethodField(help_text="Ed25519, 32 bytes in base 64.")
    honoured_until = serializers.DateTimeField(
        allow_null=True, help_text="Null for the key that signs now."
    )
    endorsement = serializers.SerializerMethodField(
        help_text="Signed (`attune/key/1`), in base 64: this key, by the one before it. Null for "
        "the first."
    )

    def get_public_key(self, key: SigningKey) -> str:
        return in_base64(key.public_key)

    def get_endorsement(self, key: SigningKey) -> str | None:
        return None if key.endorsement is None else in_base64(key.endorsement)


class KeysBody(serializers.Serializer[Any]):
    keys = KeyBody(many=True, help_text="The newest first.")


class Keys(ConditionalPhoneView):
    @extend_schema(
        operation_id="getKeys",
        summary="The keys that sign what is delivered",
        description="Ask when the phone is connected, and keep them. A key that comes later is "
        "believed when its `endorsement` is signed by one that is believed already "
        "(docs/signatures.md).",
        parameters=[IF_NONE_MATCH, ETAG],
        responses={200: KeysBody, 304: NOT_MODIFIED, **refusals(401)},
        tags=["model"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(KeysBody({"keys": keyring.honoured(timezone.now())}).data)


class Model(ConditionalPhoneView):
    @extend_schema(
        operation_id="getModel",
        summary="The model that the phone should have",
        description="A signed record of at most 600 bytes, and, unless the phone says in `have` "
        "that it has it, where to fetch the base that the record goes with. Ask again with "
        "If-None-Match: until the patient's model changes there is nothing to fetch. What to check "
        "before a model is used is in docs/signatures.md.",
        parameters=[Asked, IF_NONE_MATCH, ETAG],
        responses={200: ModelBody, 304: NOT_MODIFIED, **refusals(400, 401, 403, 404, 503)},
        tags=["model"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = Asked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        record = deliverable(self.patient, ModelPackage.Kind.RECORD)
        kind = wanted.get("kind", PLATFORMS[wanted["platform"]])
        bundle = record.patient_model.base.bundles.get(kind=kind)
        body = {
            "version": record.version,
            "record": in_base64(record.signed),
            "sha256": record.sha256,
            "expires_at": record.expires_at,
            "base": None if wanted.get("have") == bundle.sha256 else _described(bundle),
        }
        return Response(ModelBody(body).data)


class ModelFile(FileView):
    @extend_schema(
        operation_id="getModelFile",
        summary="The patient's model as one file",
        description="The playlist graph with the patient's vector baked in, for apps that want one "
        "file. What is signed of it (`attune/file/1`) is in the header `Attune-Statement`, in base "
        "64. The ETag is the file's SHA-256; a broken download goes on with Range and If-Range.",
        parameters=[WhichFile, IF_NONE_MATCH, ETAG, *RANGES],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (206, "application/octet-stream"): OpenApiTypes.BINARY,
            304: NOT_MODIFIED,
            **refusals(400, 401, 403, 404, 416, 503),
        },
        tags=["model"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = WhichFile(data=request.query_params)
        asked.is_valid(raise_exception=True)
        package = deliverable(self.patient, asked.validated_data["kind"])
        response = ranged_file_response(
            request,
            files.to_send(package),
            etag=package.sha256,
            content_type="application/octet-stream",
            filename=files.name_of(package),
        )
        response.headers["Attune-Statement"] = in_base64(package.signed)
        response.headers["Repr-Digest"] = repr_digest(package.sha256)
        return response


class BaseFile(APIView):
    """Open to all, as a cache must see it: the address is a digest that only phones are told, and
    the file says nothing of any patient."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="getBase",
        summary="A base",
        description="The file that `GET /api/v1/model` speaks of, by its SHA-256. What is there "
        "never changes, so any cache may keep it. A broken download goes on with Range and "
        "If-Range.",
        parameters=[IF_NONE_MATCH, ETAG, *RANGES],
        responses={
            (200, "application/zip"): OpenApiTypes.BINARY,
            (206, "application/zip"): OpenApiTypes.BINARY,
            304: NOT_MODIFIED,
            **refusals(404, 416),
        },
        tags=["model"],
    )
    def get(self, request: Request, sha256: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        bundle = selectors.bundle_named(sha256)
        if bundle is None:
            raise Http404("There is no base of this digest. Ask /api/v1/model which one to fetch.")
        response = ranged_file_response(
            request,
            bundle.file,
            etag=bundle.sha256,
            content_type="application/zip",
            filename=f"attune-{bundle.kind}-{bundle.sha256[:12]}.zip",
        )
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        response.headers["Repr-Digest"] = repr_digest(bundle.sha256)
        return response


def deliverable(patient: Patient, kind: str) -> ModelPackage:
    """The package of this kind that the patient's phone should have.

    Raises CareEnded, Http404 before the first one, and ModelExpired, having asked for the next.
    """
    if selectors.has_ended_care(patient):
        raise CareEnded
    package = selectors.newest_package(patient, kind)
    if package is None:
        raise Http404(
            "No model has been made for this patient yet. The server makes one "
            "when the patient is taken in and after ratings; ask again later."
        )
    if package.expires_at <= timezone.now():
        with transaction.atomic():
            ask_for_export(patient.id)
        raise ModelExpired
    return package


def in_base64(content: bytes | memoryview) -> str:
    return base64.b64encode(content).decode()


def repr_digest(sha256: str) -> str:
    """The header of RFC 9530: of the whole file, also beside a part of it."""
    return f"sha-256=:{in_base64(bytes.fromhex(sha256))}:"


def _described(bundle: Bundle) -> dict[str, Any]:
    return {
        "kind": bundle.kind,
        "sha256": bundle.sha256,
        "bytes": bundle.bytes,
        "url": selectors.url_of(bundle),
        "statement": in_base64(bundle.statement),
    }
