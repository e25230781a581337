"""What every endpoint of the phone API does alike."""

import hashlib
from contextlib import ExitStack
from typing import Any, ClassVar, cast

from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from therapy.access.doors import PHONE, Door
from therapy.access.walls import inside
from therapy.api.problems import TooLarge
from therapy.http import repr_digest
from therapy.people.authentication import DeviceAuthentication
from therapy.people.models import Device, Patient

LARGEST_BODY = 1_000_000  # bytes; a full playlist log has some 3,000


class BoundedJSONParser(JSONParser):
    """JSON of at most `LARGEST_BODY` bytes, nested no deeper than Python's parser can follow."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        declared = int(parser_context["request"].META.get("CONTENT_LENGTH") or 0)
        if declared > LARGEST_BODY:
            raise TooLarge(f"The body has {declared} bytes; at most {LARGEST_BODY} are read.")
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as deep:
            raise ParseError("JSON parse error - nested too deeply.") from deep


class PhoneView(APIView):
    """A call by a phone on behalf of its patient, inside the walls of the patient's clinic."""

    door: ClassVar[Door] = PHONE
    authentication_classes = (DeviceAuthentication,)
    permission_classes = (IsAuthenticated,)
    parser_classes = (BoundedJSONParser,)

    @property
    def device(self) -> Device:
        return cast(Device, self.request.user)

    @property
    def patient(self) -> Patient:
        """With `clinic` and its `feature_schema` at hand."""
        return self.device.patient

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        walls: ExitStack = request._request.walls  # type: ignore[attr-defined]
        walls.enter_context(inside([self.patient.clinic_id]))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Nothing here is for a shared cache, and a phone asks again before it uses its own."""
        final: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        final.headers["Cache-Control"] = "private, no-cache"
        patch_vary_headers(final, ["Authorization"])
        return final


@method_decorator(conditional_page, name="dispatch")
class ConditionalPhoneView(PhoneView):
    """A call whose answer has an ETag and a Repr-Digest of its content; If-None-Match is answered
    with 304."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(final, SimpleTemplateResponse):  # a refusal is none
            final.add_post_render_callback(_add_digest)
        return final


def _add_digest(answer: SimpleTemplateResponse) -> None:
    """By which a phone notices that an answer was changed on the way, before it keeps it."""
    answer.headers["Repr-Digest"] = repr_digest(hashlib.sha256(answer.content).hexdigest())


class FileView(PhoneView):
    """A call that is answered with a file."""

    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[BaseRenderer, str]:
        """A file is sent as it is, whatever Accept says; a refusal is JSON all the same."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type
