"""A package as a download: for phones, and for staff."""

import logging

from django.core.files.base import ContentFile
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.status import HTTP_400_BAD_REQUEST

from exports import files
from exports.encoding import in_base64
from exports.models import ModelPackage
from therapy.http import ranged_file_response, repr_digest

log = logging.getLogger(__name__)

SUFFIXES = {
    ModelPackage.Kind.RECORD: "cose",
    ModelPackage.Kind.ONNX: "onnx",
    ModelPackage.Kind.COREML: "mlpackage.zip",
}


def download(request: HttpRequest | Request, package: ModelPackage) -> HttpResponseBase:
    """The record, or the file with what is signed of it in `Attune-Statement`; ranges and
    conditions as `ranged_file_response` has them. Raises Http404 for a file that cannot be made
    again."""
    kind = ModelPackage.Kind(package.kind)
    response = ranged_file_response(
        request,
        ContentFile(_content(package)),
        etag=package.sha256,
        content_type="application/octet-stream",
        filename=f"attune-{package.version}.{SUFFIXES[kind]}",
    )
    if response.status_code < HTTP_400_BAD_REQUEST:
        response.headers["Repr-Digest"] = repr_digest(package.sha256)
        if kind != ModelPackage.Kind.RECORD:
            response.headers["Attune-Statement"] = in_base64(package.signed)
    return response


def _content(package: ModelPackage) -> bytes:
    if package.kind == ModelPackage.Kind.RECORD:
        return bytes(package.signed)
    try:
        return files.of_package(package)
    except files.Lost as lost:
        log.error("%s", lost)
        raise Http404("This file is on record but cannot be made again.") from lost
