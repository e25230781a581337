"""GET /api/v1/model, keys, bases and files: what a phone gets, and who gets nothing."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from exports import holding, keyring
from exports.models import Bundle, ModelPackage
from exports.signing.accepting import Checker
from exports.signing.keys import public_key
from exports.signing.payloads import BadMessage, PatientRecord
from tests.exports.conftest import Publish, adapt, export
from tests.factories import DeviceFactory, PatientFactory
from tests.people import Phone
from tests.practice import Practice
from tests.problems import places, problem_in
from therapy.people.services import record_consent, revoke_device
from worker.models import Job

pytestmark = pytest.mark.django_db

API = "/api/v1/"


@pytest.fixture
def phone(practice: Practice) -> Phone:
    return practice.phone


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def refusal(answer: Any) -> dict[str, Any]:
    return problem_in(answer)


def fetch(phone: Phone, address: str) -> Any:
    """What is at an address that the server told."""
    return phone.get(address.removeprefix(API))


def checker(phone: Phone, last: bytes | None = None) -> Checker:
    """A phone that asked for the keys."""
    keys = {
        bytes.fromhex(key["kid"]): public_key(base64.b64decode(key["public_key"]))
        for key in phone.get("keys").json()["keys"]
    }
    patient = phone.get("me").json()["patient_id"]
    return Checker(bytes.fromhex(patient.replace("-", "")), keys, last)


def now() -> int:
    return keyring.seconds(timezone.now())


def message(answer: Any) -> bytes:
    return base64.b64decode(answer.json()["record"])


# What a phone gets


def test_a_phone_gets_a_record_and_the_base_that_it_goes_with(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    practice.sit((practice.tracks[0], 5), before=(0, 0.5), after=(0.2, 0))
    published = publish()
    told = phone.get("model").json()
    signed = base64.b64decode(told["record"])
    assert hashlib.sha256(signed).hexdigest() == told["sha256"] == published.sha256
    assert len(signed) <= 600
    record = checker(phone).record(signed, now())
    assert (record.version, record.learns) == (told["version"], True) == (1, True)
    assert record.expires == keyring.seconds(published.expires_at)
    bundle = body(fetch(phone, told["base"]["url"]))
    assert len(bundle) == told["base"]["bytes"]
    checker(phone).bundle(bundle, base64.b64decode(told["base"]["statement"]), record)


def test_a_phone_that_has_the_base_gets_the_record_alone(phone: Phone, publish: Publish) -> None:
    publish()
    base = phone.get("model").json()["base"]
    again = phone.get(f"model?have={base['sha256']}").json()
    assert again["base"] == base | {"url": None}
    assert again["version"] == 1
    other = phone.get(f"model?have={'0' * 64}").json()
    assert other["base"] == base


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ("", "onnx"),
        ("?platform=web", "onnx"),
        ("?platform=android", "onnx"),
        ("?platform=ios", "coreml"),
        ("?platform=ios&kind=coreml-float16", "coreml-float16"),
    ],
)
def test_each_platform_gets_what_it_can_run(
    phone: Phone, publish: Publish, asked: str, kind: str
) -> None:
    publish()
    told = phone.get(f"model{asked}").json()["base"]
    assert told["kind"] == kind
    stored = Path(Bundle.objects.get(kind=kind).file.path).read_bytes()
    assert body(fetch(phone, told["url"])) == stored


@pytest.mark.parametrize(
    ("asked", "field"),
    [("platform=nokia", "platform"), ("kind=tflite", "kind"), ("have=abc", "have")],
)
def test_what_is_asked_wrongly_is_refused_by_its_field(
    phone: Phone, publish: Publish, asked: str, field: str
) -> None:
    publish()
    answer = phone.get(f"model?{asked}")
    assert answer.status_code == 400
    assert list(places(refusal(answer)["errors"])) == [field]


def test_until_something_changes_there_is_nothing_to_fetch(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    publish()
    first = phone.get("model")
    same = phone.get("model", If_None_Match=first["ETag"])
    assert (same.status_code, body(same)) == (304, b"")
    practice.sit((practice.tracks[0], 5))
    publish()
    changed = phone.get("model", If_None_Match=first["ETag"])
    assert changed.status_code == 200
    assert changed.json()["version"] == 2


def test_while_a_newer_model_is_made_the_last_published_is_given(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    publish()
    practice.sit((practice.tracks[0], 5))
    adapt(practice.patient)
    assert phone.get("model").json()["version"] == 1


def test_each_phone_gets_its_own_patients_model(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    other = PatientFactory(clinic=practice.clinic)
    others_phone = Phone(DeviceFactory(patient=other, label="others"))
    publish()
    assert others_phone.get("model").status_code == 404
    publish(other)
    theirs = message(others_phone.get("model"))
    assert PatientRecord.decode(_payload(theirs)).patient == other.id.bytes
    with pytest.raises(BadMessage, match="another patient's"):
        checker(phone).record(theirs, now())


def test_a_record_of_before_is_told_from_a_new_one(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    publish()
    old = message(phone.get("model"))
    practice.sit((practice.tracks[0], 5))
    publish()
    new = message(phone.get("model"))
    assert checker(phone, last=old).record(new, now()).version == 2
    with pytest.raises(BadMessage, match="an old one was sent again"):
        checker(phone, last=new).record(old, now())


# Who gets nothing, and in which words


def test_only_a_phone_with_its_token_may_ask(phone: Phone, publish: Publish) -> None:
    publish()
    stranger = Phone(phone.device).without_token()
    for address in ("model", "model/file", "keys"):
        assert stranger.get(address).status_code == 401
        unknown = phone.get(address, Authorization="Bearer attune_somebody")
        assert refusal(unknown)["code"] == "authentication_failed"


def test_a_revoked_phone_is_told_so(phone: Phone, publish: Publish) -> None:
    publish()
    revoke_device(device=phone.device)
    answer = phone.get("model")
    assert answer.status_code == 401
    assert "access was ended" in refusal(answer)["detail"]


def test_who_took_back_the_consent_to_care_gets_no_model(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    consent = {"scope": "care", "text_version": "1", "language": "en"}
    record_consent(patient=practice.patient, given=True, **consent)
    publish()
    assert phone.get("model").status_code == 200
    record_consent(patient=practice.patient, given=False, **consent)
    for address in ("model", "model/file"):
        answer = phone.get(address)
        assert answer.status_code == 403
        assert refusal(answer)["code"] == "consent_withdrawn"
        assert "Your therapist" in refusal(answer)["detail"]


def test_before_any_model_it_says_in_words_that_none_is_there(phone: Phone) -> None:
    for address in ("model", "model/file"):
        answer = phone.get(address)
        assert answer.status_code == 404
        assert "No model has been made for this patient yet" in refusal(answer)["detail"]


def test_an_expired_model_is_not_given_and_the_next_one_is_asked_for(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    publish()
    ModelPackage.objects.update(expires_at=timezone.now())
    Job.objects.all().delete()
    answer = phone.get("model")
    assert answer.status_code == 503
    assert refusal(answer)["code"] == "model_expired"
    assert answer["Retry-After"] == "3600"
    (job,) = Job.objects.all()
    assert job.key == f"export_patient:{practice.patient.id}"
    export(practice.patient)
    assert phone.get("model").json()["version"] == 2


def test_a_model_whose_key_was_revoked_is_not_given(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    stolen = publish().key
    keyring.create()
    assert phone.get("model").status_code == 200
    keyring.revoke(stolen)
    assert refusal(phone.get("model"))["code"] == "model_expired"
    export(practice.patient)
    record = checker(phone).record(message(phone.get("model")), now())
    assert record.version == 2


# Bases


@pytest.fixture
def told(phone: Phone, publish: Publish) -> dict[str, Any]:
    """What the phone is told of the base."""
    publish()
    found: dict[str, Any] = phone.get("model").json()["base"]
    return found


def test_a_base_may_be_kept_by_any_cache_and_needs_no_token(
    phone: Phone, told: dict[str, Any]
) -> None:
    answer = fetch(phone.without_token(), told["url"])
    content = body(answer)
    digest = hashlib.sha256(content)
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["ETag"] == f'"{told["sha256"]}"' == f'"{digest.hexdigest()}"'
    assert answer["Content-Length"] == str(told["bytes"]) == str(len(content))
    assert answer["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"


def test_a_broken_download_of_a_base_goes_on_where_it_broke_off(
    phone: Phone, told: dict[str, Any]
) -> None:
    whole = body(fetch(phone, told["url"]))
    address, etag = told["url"].removeprefix(API), f'"{told["sha256"]}"'
    pieces = list(_in_pieces(phone, address, etag, len(whole)))
    assert len(pieces) > 2
    assert b"".join(pieces) == whole


def test_no_cache_is_told_to_keep_a_refusal(phone: Phone, told: dict[str, Any]) -> None:
    answer = phone.get(told["url"].removeprefix(API), Range=f"bytes={told['bytes']}-")
    assert answer.status_code == 416
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_after_a_rotation_the_base_is_stated_anew_though_the_phone_has_it(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    before = publish().key
    told = phone.get("model").json()["base"]
    bundle = body(fetch(phone, told["url"]))
    keyring.create()
    keyring.revoke(before)
    export(practice.patient)
    answer = phone.get(f"model?have={told['sha256']}")
    record = checker(phone).record(message(answer), now())
    base = answer.json()["base"]
    assert base["url"] is None
    checker(phone).bundle(bundle, base64.b64decode(base["statement"]), record)


def test_a_base_that_nobody_released_is_not_there(phone: Phone, told: dict[str, Any]) -> None:
    answer = phone.get(f"bases/{'0' * 64}")
    assert answer.status_code == 404
    assert "/api/v1/model" in refusal(answer)["detail"]


def test_a_base_that_the_storage_lost_is_said_to_be_lost(
    phone: Phone, told: dict[str, Any]
) -> None:
    Path(Bundle.objects.get(sha256=told["sha256"]).file.path).unlink()
    answer = fetch(phone, told["url"])
    assert answer.status_code == 404
    assert "no longer stored" in refusal(answer)["detail"]


def test_what_is_delivered_is_refused_with_any_bit_flipped(
    phone: Phone, publish: Publish, told: dict[str, Any]
) -> None:
    """The very bytes that phones get: record, base and file, hundreds of places of each."""
    who, at = checker(phone), now()
    model = phone.get("model")
    record, statement = message(model), base64.b64decode(told["statement"])
    bundle, one = body(fetch(phone, told["url"])), phone.get("model/file")
    file, said = body(one), base64.b64decode(one["Attune-Statement"])
    good = who.record(record, at)
    checks: list[tuple[bytes, Callable[[bytes], object]]] = [
        (record, lambda flipped: who.record(flipped, at)),
        (statement, lambda flipped: who.bundle(bundle, flipped, good)),
        (bundle, lambda flipped: who.bundle(flipped, statement, good)),
        (said, lambda flipped: who.file(file, flipped, at)),
        (file, lambda flipped: who.file(flipped, said, at)),
    ]
    generator = np.random.default_rng(4)
    for content, accept in checks:
        accept(content)
        for place in generator.integers(0, len(content), 300):
            flipped = bytearray(content)
            flipped[place] ^= 1 << int(generator.integers(8))
            with pytest.raises(BadMessage):
                accept(bytes(flipped))


# Self-contained files


@pytest.mark.parametrize("kind", ["onnx", "coreml"])
def test_the_model_comes_as_one_file_with_what_is_signed_of_it(
    phone: Phone, publish: Publish, kind: str
) -> None:
    package = publish(kind=kind)
    answer = phone.get(f"model/file?kind={kind}")
    content = body(answer)
    assert answer["ETag"] == f'"{package.sha256}"'
    statement = base64.b64decode(answer["Attune-Statement"])
    assert checker(phone).file(content, statement, now()).kind == kind
    again = phone.get(f"model/file?kind={kind}", If_None_Match=answer["ETag"])
    assert (again.status_code, body(again)) == (304, b"")


def test_a_broken_download_of_a_file_goes_on_where_it_broke_off(
    phone: Phone, publish: Publish
) -> None:
    package = publish(kind="onnx")
    whole = body(phone.get("model/file"))
    pieces = list(_in_pieces(phone, "model/file", f'"{package.sha256}"', len(whole)))
    assert len(pieces) > 2
    assert b"".join(pieces) == whole


def test_when_the_model_changed_meanwhile_the_new_file_comes_whole(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    old = publish(kind="onnx")
    practice.sit((practice.tracks[0], 5))
    new = publish(kind="onnx")
    answer = phone.get("model/file", Range="bytes=1000-", If_Range=f'"{old.sha256}"')
    assert answer.status_code == 200
    assert hashlib.sha256(body(answer)).hexdigest() == new.sha256


def test_a_range_beyond_the_end_is_refused_with_the_length(phone: Phone, publish: Publish) -> None:
    package = publish(kind="onnx")
    answer = phone.get("model/file", Range=f"bytes={package.bytes}-")
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{package.bytes}"


def test_another_kind_of_file_is_refused_by_its_field(phone: Phone, publish: Publish) -> None:
    publish()
    answer = phone.get("model/file?kind=tflite")
    assert answer.status_code == 400
    assert refusal(answer)["errors"][0]["parameter"] == "kind"


# Keys


def test_keys_are_told_with_how_long_they_are_honoured(phone: Phone, publish: Publish) -> None:
    publish()
    (first,) = phone.get("keys").json()["keys"]
    assert (first["honoured_until"], first["endorsement"]) == (None, None)
    keyring.create()
    new, old = phone.get("keys").json()["keys"]
    assert (old["kid"], new["honoured_until"]) == (first["kid"], None)
    assert old["honoured_until"] is not None
    assert new["endorsement"] is not None


def test_a_hold_reaches_the_phone_as_a_record_that_does_not_learn(
    practice: Practice, phone: Phone, publish: Publish
) -> None:
    first = publish()
    old = message(phone.get("model"))
    holding.hold(patient=practice.patient, model=first.patient_model, by=None)
    export(practice.patient)
    record = checker(phone, last=old).record(message(phone.get("model")), now())
    assert (record.version, record.learns) == (2, False)


@pytest.mark.parametrize("address", ["model", "model/file", "keys"])
def test_it_is_only_to_be_read(phone: Phone, publish: Publish, address: str) -> None:
    publish()
    assert phone.post(address, {}).status_code == 405


def _payload(signed: bytes) -> bytes:
    from exports.signing import cose

    return cose.unverified(signed)


def _in_pieces(phone: Phone, address: str, etag: str, size: int) -> Iterator[bytes]:
    """A download that breaks off after every few thousand bytes."""
    have = 0
    while have < size:
        last = min(have + 9_999, size - 1)
        answer = phone.get(address, Range=f"bytes={have}-{last}", If_Range=etag)
        assert answer.status_code == 206
        assert answer["Content-Range"] == f"bytes {have}-{last}/{size}"
        piece = body(answer)
        have += len(piece)
        yield piece
