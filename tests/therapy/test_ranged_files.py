"""Files in pieces, as RFC 9110 has it."""

import io
import itertools
from typing import Any

import pytest
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from therapy.http import BLOCK, Unsatisfiable, parse_range, ranged_file_response
from therapy.models import Track

CONTENT = bytes(range(256)) * 4
ETAG = '"v1"'


def ask(
    file: Any = None, *, method: str = "GET", etag: str = "v1", **headers: str
) -> HttpResponseBase:
    request = RequestFactory().generic(
        method, "/", headers={name.replace("_", "-"): text for name, text in headers.items()}
    )
    return ranged_file_response(
        request,
        file or ContentFile(CONTENT, name="a.bin"),
        etag=etag,
        content_type="application/x-test",
        filename="a.bin",
    )


def body(answer: HttpResponseBase) -> bytes:
    if isinstance(answer, StreamingHttpResponse):
        return b"".join(answer)
    assert isinstance(answer, HttpResponse)
    return answer.content


def test_without_a_range_the_whole_file_comes() -> None:
    answer = ask()
    assert (answer.status_code, body(answer)) == (200, CONTENT)
    assert answer.headers["Content-Length"] == "1024"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == ETAG
    assert answer.headers["Content-Type"] == "application/x-test"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a.bin"'


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=1000-", 1000, 1023),
        ("bytes=1000-5000", 1000, 1023),
        ("bytes=-24", 1000, 1023),
        ("bytes=-5000", 0, 1023),
        ("BYTES= 5-9 ", 5, 9),
    ],
)
def test_one_range_is_sent(asked: str, first: int, last: int) -> None:
    answer = ask(Range=asked)
    assert answer.status_code == 206
    assert body(answer) == CONTENT[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/1024"
    assert answer.headers["Content-Length"] == str(last - first + 1)
    assert answer.headers["ETag"] == ETAG


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,5-6",
        "bytes=5-2",
        "bytes=-",
        "bytes=a-b",
        "bytes=+1-2",
        "bytes=1 -2",
        "bytes=٣-٤",
        "seconds=0-1",
        "bytes",
        "bytes=0-" + "9" * 19,
    ],
)
def test_several_ranges_or_no_range_of_bytes_give_the_whole_file(asked: str) -> None:
    request = RequestFactory().get("/")
    request.META["HTTP_RANGE"] = asked
    answer = ranged_file_response(
        request, ContentFile(CONTENT, name="a"), etag="v1", content_type="x/y", filename="a"
    )
    assert (answer.status_code, body(answer)) == (200, CONTENT)


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=1024-2000", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused_with_the_length(asked: str) -> None:
    answer = ask(Range=asked)
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */1024"


def test_an_empty_file_has_no_range() -> None:
    empty = ContentFile(b"", name="a")
    assert ask(empty, Range="bytes=0-").status_code == 416
    assert (ask(empty, Range="bytes=-5").status_code, body(ask(empty))) == (200, b"")


@pytest.mark.parametrize("condition", [ETAG, 'W/"v1"', '"v0", "v1"', "*"])
def test_a_copy_that_is_still_right_is_not_sent_again(condition: str) -> None:
    answer = ask(If_None_Match=condition, Range="bytes=0-9")
    assert (answer.status_code, body(answer)) == (304, b"")
    assert answer.headers["ETag"] == ETAG


def test_a_copy_that_is_old_is_replaced() -> None:
    assert ask(If_None_Match='"v0"').status_code == 200


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        (ETAG, 206),
        ('"v0"', 200),
        ('W/"v1"', 200),
        ("v1", 200),
        ("Wed, 01 Apr 2026 10:00:00 GMT", 200),
    ],
)
def test_a_download_goes_on_only_in_the_same_file(condition: str, status: int) -> None:
    answer = ask(Range="bytes=1000-", If_Range=condition)
    assert answer.status_code == status
    assert body(answer) == (CONTENT[1000:] if status == 206 else CONTENT)


def test_another_version_than_the_one_insisted_on_is_a_failed_precondition() -> None:
    assert ask(If_Match='"v0"').status_code == 412
    assert ask(If_Match=ETAG).status_code == 200


