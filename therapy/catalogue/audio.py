"""A track's sound over HTTP, the same for phones and for staff pages."""

from pathlib import PurePath

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from therapy.catalogue.models import Track
from therapy.http import ranged_file_response

# What the formats that the catalogue takes are called (IANA; RFC 9639 for FLAC, RFC 5334 for Ogg).
# Python's own table depends on the machine.
TYPES = {
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
}


def audio_response(request: HttpRequest | Request, track: Track) -> HttpResponseBase:
    """The sound, or the range of it that was asked for. Raises Http404 where there is none."""
    if not track.audio:
        raise Http404("This track has no audio here; only its features are known.")
    suffix = PurePath(str(track.audio)).suffix.lower()
    return ranged_file_response(
        request,
        track.audio,
        etag=track.audio_sha256,
        content_type=TYPES.get(suffix, "application/octet-stream"),
        filename=f"{track.id}{suffix}",
    )
