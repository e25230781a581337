"""After an erasure no byte of what was stored is left: not in the database, not in the files, not
in the broker's folder, not in what was logged."""

import io
import logging
import logging.config
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

import worker.tasks
from tests.factories import DeviceFactory, PatientFactory
from tests.people import People, Phone
from tests.therapy.rights.everything import MARKER, fill, mark
from therapy.logs import Formatter
from therapy.models import Patient, WriteLog
from therapy.rights.erasing import ask_for_erasure, erasure_key
from worker.jobs import JobRefused, enqueue, run
from worker.models import Job

pytestmark = pytest.mark.django_db(transaction=True)

CODE = "zq7-code"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, as the site's own handler writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    plain = dict(django_settings.LOGGING["formatters"]["plain"])
    assert plain.pop("()") == f"{Formatter.__module__}.{Formatter.__qualname__}"
    handler.setFormatter(Formatter(**plain))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def careless_sqlite(people: People) -> Iterator[None]:
    """SQLite as most builds of it are: what is deleted stays in the file. Debian's writes zeros."""
    if connection.vendor != "sqlite":
        yield
        return
    (before,) = _pragma("secure_delete")
    _pragma("secure_delete = OFF")
    yield
    _pragma(f"secure_delete = {before}")


def _pragma(said: str) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {said}")
        answer: tuple[int, ...] = cursor.fetchone()
        return answer


@pytest.fixture
def patient(people: People, careless_sqlite: None) -> Patient:
    patient: Patient = PatientFactory(clinic=people.harbour, code=CODE)
    DeviceFactory(patient=patient, label="zq7")
    fill(people, patient)
    return patient


def whole_database() -> bytes:
    """Every byte of it: SQLite's files as they lie on the disk, a copy of every table elsewhere."""
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        return b"".join(p.read_bytes() for p in sorted(path.parent.glob(f"{path.name}*")))
    content = bytearray()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            with cursor.copy(f"COPY {connection.ops.quote_name(table)} TO STDOUT") as copy:
                for block in copy:
                    content += block
    return bytes(content)


def below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def names_below(folder: Path) -> str:
    return " ".join(str(path) for path in folder.rglob("*"))


def use(patient: Patient) -> None:
    """What leaves traces beside the rows: jobs, sessions, tries to sign in, refused requests."""
    with transaction.atomic():
        arguments = {"patient_id": str(patient.id), "said": MARKER}
        enqueue(kind="adapt_patient", key=f"adapt_patient:{patient.id}", arguments=arguments)
        refused = enqueue(kind="refresh_clinic", key="refresh_clinic:a", arguments={})
        broken = enqueue(kind="refresh_clinic", key="refresh_clinic:b", arguments={})
    run(str(refused.id), lambda held: _refuse(patient))
    run(str(broken.id), lambda held: _break(patient))
    session = SessionStore()
    session["waiting"] = {"path": f"/patients/{patient.id}/erase/", "data": {"code": [CODE]}}
    session["kept"] = 1
    session.create()
    Client().post(f"/sign-in/?next=/patients/{patient.id}/", {"login": "x", "password": "y"})
    AccessAttempt.objects.create(
        get_data=f"next=/patients/{patient.id}/",
        username="x",
        failures_since_start=1,
        attempt_time=timezone.now(),
    )
    phone = Phone(patient.devices.get())
    rating = {"id": str(uuid.uuid4()), "kind": MARKER, "said": MARKER}
    assert phone.post("sync", {"items": [rating]}).status_code == 200


def _refuse(patient: Patient) -> None:
    raise JobRefused(f"1 of 9 patients were not adapted. {patient}: {patient.id} cannot be read.")


def _break(patient: Patient) -> None:
    raise ValueError(f"{MARKER} {patient.id}: {patient} said {MARKER}")


def test_no_byte_is_left(
    people: People, patient: Patient, logged: io.StringIO, settings: Any
) -> None:
    folders = [Path(settings.MEDIA_ROOT), Path(django_settings.VAR) / "broker"]
    use(patient)
    written = mark(patient)
    assert len(written) > 20
    needles = {
        MARKER,
        CODE,
        str(patient.id),
        patient.id.hex,
        "zq7",
        *(text for text in written.values() if text != MARKER),
    }
    before = whole_database()
    assert all(needle.encode() in before for needle in needles - {str(patient.id)})
    assert MARKER.encode() in below(folders[0])
    key = SessionStore.get_model_class().objects.get().session_key
    erasure = ask_for_erasure(patient=patient, code=CODE, by=people.alice)
    worker.tasks.erase_patient(str(Job.objects.get(key=erasure_key(erasure.id)).id))
    erasure.refresh_from_db()
    assert erasure.finished_at is not None
    assert WriteLog.objects.filter(patient_id=erasure.id, row=str(erasure.id)).exists()
    after = {
        "the database": whole_database(),
        "files": below(folders[0]) + names_below(folders[0]).encode(),
        "the broker": below(folders[1]) + names_below(folders[1]).encode(),
    }
    for needle in [needle.encode() for needle in needles] + [patient.id.bytes]:
        for where, content in after.items():
            assert needle not in content, (needle, where)
    assert dict(SessionStore(key).items()) == {"kept": 1}
    said = logged.getvalue()
    assert "Attempt 1 at job" in said
    assert "was refused" in said
    assert MARKER not in said
    assert CODE not in said
