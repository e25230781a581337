"""Files over HTTP in pieces, so that a player can seek and a broken download can go on.

RFC 9110: §8.8.3 (ETag), §13.1.2 (If-None-Match), §13.1.5 (If-Range), §14 (ranges). RFC 9530: §3
(Repr-Digest).
"""

import base64
import logging
import re
from collections.abc import Iterator
from typing import Any

from django.core.files import File
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag
from rest_framework.request import Request

from therapy.api.errors import Refusal
from therapy.api.problems import PROBLEMS

log = logging.getLogger(__name__)

BLOCK = 64 * 1024  # bytes
ONE_RANGE = re.compile(r"bytes=[ \t]*(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})[ \t]*", re.I)


class Unsatisfiable(Exception):
    """The range lies wholly beyond the end of the file."""


def ranged_file_response(
    request: HttpRequest | Request,
    file: "File[Any]",
    *,
    etag: str,
    content_type: str,
    filename: str,
) -> HttpResponseBase:
    """`file`, or the one range of it that a GET asks for, streamed in blocks.

    `file` may come from any Django storage. `etag`: a digest of the content, unquoted; empty where
    none is known, and then every condition fails and ranges are served unconditionally only.
    Answers 200, 206, 304, 412 (If-Match), or 416 with the file's length. A header that asks for
    several ranges, or that is no range of bytes, is answered with the whole file, as §14.2 allows.
    Raises Http404 when the storage has lost the file.
    """
    http_request = request._request if isinstance(request, Request) else request
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": content_disposition_header(True, filename) or "attachment",
    }
    if etag:
        headers["ETag"] = quote_etag(etag)
    unchanged = HttpResponse(headers=headers)
    conditional = get_conditional_response(
        http_request, etag=headers.get("ETag"), response=unchanged
    )
    if conditional is not unchanged and conditional is not None:
        return conditional
    try:
        return _answer(http_request, file, content_type, headers)
    except FileNotFoundError as lost:
        log.error("The storage has lost a file that is on record: %s", file.name)
        raise Http404("This file is on record but no longer stored.") from lost


def repr_digest(sha256: str) -> str:
    """The header Repr-Digest: the digest of the whole content, also beside a part of it."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def parse_range(header: str, size: int) -> range | None:
    """The bytes of a file of `size` that a Range header asks for; None means the whole file.

    Raises Unsatisfiable when none of them exists.
    """
    found = ONE_RANGE.fullmatch(header.strip())
    if found is None:
        return None
    first, last = found["first"], found["last"]
    if not first:
        return _suffix(last, size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    end = min(int(last), size - 1) if last else size - 1
    return range(int(first), end + 1)


def _suffix(length: str, size: int) -> range | None:
    if not length or (size == 0 and int(length)):  # no Content-Range can describe nothing
        return None
    if int(length) == 0:
        raise Unsatisfiable
    return range(max(size - int(length), 0), size)


def _answer(
    request: HttpRequest, file: "File[Any]", content_type: str, headers: dict[str, str]
) -> HttpResponseBase:
    """200, 206 or 416. Raises FileNotFoundError."""
    size = file.size
    try:
        piece = _wanted(request, size, headers.get("ETag", ""))
    except Unsatisfiable:
        text = f"The file has {size} bytes; the range lies beyond them."
        return Refusal(PROBLEMS["range_not_satisfiable"], text).response(
            {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"}
        )
    status, sent = 200, range(size)
    if piece is not None:
        status, sent = 206, piece
        headers["Content-Range"] = f"bytes {piece.start}-{piece.stop - 1}/{size}"
    headers["Content-Length"] = str(len(sent))
    if request.method == "HEAD":
        return HttpResponse(status=status, content_type=content_type, headers=headers)
    blocks = _Blocks(file, sent.start, len(sent))
    return StreamingHttpResponse(blocks, status=status, content_type=content_type, headers=headers)


def _wanted(request: HttpRequest, size: int, etag: str) -> range | None:
    """Ranges are defined for GET only, and If-Range lets them through on a strong match only."""
    header = request.headers.get("Range", "")
    if request.method != "GET" or not header:
        return None
    condition = request.headers.get("If-Range", "").strip()
    if condition and condition != etag:
        return None
    return parse_range(header, size)


class _Blocks:
    """`length` bytes of a file from `first` on. Closes the file when the response is closed, also
    when not one block was read."""

    def __init__(self, file: "File[Any]", first: int, length: int) -> None:
        self._file = file.open("rb")
        self._left = length
        self._skip(first)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        block: bytes = self._file.read(min(BLOCK, self._left))
        if not block:
            raise StopIteration
        self._left -= len(block)
        return block

    def close(self) -> None:
        self._file.close()

    def _skip(self, count: int) -> None:
        """Go to the first byte; a storage that streams from afar may only be able to read on."""
        if self._file.seekable():
            self._file.seek(count)
            return
        while count and (block := self._file.read(min(BLOCK, count))):
            count -= len(block)