def test_head_tells_the_length_and_opens_nothing() -> None:
    answer = ask(method="HEAD", Range="bytes=0-9")
    assert (answer.status_code, body(answer)) == (200, b"")
    assert answer.headers["Content-Length"] == "1024"
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_without_an_etag_nothing_is_taken_for_unchanged() -> None:
    answer = ask(etag="", If_None_Match='""', If_Range='""', Range="bytes=0-9")
    assert (answer.status_code, answer.has_header("ETag")) == (200, False)


def test_a_name_that_needs_it_is_encoded() -> None:
    answer = ranged_file_response(
        RequestFactory().get("/"),
        ContentFile(CONTENT, name="a"),
        etag="v1",
        content_type="x/y",
        filename='Ö".bin',
    )
    assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''%C3%96%22.bin"


def test_a_file_that_the_storage_lost_is_not_found() -> None:
    with pytest.raises(Http404, match="no longer stored"):
        ask(Track(audio="lost.wav").audio)


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_any_storage_will_do(kind: str, tmp_path: Any) -> None:
    storage = FileSystemStorage(tmp_path) if kind == "folder" else InMemoryStorage()
    storage.save("a.bin", ContentFile(CONTENT))
    assert body(ask(storage.open("a.bin"), Range="bytes=5-9")) == CONTENT[5:10]


@pytest.mark.django_db  # an answer that is closed ends the request: Django looks at connections
@pytest.mark.parametrize("blocks_read", [0, 1])
def test_the_file_is_closed_with_the_answer_however_much_was_read(
    blocks_read: int, tmp_path: Any
) -> None:
    storage = FileSystemStorage(tmp_path)
    storage.save("a.bin", ContentFile(CONTENT))
    file = storage.open("a.bin")
    answer = ask(file)
    assert isinstance(answer, StreamingHttpResponse)
    assert len(list(itertools.islice(iter(answer), blocks_read))) == blocks_read
    answer.close()
    assert file.closed


class Stream(io.RawIOBase):
    """What comes from afar: it can be read on, not back."""

    def __init__(self) -> None:
        self._data = io.BytesIO(CONTENT)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def read(self, size: int = -1) -> bytes:
        return self._data.read(size)


class StreamedFile(File):
    """A storage's file that is opened by asking the storage."""

    size = len(CONTENT)

    def open(self, mode: str | None = None, *args: Any, **kwargs: Any) -> "StreamedFile":
        self.file = Stream()
        return self


def test_a_stream_that_cannot_seek_is_read_up_to_the_range() -> None:
    assert body(ask(StreamedFile(Stream(), name="a"), Range="bytes=700-709")) == CONTENT[700:710]


def test_a_large_file_comes_in_blocks() -> None:
    answer = ask(ContentFile(b"x" * (2 * BLOCK + 1), name="a"))
    assert isinstance(answer, StreamingHttpResponse)
    assert [len(block) for block in answer] == [BLOCK, BLOCK, 1]


@given(content=st.binary(min_size=1, max_size=400), cuts=st.lists(st.integers(1, 400)))
def test_the_joined_ranges_are_the_file(content: bytes, cuts: list[int]) -> None:
    edges = sorted({0, len(content), *(cut for cut in cuts if cut < len(content))})
    pieces = [
        body(ask(ContentFile(content, name="a"), Range=f"bytes={first}-{end - 1}"))
        for first, end in itertools.pairwise(edges)
    ]
    assert b"".join(pieces) == content


@given(size=st.integers(0, 50), asked=st.from_regex(r"bytes=[0-9]{0,2}-[0-9]{0,2}", fullmatch=True))
def test_a_range_never_leaves_the_file_nor_is_empty(size: int, asked: str) -> None:
    try:
        found = parse_range(asked, size)
    except Unsatisfiable:
        return
    if found is not None:
        assert 0 <= found.start < found.stop <= size


@given(st.text(max_size=30))
def test_no_header_breaks_the_parser(header: str) -> None:
    assert parse_range(header, 10) is None or header.strip().lower().startswith("bytes=")
