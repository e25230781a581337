"""The addresses of the patient's app that browsers ask for anew: page, service worker and manifest.
All of them are files that phone/ was built into."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from whitenoise.responders import StaticFile

from therapy.access.doors import open_to_all
from therapy.phone_app.files import StaticFilesMiddleware
from therapy.phone_app.headers import ASKED_FOR_EACH_TIME

PAGE = "index.html"
NOT_BUILT = (
    "The patient's app is not built on this server. `make setup` builds it into phone/dist; "
    "docs/phone-app.md says more.\n"
)


def is_built() -> bool:
    """Whether there is an app to serve."""
    return (Path(settings.PHONE_APP) / PAGE).is_file()


@open_to_all
@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """The app."""
    return _built(request, PAGE, "text/html; charset=utf-8")


@open_to_all
@require_safe
def service_worker(request: HttpRequest) -> HttpResponseBase:
    """What opens the app without a network. Its address makes /phone/ its scope."""
    return _built(request, "sw.js", "text/javascript; charset=utf-8")


@open_to_all
@require_safe
def manifest(request: HttpRequest) -> HttpResponseBase:
    """Name, icons and colours of the installed app."""
    return _built(request, "manifest.webmanifest", "application/manifest+json")


@open_to_all
@require_safe
@never_cache
def pair(request: HttpRequest) -> HttpResponse:
    """Where a pairing code's QR code leads: to the app, which finds the code in the address's
    fragment. No browser sends that to a server, and every browser keeps it on the way."""
    if is_built():
        return redirect("phone")
    return render(request, "therapy/people/pair.html")


def _built(request: HttpRequest, name: str, content_type: str) -> HttpResponseBase:
    """A file of the app as whitenoise answers it: compressed, or 304."""
    path = Path(settings.PHONE_APP) / name
    if not path.is_file():
        return HttpResponse(NOT_BUILT, content_type="text/plain; charset=utf-8", status=404)
    headers = {
        "Content-Type": content_type,
        "Cache-Control": ASKED_FOR_EACH_TIME,
        # By content: a file that was copied here may have any age, and the size of the one before.
        "ETag": f'"{hashlib.sha256(path.read_bytes()).hexdigest()}"',
    }
    compressed = {"br": f"{path}.br", "gzip": f"{path}.gz"}
    file = StaticFile(str(path), list(headers.items()), encodings=compressed)
    return StaticFilesMiddleware.serve(file, request)
