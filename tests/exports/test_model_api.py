"""GET /api/v1/model: the package that the phone should have."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from exports.models import ModelPackage
from exports.phone import Package
from tests.exports.conftest import Publish, adapt
from tests.factories import DeviceFactory, PatientFactory
from tests.people import Phone
from tests.practice import Practice

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(practice: Practice) -> Phone:
    return practice.phone


@pytest.fixture
def package(publish: Publish) -> ModelPackage:
    """The ONNX package of the phone's patient."""
    return publish()


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def stored(package: ModelPackage) -> bytes:
    return Path(package.file.path).read_bytes()


def refusal(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()["error"]
    return found


def test_the_package_comes_whole_with_its_digest(phone: Phone, package: ModelPackage) -> None:
    answer = phone.get("model")
    content = body(answer)
    assert answer.status_code == 200
    assert content == stored(package)
    assert answer["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"' == f'"{package.sha256}"'
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Length"] == str(package.bytes)
    assert answer["Content-Disposition"] == 'attachment; filename="attune-1-onnx.zip"'
    assert Package(content).manifest["model"]["version"] == 1


def test_only_a_phone_with_its_token_may_have_it(phone: Phone, package: ModelPackage) -> None:
    answer = phone.without_token().get("model")
    assert answer.status_code == 401
    assert refusal(answer)["code"] == "not_authenticated"
    stranger = phone.get("model", Authorization="Bearer attune_somebody")
    assert stranger.status_code == 401
    assert refusal(stranger)["code"] == "authentication_failed"


def test_before_any_package_it_says_in_words_that_none_is_there(phone: Phone) -> None:
    answer = phone.get("model")
    assert answer.status_code == 404
    assert refusal(answer)["code"] == "not_found"
    assert "No model has been made for this patient yet" in refusal(answer)["message"]
    assert answer["Content-Type"] == "application/json"


def test_each_phone_gets_its_own_patients_package(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    ours = publish()
    other = PatientFactory(clinic=practice.clinic)
    others_phone = Phone(DeviceFactory(patient=other, label="others"))
    assert others_phone.get("model").status_code == 404
    practice.sit((practice.tracks[0], 1), patient=other)
    theirs = publish(other)
    assert ours.sha256 != theirs.sha256
    assert body(phone.get("model")) == stored(ours)
    assert body(others_phone.get("model")) == stored(theirs)


def test_the_newest_version_is_the_one_to_have(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    first = publish()
    practice.sit((practice.tracks[0], 5))
    second = publish()
    answer = phone.get("model", If_None_Match=f'"{first.sha256}"')
    assert answer.status_code == 200
    assert body(answer) == stored(second)
    assert "attune-2-onnx.zip" in answer["Content-Disposition"]


def test_while_a_newer_one_is_made_the_last_published_is_given(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    first = publish()
    practice.sit((practice.tracks[0], 5))
    adapt(practice.patient)
    assert body(phone.get("model")) == stored(first)


def test_an_unchanged_package_is_not_sent_again(phone: Phone, package: ModelPackage) -> None:
    answer = phone.get("model", If_None_Match=f'"{package.sha256}"')
    assert (answer.status_code, body(answer)) == (304, b"")
    assert answer["ETag"] == f'"{package.sha256}"'
    assert phone.get("model", If_None_Match='"another"').status_code == 200


# A broken download


def test_a_broken_download_goes_on_where_it_broke_off(phone: Phone, package: ModelPackage) -> None:
    whole, etag = stored(package), f'"{package.sha256}"'
    pieces = [whole[:1000]]
    while len(pieces[-1]) and sum(map(len, pieces)) < len(whole):
        have = sum(map(len, pieces))
        last = min(have + 9_999, len(whole) - 1)
        answer = phone.get("model", Range=f"bytes={have}-{last}", If_Range=etag)
        assert answer.status_code == 206
        assert answer["Content-Range"] == f"bytes {have}-{last}/{len(whole)}"
        pieces.append(body(answer))
    assert len(pieces) > 2
    assert b"".join(pieces) == whole


def test_when_the_package_changed_meanwhile_the_new_one_comes_whole(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    old = publish()
    practice.sit((practice.tracks[0], 5))
    new = publish()
    answer = phone.get("model", Range="bytes=1000-", If_Range=f'"{old.sha256}"')
    assert answer.status_code == 200
    assert body(answer) == stored(new)


def test_a_range_beyond_the_end_is_refused_with_the_length(
    phone: Phone, package: ModelPackage
) -> None:
    answer = phone.get("model", Range=f"bytes={package.bytes}-")
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{package.bytes}"
    assert refusal(answer)["code"] == "range_not_satisfiable"


def test_head_tells_size_and_digest_without_the_package(
    phone: Phone, package: ModelPackage
) -> None:
    answer = phone.head("model")
    assert (answer.status_code, body(answer)) == (200, b"")
    assert answer["Content-Length"] == str(package.bytes)
    assert answer["ETag"] == f'"{package.sha256}"'


# Kinds


def test_an_iphone_asks_for_core_ml(phone: Phone, publish: Publish) -> None:
    package = publish(kind="coreml")
    answer = phone.get("model?kind=coreml")
    assert body(answer) == stored(package)
    assert "attune-1-coreml.zip" in answer["Content-Disposition"]
    assert answer["ETag"] != phone.get("model?kind=onnx")["ETag"]


@pytest.mark.parametrize("kind", ["tflite", "ONNX"])
def test_another_kind_is_refused_by_its_field(
    phone: Phone, package: ModelPackage, kind: str
) -> None:
    answer = phone.get(f"model?kind={kind}")
    assert answer.status_code == 400
    assert refusal(answer)["code"] == "invalid"
    assert list(refusal(answer)["fields"]) == ["kind"]


def test_a_package_that_the_storage_lost_is_said_to_be_lost(
    phone: Phone, package: ModelPackage
) -> None:
    Path(package.file.path).unlink()
    answer = phone.get("model")
    assert answer.status_code == 404
    assert "no longer stored" in refusal(answer)["message"]


def test_it_is_only_to_be_read(phone: Phone, package: ModelPackage) -> None:
    assert phone.post("model", {}).status_code == 405
