"""The phone API's part about models: which one the phone should have, and the files of it."""

from typing import Any

from django.db import transaction
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_400_BAD_REQUEST
from rest_framework.views import APIView

from adaptation.asking import ask_for_export
from exports import keyring, selectors
from exports.api_bodies import Asked, KeysBody, ModelBody, ModelExpired, WhichFile
from exports.downloads import download
from exports.encoding import in_base64
from exports.kinds import PLATFORMS
from exports.models import Bundle, ModelPackage
from therapy.access.doors import OPEN
from therapy.api.errors import refusals
from therapy.api.views import ConditionalPhoneView, FileView
from therapy.catalogue.api import ETAG, IF_NONE_MATCH, NOT_MODIFIED, REPR_DIGEST
from therapy.http import ranged_file_response, repr_digest
from therapy.people.care import refuse_after_care
from therapy.people.models import Patient

A_YEAR = 365 * 24 * 3600  # seconds
RANGES = [
    OpenApiParameter("Range", location=OpenApiParameter.HEADER),
    OpenApiParameter("If-Range", location=OpenApiParameter.HEADER),
]


class Keys(ConditionalPhoneView):
    @extend_schema(
        operation_id="getKeys",
        summary="The keys that sign what is delivered",
        description="Ask when the phone is connected, and keep them. A key that comes later is "
        "believed when its `endorsement` is signed by one that is believed already "
        "(docs/signatures.md).",
        parameters=[IF_NONE_MATCH, ETAG, REPR_DIGEST],
        responses={200: KeysBody, 304: NOT_MODIFIED, **refusals(401)},
        tags=["model"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(KeysBody({"keys": keyring.honoured(timezone.now())}).data)


class Model(ConditionalPhoneView):
    @extend_schema(
        operation_id="getModel",
        summary="The model that the phone should have",
        description="A signed record of at most 600 bytes, and the base that it goes with: where "
        "to fetch it, unless the phone says in `have` that it has it. Ask again with "
        "If-None-Match: until the patient's model changes there is nothing to fetch. What to check "
        "before a model is used is in docs/signatures.md.",
        parameters=[Asked, IF_NONE_MATCH, ETAG, REPR_DIGEST],
        responses={200: ModelBody, 304: NOT_MODIFIED, **refusals(400, 401, 403, 404, 503)},
        tags=["model"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = Asked(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        record = deliverable(self.patient, ModelPackage.Kind.RECORD)
        kind = wanted.get("kind", PLATFORMS[wanted["platform"]])
        bundle = record.patient_model.base.bundles.filter(kind=kind).first()
        if bundle is None:
            raise Http404("The base of this model has no bundle of this kind.")
        body = {
            "version": record.version,
            "record": in_base64(record.signed),
            "sha256": record.sha256,
            "expires_at": record.expires_at,
            "rated_tracks": record.patient_model.support_count,
            "base": _described(bundle, have=wanted.get("have") == bundle.sha256),
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
        asked = WhichFile(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        package = deliverable(self.patient, asked.validated_data["kind"])
        return download(request, package)


class BaseFile(APIView):
    door = OPEN
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
        if response.status_code < HTTP_400_BAD_REQUEST:  # no cache shall keep a refusal
            response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
            response.headers["Repr-Digest"] = repr_digest(bundle.sha256)
        return response


def deliverable(patient: Patient, kind: str) -> ModelPackage:
    """The package of this kind that the patient's phone should have.

    Raises CareEnded, Http404 before the first one, and, having asked for the next, ModelExpired for
    one that phones would refuse.
    """
    refuse_after_care(patient)
    package = selectors.newest_package(patient, kind)
    if package is None:
        raise Http404(
            "No model has been made for this patient yet. The server makes one "
            "when the patient is taken in and after ratings; ask again later."
        )
    if not selectors.may_be_used(package, timezone.now()):
        with transaction.atomic():
            ask_for_export(patient)
        raise ModelExpired
    return package


def _described(bundle: Bundle, *, have: bool) -> dict[str, Any]:
    return {
        "kind": bundle.kind,
        "sha256": bundle.sha256,
        "bytes": bundle.bytes,
        "url": None if have else selectors.url_of(bundle),
        "statement": in_base64(bundle.statement),
    }
