"""GET /api/v1/model: the package that the phone should have."""

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from exports.models import ModelPackage
from exports.selectors import newest_package
from therapy.api.errors import refusals
from therapy.api.views import FileView
from therapy.catalogue.api import ETAG, IF_NONE_MATCH
from therapy.http import ranged_file_response


class WhichPackage(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        choices=ModelPackage.Kind.choices,
        default=ModelPackage.Kind.ONNX,
        help_text="`onnx` for ONNX Runtime (Android, web), `coreml` for iOS.",
    )


class Model(FileView):
    @extend_schema(
        operation_id="getModel",
        summary="The patient's model package",
        description="A ZIP archive: `manifest.json` with the names and shapes of everything in "
        "it, `vector.f32`, and the graphs (docs/packages.md). The ETag is the archive's SHA-256. "
        "Ask again with If-None-Match: until the patient's model changes there is nothing to "
        "fetch. A broken download goes on with Range and If-Range.",
        parameters=[
            WhichPackage,
            IF_NONE_MATCH,
            ETAG,
            OpenApiParameter("Range", location=OpenApiParameter.HEADER),
            OpenApiParameter("If-Range", location=OpenApiParameter.HEADER),
        ],
        responses={
            (200, "application/zip"): OpenApiTypes.BINARY,
            (206, "application/zip"): OpenApiTypes.BINARY,
            304: OpenApiResponse(description="The phone's copy is the newest; there is no body."),
            **refusals(400, 401, 404, 416),
        },
        tags=["model"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = WhichPackage(data=request.query_params)
        asked.is_valid(raise_exception=True)
        kind = asked.validated_data["kind"]
        package = newest_package(self.patient, kind)
        if package is None:
            raise Http404(
                "No model has been made for this patient yet. The server makes one "
                "when the patient is taken in and after ratings; ask again later."
            )
        return ranged_file_response(
            request,
            package.file,
            etag=package.sha256,
            content_type="application/zip",
            filename=f"attune-{package.patient_model.version}-{kind}.zip",
        )
