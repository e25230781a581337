"""A phone in TypeScript is given a model that was changed on the way: it is refused, and the real
server is told once, though the phone tries again and again."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile

from exports import keyring
from exports.archives import write_archive
from exports.models import Bundle
from tests.exports.conftest import adapt, export
from tests.phone.made_up_phone import MadeUpPhone
from tests.practice import Practice
from therapy.models import ModelRefusal

pytestmark = pytest.mark.django_db(transaction=True)

Try = Callable[..., Any]


@pytest.fixture
def tries(practice: Practice, live_server: Any) -> Iterator[Try]:
    """The patient's phone asks for the model, tells what it refused, and hands over."""
    with MadeUpPhone("run_model.mjs") as phone:
        deliver(practice)
        token = practice.phone.headers["Authorization"].removeprefix("Bearer ")
        server = {"server": live_server.url, "token": token}
        phone.do("trust", **server)
        patient = str(practice.patient.id)
        yield lambda **given: phone.do("renewAndTell", **server, patient=patient, **given)


def deliver(practice: Practice) -> None:
    adapt(practice.patient)
    export(practice.patient)


def release(content: bytes) -> str:
    """Have the server sign this as the base; its digest."""
    bundle = Bundle.objects.get(kind="onnx")
    bundle.sha256, bundle.bytes = hashlib.sha256(content).hexdigest(), len(content)
    keyring.sign_bundle(bundle, keyring.signer())
    bundle.file.save(f"{bundle.sha256}.zip", ContentFile(content))
    return bundle.sha256


def told(practice: Practice) -> list[tuple[Any, ...]]:
    rows = ModelRefusal.objects.filter(patient=practice.patient).order_by("refused_at")
    assert all(row.device == practice.phone.device for row in rows)
    return [(row.reason, row.version, row.base_sha256, row.in_use) for row in rows]


@pytest.mark.parametrize(
    ("flip", "reason"),
    [("/api/v1/model", "wrong-signature"), ("/api/v1/bases/", "wrong-content")],
)
def test_a_flipped_byte_is_told_once_however_often_it_comes(
    flip: str, reason: str, tries: Try, practice: Practice
) -> None:
    answers = [tries(flip=flip) for _ in range(3)]
    assert {answer["reason"] for answer in answers} == {reason}
    assert [answer["told"] for answer in answers] == [True, False, False]
    bundle = Bundle.objects.get(kind="onnx").sha256
    readable = reason == "wrong-content"
    assert told(practice) == [
        (reason, 1 if readable else None, bundle if readable else "", None)
    ], "once, and what could not be read is not known"
    assert tries()["outcome"] == "renewed"
    assert len(told(practice)) == 1, "what is good is nothing to tell"


def test_with_another_model_in_use_it_is_told_again_and_names_the_one_that_stays(
    tries: Try, practice: Practice
) -> None:
    flip = "/api/v1/model"
    assert tries(flip=flip)["inUse"] is None
    assert tries()["version"] == 1
    practice.sit((practice.tracks[0], 5), (practice.tracks[1], 1))
    deliver(practice)
    assert [tries(flip=flip)["told"] for _ in range(2)] == [True, False]
    assert [in_use for *_, in_use in told(practice)] == [None, 1]
    assert tries()["version"] == 2


@pytest.mark.parametrize(
    "content",
    [
        b"what an archive is in a later format",
        write_archive({"manifest.json": b'{"format": "attune-base-9"}', "items.f32": b""}),
        write_archive({"manifest.json": b"---", "items.f32": b""}),
    ],
    ids=["no archive", "a manifest of another shape", "a manifest of another syntax"],
)
def test_a_base_that_is_signed_and_cannot_be_read_is_told_and_the_last_good_one_stays(
    content: bytes, tries: Try, practice: Practice
) -> None:
    assert tries()["version"] == 1
    practice.sit((practice.tracks[0], 5), (practice.tracks[1], 1))
    deliver(practice)
    digest = release(content)
    answers = [tries() for _ in range(2)]
    assert [(answer["reason"], answer["told"]) for answer in answers] == [
        ("unknown-format", True),
        ("unknown-format", False),
    ]
    assert told(practice) == [("unknown-format", 2, digest, 1)]
