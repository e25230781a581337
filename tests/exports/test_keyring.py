"""Which key signs and which are honoured: made, rotated, revoked; never in a row or in a log."""

import logging
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from exports import keyring
from exports.keyring import NoSigningKey
from exports.models import Bundle, ModelPackage, SigningKey
from exports.signing import cose, keys
from exports.signing.payloads import BaseStatement, KeyStatement, PatientRecord
from tests.exports.conftest import Publish, export
from tests.practice import Practice
from worker.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.SIGNING_KEY_FOLDER = tmp_path / "keys"
    return tmp_path / "keys"


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("signing_key", *arguments, stdout=out)
    return out.getvalue()


def key_of(package: ModelPackage) -> str:
    package.refresh_from_db()
    return package.key.key_id


def test_development_makes_the_first_key_by_itself_and_keeps_it(folder: Path) -> None:
    first, again = keyring.signer(), keyring.signer()
    assert first.key.public_bytes == again.key.public_bytes == bytes(first.row.public_key)
    assert [path.name for path in folder.iterdir()] == [f"{first.row.key_id}.pem"]


def test_production_waits_for_a_key_and_says_how_to_make_one(folder: Path, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(NoSigningKey, match=r"manage\.py signing_key create"):
        keyring.signer()
    made = keyring.create()
    assert keyring.signer().row == made


def test_a_private_half_that_is_elsewhere_is_missed_in_words(folder: Path) -> None:
    made = keyring.create()
    (folder / f"{made.key_id}.pem").unlink()
    with pytest.raises(NoSigningKey, match=rf"{made.key_id} is not in"):
        keyring.signer()
    with pytest.raises(CommandError, match=rf"{made.key_id} is not in"):
        said("create")
    assert SigningKey.objects.count() == 1


def test_the_next_key_is_endorsed_by_the_one_before(folder: Path) -> None:
    first, second = keyring.create(), keyring.create()
    assert first.endorsement is None
    believed = {bytes.fromhex(first.key_id): keys.public_key(bytes(first.public_key))}
    payload = cose.verify(bytes(second.endorsement or b""), KeyStatement.purpose, believed)
    assert KeyStatement.decode(payload).public_key == bytes(second.public_key)


def test_a_retired_key_is_honoured_until_all_that_it_signed_has_expired(
    folder: Path, settings: Any
) -> None:
    settings.MODEL_LIFETIME_DAYS = 10.0
    first = keyring.create()
    second = keyring.create()
    at = timezone.now()
    assert set(keyring.honoured(at)) == {first, second}
    assert set(keyring.honoured(at + timedelta(days=9.9))) == {first, second}
    assert set(keyring.honoured(at + timedelta(days=10.1))) == {second}


def test_after_a_rotation_what_was_signed_is_signed_again(
    practice: Practice, publish: Publish
) -> None:
    before = publish()
    keyring.create()
    now = keyring.signer().row
    for bundle in Bundle.objects.all():
        assert bundle.key == now
        payload = cose.verify(
            bytes(bundle.statement), BaseStatement.purpose, keyring.public_keys(timezone.now())
        )
        assert BaseStatement.decode(payload).sha256.hex() == bundle.sha256
    export(practice.patient)
    after = ModelPackage.objects.get(kind="record", version=2)
    assert (key_of(before), key_of(after)) != (now.key_id, now.key_id)
    assert key_of(after) == now.key_id


def test_a_revoked_key_is_honoured_no_more_but_not_the_one_that_signs(folder: Path) -> None:
    first, second = keyring.create(), keyring.create()
    keyring.revoke(first)
    assert list(keyring.honoured(timezone.now())) == [second]
    with pytest.raises(ValueError, match="Make another key first"):
        keyring.revoke(second)


def test_what_a_revoked_key_signed_is_refused(publish: Publish) -> None:
    package = publish()
    stolen = keyring.signer().row
    keyring.create()
    stolen.refresh_from_db()
    keyring.revoke(stolen)
    with pytest.raises(Exception, match="a key that is not known here"):
        cose.verify(
            bytes(package.signed), PatientRecord.purpose, keyring.public_keys(timezone.now())
        )


def test_the_command_makes_lists_and_revokes(folder: Path) -> None:
    assert "There is no key yet" in said("list")
    made = said("create")
    first = SigningKey.objects.get()
    assert str(folder / f"{first.key_id}.pem") in made
    assert f"{first.key_id}  signs since" in made
    said("create")
    assert f"{first.key_id}  made" in said("list")
    assert "honoured no more" in said("revoke", first.key_id)


def test_a_rotation_by_command_has_all_records_signed_again(
    practice: Practice, publish: Publish
) -> None:
    publish()
    Job.objects.all().delete()
    said("create")
    assert Job.objects.get().kind == "export_clinic"


def test_a_lost_key_is_followed_by_one_that_nothing_endorses(folder: Path) -> None:
    lost = keyring.create()
    (folder / f"{lost.key_id}.pem").unlink()
    said("create", "--lost")
    new = keyring.signer().row
    assert new.endorsement is None
    assert set(keyring.honoured(timezone.now())) == {lost, new}


def test_the_command_refuses_in_words(folder: Path) -> None:
    keyring.create()
    with pytest.raises(CommandError, match="There is no key 0123"):
        said("revoke", "0123")
    with pytest.raises(CommandError, match="Make another key first"):
        said("revoke", SigningKey.objects.get().key_id)


def test_the_private_half_is_in_no_row_and_no_log(
    publish: Publish, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        publish()
        keyring.create()
        signer = keyring.signer()
        logging.getLogger("test").info("%s %r", signer, signer)
    secret = signer.key.private.private_bytes_raw()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # names of our own tables
            for row in cursor.fetchall():
                for cell in row:
                    content = bytes(cell) if isinstance(cell, bytes | memoryview) else b""
                    assert secret not in content
                    assert secret.hex() not in str(cell)
    assert secret.hex() not in caplog.text
    assert "PRIVATE" not in caplog.text
