"""Files in a storage that speaks S3: phones are sent there for a base, and everything else goes on
as with a folder. The storage is a real server, reached over HTTP."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from adaptation import loading
from adaptation.loading import loaded
from exports import files
from exports.models import Bundle
from tests.exports.conftest import Publish
from tests.people import Phone
from tests.practice import Practice
from tests.problems import problem_in
from tests.s3 import KEY, S3, SECRET, s3_server
from tests.trained import SCHEMA
from therapy.storage_settings import s3_storage

pytestmark = [pytest.mark.django_db, pytest.mark.system]

HOUR = 3600  # seconds


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """This test's own folder in the bucket."""
    return tmp_path.name


@pytest.fixture
def files_of_this_test(settings: Any, tmp_path: Path, s3: S3, folder: str) -> Iterator[None]:
    """Files go to the bucket, keys to a folder here; what was read before is forgotten."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.SIGNING_KEY_FOLDER = tmp_path / "keys"
    kept = s3_storage(s3.address(folder), key=KEY, secret=SECRET)
    settings.STORAGES = settings.STORAGES | {"default": kept}
    _forget()
    yield
    _forget()


@pytest.fixture
def phone(practice: Practice) -> Phone:
    return practice.phone


@pytest.fixture
def told(phone: Phone, publish: Publish) -> dict[str, Any]:
    """What the phone is told of the base."""
    publish()
    found: dict[str, Any] = phone.get("model").json()["base"]
    return found


def fetched(url: str, **headers: str) -> requests.Response:
    """What a phone gets from an address elsewhere: it sends no token there."""
    return requests.get(url, headers=headers, timeout=30)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def _forget() -> None:
    files._template.cache_clear()
    loading._load.cache_clear()


# Where files are


def test_everything_is_in_the_bucket_and_nothing_in_the_folder(
    told: dict[str, Any], s3: S3, folder: str, tmp_path: Path
) -> None:
    kinds = {name.split("/")[0] for name in s3.keys(folder)}
    assert kinds == {"bases", "graphs", "templates", "bundles"}
    assert not (tmp_path / "files").exists()


def test_private_keys_are_never_in_the_bucket(
    told: dict[str, Any], s3: S3, folder: str, tmp_path: Path
) -> None:
    secrets = [path.read_bytes() for path in (tmp_path / "keys").iterdir()]
    assert secrets
    for name in s3.keys(folder):
        with default_storage.open(name) as file:
            content = file.read()
        assert not any(secret.strip() in content for secret in secrets)


def test_a_name_that_is_taken_is_not_written_over(files_of_this_test: None) -> None:
    first = default_storage.save("bundles/a.zip", ContentFile(b"first"))
    second = default_storage.save("bundles/a.zip", ContentFile(b"second"))
    assert first == "bundles/a.zip" != second
    with default_storage.open(first) as one, default_storage.open(second) as other:
        assert (one.read(), other.read()) == (b"first", b"second")


# What a phone is told


def test_a_phone_is_sent_to_the_storage_with_a_signature_for_an_hour(
    told: dict[str, Any], s3: S3
) -> None:
    assert told["url"].startswith(f"{s3.endpoint}/")
    query = parse_qs(urlsplit(told["url"]).query)
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert len(query["X-Amz-Signature"][0]) == 64
    assert 0 < int(query["X-Amz-Expires"][0]) <= HOUR
    assert SECRET not in told["url"]


def test_what_is_there_is_what_was_told(told: dict[str, Any]) -> None:
    answer = fetched(told["url"])
    assert answer.status_code == 200
    assert len(answer.content) == told["bytes"]
    assert hashlib.sha256(answer.content).hexdigest() == told["sha256"]
    assert answer.headers["Content-Type"] == "application/zip"


def test_a_broken_download_goes_on_at_the_storage(told: dict[str, Any]) -> None:
    whole = fetched(told["url"]).content
    middle, last = len(whole) // 2, len(whole) - 1
    answer = fetched(told["url"], Range=f"bytes={middle}-")
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {middle}-{last}/{len(whole)}"
    assert answer.content == whole[middle:]


def test_without_the_signature_the_storage_gives_nothing(told: dict[str, Any]) -> None:
    bare = urlunsplit(urlsplit(told["url"])._replace(query=""))
    answer = fetched(bare)
    assert (answer.status_code, answer.content) == (403, b"")


def test_the_storage_is_named_nowhere_but_in_the_signed_address(
    phone: Phone, publish: Publish, s3: S3, folder: str
) -> None:
    publish()
    publish(kind="onnx")
    for address in ("model", "model/file", "keys"):
        answer = phone.get(address)
        said = body(answer) + repr(answer.headers).encode()
        for piece in said.split(s3.endpoint.encode())[1:]:
            assert b"X-Amz-Signature=" in piece.split(b'"')[0]
        assert said.count(folder.encode()) == (1 if address == "model" else 0)


def test_a_phone_that_has_the_base_has_nothing_to_fetch_though_addresses_change(
    phone: Phone, told: dict[str, Any]
) -> None:
    first = phone.get(f"model?have={told['sha256']}")
    again = phone.get(f"model?have={told['sha256']}", If_None_Match=first["ETag"])
    assert first.json()["base"]["url"] is None
    assert again.status_code == 304


# Our own address of a base, which a cache may stand before


def test_our_own_address_answers_the_same_bytes(phone: Phone, told: dict[str, Any]) -> None:
    answer = phone.without_token().get(f"bases/{told['sha256']}")
    content = body(answer)
    assert content == fetched(told["url"]).content
    assert answer["Content-Length"] == str(told["bytes"])
    assert answer["ETag"] == f'"{told["sha256"]}"'
    assert "immutable" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("asked", "sent"), [("bytes=0-9", slice(0, 10)), ("bytes=-100", slice(-100, None))]
)
def test_our_own_address_answers_a_range(
    phone: Phone, told: dict[str, Any], asked: str, sent: slice
) -> None:
    whole = fetched(told["url"]).content
    answer = phone.get(f"bases/{told['sha256']}", Range=asked, If_Range=f'"{told["sha256"]}"')
    assert answer.status_code == 206
    assert body(answer) == whole[sent]
    first, end, _ = sent.indices(len(whole))
    assert answer["Content-Range"] == f"bytes {first}-{end - 1}/{len(whole)}"


def test_a_range_beyond_the_end_is_refused_with_the_length(
    phone: Phone, told: dict[str, Any]
) -> None:
    answer = phone.get(f"bases/{told['sha256']}", Range=f"bytes={told['bytes']}-")
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{told['bytes']}"


def test_a_base_that_the_storage_lost_is_said_to_be_lost(
    phone: Phone, told: dict[str, Any], s3: S3, folder: str
) -> None:
    s3.lose(folder, Bundle.objects.get(sha256=told["sha256"]).file.name)
    answer = phone.get(f"bases/{told['sha256']}")
    assert "no longer stored" in problem_in(answer, 404)["detail"]


# What else lies there


def test_a_player_seeks_in_a_track(phone: Phone, practice: Practice, s3: S3, folder: str) -> None:
    sound, track = bytes(range(256)) * 100, practice.tracks[0]
    track.audio.save("a.wav", ContentFile(sound))
    assert "audio/a.wav" in s3.keys(folder)
    answer = phone.get(f"tracks/{track.id}/audio", Range="bytes=1000-1999")
    assert (answer.status_code, body(answer)) == (206, sound[1000:2000])
    assert answer["Content-Range"] == f"bytes 1000-1999/{len(sound)}"


def test_a_base_is_read_from_there(practice: Practice, s3: S3, folder: str) -> None:
    _forget()
    assert loaded(practice.base).schema == SCHEMA.label
    _forget()
    s3.lose(folder, practice.base.weights.name)
    with pytest.raises(FileNotFoundError):
        loaded(practice.base)


@pytest.mark.parametrize("kind", ["onnx", "coreml"])
def test_a_self_contained_file_is_made_from_a_template_there(
    phone: Phone, publish: Publish, s3: S3, folder: str, kind: str
) -> None:
    package = publish(kind=kind)
    _forget()
    answer = phone.get(f"model/file?kind={kind}")
    assert hashlib.sha256(body(answer)).hexdigest() == package.sha256
    assert base64.b64decode(answer["Attune-Statement"]) == bytes(package.signed)
    _forget()
    s3.lose(folder, package.patient_model.base.templates.get(kind=kind).file.name)
    with pytest.raises(files.Lost, match="no longer stored"):
        files.of_package(package)
