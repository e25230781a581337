"""Everything that is stored of a patient, whole or not at all."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import models
from django.utils import timezone

import worker.tasks
from adaptation.models import BaseModel
from tests.people import People
from tests.therapy.rights.everything import MARKER, mark
from therapy.archives import discard_old
from therapy.models import DataExport, Device, MoodRating, Patient
from therapy.rights import taking_out
from therapy.rights.archive import Incomplete
from therapy.rights.erasing import ask_for_erasure
from therapy.rights.rows import rows_of, tables
from therapy.rights.taking_out import ask_for_data, export_key, take_out
from worker.models import Job

pytestmark = pytest.mark.django_db


def silent(share: float, note: str) -> None:
    """Nobody watches."""


@pytest.fixture
def archive(people: People, base: BaseModel, tmp_path: Path) -> Iterator[zipfile.ZipFile]:
    """Anna's, by the command."""
    mark(people.anna)
    call_command("export_patient_data", "--patient=harbour/ANNA", f"--to={tmp_path / 'out'}")
    (path,) = (tmp_path / "out").iterdir()
    with zipfile.ZipFile(path) as opened:
        yield opened


def read(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


def table(archive: zipfile.ZipFile, model: type[models.Model]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read(archive, f"tables/{model._meta.label_lower}.json")
    return rows


def test_every_table_is_there_with_all_its_rows(people: People, archive: zipfile.ZipFile) -> None:
    counts = read(archive, "manifest.json")["rows"]
    assert counts.keys() == {model._meta.label_lower for model in tables()}
    for model, keys in rows_of(people.anna.id).items():
        rows = table(archive, model)
        assert {str(row[model._meta.pk.attname]) for row in rows} == {str(key) for key in keys}
        assert counts[model._meta.label_lower] == len(rows) == len(keys)


def test_every_column_is_there_but_what_lets_someone_in(archive: zipfile.ZipFile) -> None:
    left_out = {
        f"{model.__name__}.{field.attname}"
        for model in tables()
        for field in model._meta.concrete_fields
        if field.attname not in table(archive, model)[0]
    }
    assert left_out == {
        "Device.token_sha256",
        "PairingCode.code_hmac",
        "PushSubscription.auth_secret",
        "PushSubscription.endpoint_hmac",
        "KeptAnswer.key_hmac",
        "KeptAnswer.body_hmac",
        "KeptAnswer.secret_answer",
    }
    assert "therapy.device.token_sha256" in archive.read("README.txt").decode()


def test_nothing_of_another_patient_is_there(people: People, archive: zipfile.ZipFile) -> None:
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "ANNA" in everything
    assert people.carl.code not in everything
    assert str(people.carl.id) not in everything


def test_encrypted_texts_are_plain(archive: zipfile.ZipFile) -> None:
    names = {name for name in archive.namelist() if MARKER in archive.read(name).decode()}
    assert "tables/therapy.planstanding.json" in names
    assert "gAAAA" not in archive.read("tables/therapy.sessionplan.json").decode()


def test_tracks_are_named_and_their_audio_is_not_there(
    people: People, archive: zipfile.ZipFile
) -> None:
    named = {(track["id"], track["key"], track["title"]) for track in read(archive, "tracks.json")}
    assert named == {(str(track.id), track.key, track.title) for track in people.tracks}
    assert {Path(name).suffix for name in archive.namelist()} == {".json", ".txt"}


def test_the_manifest_has_the_digest_of_every_file(archive: zipfile.ZipFile) -> None:
    digests = read(archive, "manifest.json")["sha256"]
    assert digests.keys() == set(archive.namelist()) - {"manifest.json"}
    for name, digest in digests.items():
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest


# Whole or not at all


def test_a_text_that_cannot_be_read_leaves_no_archive(
    people: People, base: BaseModel, settings: Any, tmp_path: Path
) -> None:
    settings.TEXT_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match=r"Nothing was written.*ATTUNE_TEXT_KEYS"):
        call_command("export_patient_data", "--patient=ANNA", f"--to={tmp_path / 'out'}")
    assert not list((tmp_path / "out").iterdir())


def test_a_row_that_goes_meanwhile_is_noticed(
    people: People, base: BaseModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = rows_of(people.anna.id)
    MoodRating.objects.all().delete()
    monkeypatch.setattr("therapy.rights.archive.rows_of", lambda patient_id: rows)
    with pytest.raises(CommandError, match=r"1 rows of therapy\.MoodRating"):
        call_command("export_patient_data", "--patient=ANNA", f"--to={tmp_path / 'out'}")
    assert not list((tmp_path / "out").iterdir())
    export = ask_for_data(patient=people.anna, by=None)
    with pytest.raises(Incomplete):
        take_out(export_id=export.id, report=silent)
    assert DataExport.objects.get(id=export.id).ready_at is None


def test_an_older_archive_is_replaced_whole(people: People, tmp_path: Path) -> None:
    for _ in range(2):
        call_command("export_patient_data", "--patient=ANNA", f"--to={tmp_path}")
    with zipfile.ZipFile(tmp_path / "attune-harbour-ANNA.zip") as archive:
        assert archive.testzip() is None


# By the job


def test_the_job_makes_an_archive_that_is_what_its_row_says(people: People) -> None:
    export = ask_for_data(patient=people.anna, by=people.bob)
    worker.tasks.take_data_out(str(Job.objects.get(key=export_key(people.anna.id)).id))
    export.refresh_from_db()
    content = export.file.read()
    assert export.ready_at is not None
    assert (export.bytes, export.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert table(archive, Patient)[0]["code"] == "ANNA"
        assert len(table(archive, Device)) == 1


def test_asking_twice_makes_one(people: People) -> None:
    first = ask_for_data(patient=people.anna, by=people.bob)
    assert ask_for_data(patient=people.anna, by=people.alice) == first
    take_out(export_id=first.id, report=silent)
    made = DataExport.objects.get(id=first.id)
    take_out(export_id=first.id, report=silent)
    assert DataExport.objects.get(id=first.id).ready_at == made.ready_at
    assert ask_for_data(patient=people.anna, by=people.bob) != first


def test_what_a_stopped_attempt_wrote_is_replaced(people: People) -> None:
    export = ask_for_data(patient=people.anna, by=people.bob)
    export.file.storage.save(export.file.name, ContentFile(b"half an archi"))
    take_out(export_id=export.id, report=silent)
    assert zipfile.is_zipfile(DataExport.objects.get(id=export.id).file)


def test_nothing_is_stored_of_someone_who_is_being_erased(people: People) -> None:
    export = ask_for_data(patient=people.anna, by=people.bob)
    ask_for_erasure(patient=people.anna, code="ANNA", by=people.alice)
    take_out(export_id=export.id, report=silent)
    assert not export.file.storage.exists(export.file.name)


def test_archives_go_after_some_days(people: People, settings: Any) -> None:
    old = ask_for_data(patient=people.anna, by=people.bob)
    take_out(export_id=old.id, report=silent)
    new = ask_for_data(patient=people.anna, by=people.bob)
    assert discard_old(DataExport) == 0
    asked_at = timezone.now() - timedelta(days=settings.DATA_EXPORT_DAYS, minutes=1)
    DataExport.objects.filter(id=old.id).update(asked_at=asked_at)
    worker.tasks.discard_data_exports()
    assert list(DataExport.objects.all()) == [new]
    assert not old.file.storage.exists(old.file.name)
    assert taking_out.newest_export(people.anna) == new
