"""The page: asking for the tables of a clinic, and fetching them."""

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

import worker.tasks
from tests.factories import MembershipFactory
from tests.people import People
from tests.therapy.pages.reading import words
from therapy.models import AccessLog, Patient, TablesExport, User, WriteLog
from therapy.rights.erasing import ask_for_erasure, erase
from worker.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/clinics/harbour/tables/"


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def made(client: Client, **asked: str) -> TablesExport:
    """What was asked for, by its job."""
    assert client.post(PAGE, {"form": "csv", "names": "codes"} | asked).status_code == 302
    job = Job.objects.get(kind="export_tables", state=Job.State.QUEUED)
    worker.tasks.export_tables(str(job.id))
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.SUCCEEDED, "")
    export: TablesExport = TablesExport.objects.latest("asked_at")
    return export


def archive_of(client: Client, export: TablesExport) -> Any:
    return client.get(f"{PAGE}{export.id}/archive")


def opened(answer: Any) -> zipfile.ZipFile:
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_the_list_of_patients_leads_there(people: People) -> None:
    assert f'href="{PAGE}"' in desk(people.alice).get("/").content.decode()
    admins = desk(MembershipFactory(clinic=people.harbour, role="admin").user)
    assert f'href="{PAGE}"' not in admins.get("/").content.decode()


def test_asking_makes_tables_to_download(filled: People) -> None:
    alices = desk(filled.alice)
    TablesExport.objects.all().delete()
    export = made(alices, since="2020-03-01", until="2120-03-31")
    assert export.until == datetime(2120, 4, 1, tzinfo=UTC), "the last day is included"
    said = words(alices.get(PAGE))
    assert "CSV, codes, from 2020-03-01, until before 2120-04-01 Download" in said
    assert "Asked for by Alice" in said
    answer = archive_of(alices, export)
    assert answer.headers["ETag"] == f'"{export.sha256}"'
    assert ".zip" in answer.headers["Content-Disposition"]
    with opened(answer) as archive:
        assert b"ANNA" in archive.read("mood_ratings.csv")
        told = json.loads(archive.read("manifest.json"))
        assert told["files"].keys() == set(archive.namelist()) - {"manifest.json"}
    assert archive_of(alices, export).headers["Accept-Ranges"] == "bytes"
    part = alices.get(f"{PAGE}{export.id}/archive", headers={"Range": "bytes=0-3"})
    assert b"".join(part.streaming_content) == b"PK\x03\x04"  # type: ignore[attr-defined]


def test_parquet_with_pseudonyms_has_no_code(filled: People) -> None:
    alices = desk(filled.alice)
    export = made(alices, form="parquet", names="pseudonyms")
    with opened(archive_of(alices, export)) as archive:
        assert archive.read("mood_ratings.parquet").startswith(b"PAR1")
        assert b"ANNA" not in b"".join(archive.read(name) for name in archive.namelist())


def test_the_same_asked_for_twice_is_made_once(people: People) -> None:
    alices = desk(people.alice)
    for _ in range(2):
        alices.post(PAGE, {"form": "csv", "names": "codes"})
    assert TablesExport.objects.count() == 1
    alices.post(PAGE, {"form": "csv", "names": "pseudonyms"})
    assert TablesExport.objects.count() == 2
    assert "The export is waiting to start" in words(alices.get(PAGE))
    export = TablesExport.objects.all()[0]
    assert archive_of(alices, export).status_code == 404, "which is not ready"


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("since", {"since": "March"}),
        ("until", {"until": "2026-02-30"}),
        ("until", {"since": "2026-03-02", "until": "2026-03-01"}),
    ],
)
def test_a_period_that_is_none_is_told_beside_the_field(
    people: People, field: str, asked: dict[str, str]
) -> None:
    answer = desk(people.alice).post(PAGE, {"form": "csv", **asked})
    assert answer.status_code == 400
    assert f'id="{field}_error"' in answer.content.decode()
    assert not TablesExport.objects.exists()


def test_an_unknown_form_is_refused(people: People) -> None:
    answer = desk(people.alice).post(PAGE, {"form": "xlsx"})
    assert answer.status_code == 400
    assert "xlsx" in words(answer)


def test_asking_and_fetching_are_in_the_audit(people: People) -> None:
    export = made(desk(people.bob))
    archive_of(desk(people.bob), export)
    created = WriteLog.objects.get(model="therapy.TablesExport", action="create")
    assert (created.user, created.clinic_id) == (people.bob, people.harbour.id)
    read = AccessLog.objects.get(address="tables-archive")
    assert (read.user, read.clinic_id, read.patient_id) == (people.bob, people.harbour.id, None)
    said = words(desk(people.alice).get("/audit/harbour/"))
    assert "read the tables of all patients" in said


def test_strangers_and_admins_get_nothing(people: People) -> None:
    export = made(desk(people.alice))
    charlies = desk(people.charlie)
    hills = f"/clinics/hill/tables/{export.id}/archive"
    for address in (PAGE, f"{PAGE}{export.id}/archive", hills):
        assert charlies.get(address).status_code == 404
    assert charlies.post(PAGE, {"form": "csv"}).status_code == 404
    admins = desk(MembershipFactory(clinic=people.harbour, role="admin").user)
    for address in (PAGE, f"{PAGE}{export.id}/archive"):
        assert admins.get(address).status_code == 403


def test_an_erasure_takes_what_waits_to_be_fetched_along(filled: People) -> None:
    export = made(desk(filled.alice))
    name = str(export.file.name)
    assert default_storage.exists(name)
    erasure = ask_for_erasure(patient=filled.anna, code="ANNA", by=filled.alice)
    erase(erasure_id=erasure.id, report=lambda share, note: None)
    assert not TablesExport.objects.exists()
    assert not default_storage.exists(name)


def test_tables_that_an_erasure_overtook_are_not_kept(
    filled: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    from therapy.interchange.tables import asking

    TablesExport.objects.all().delete()
    desk(filled.alice).post(PAGE, {"form": "csv", "names": "codes"})
    export = TablesExport.objects.get()
    packed = asking._pack

    def erased_meanwhile(*arguments: Any) -> None:
        packed(*arguments)
        erasure = ask_for_erasure(patient=filled.anna, code="ANNA", by=filled.alice)
        erase(erasure_id=erasure.id, report=lambda share, note: None)

    monkeypatch.setattr(asking, "_pack", erased_meanwhile)
    asking.make_tables(export_id=export.id, report=lambda share, note: None)
    assert not default_storage.exists(str(export.file.name))
    assert not Patient.objects.filter(code="ANNA").exists()


def test_old_ones_are_discarded(people: People, settings: Any) -> None:
    export = made(desk(people.alice))
    settings.DATA_EXPORT_DAYS = 0
    worker.tasks.discard_data_exports()
    assert not TablesExport.objects.exists()
    assert not default_storage.exists(str(export.file.name))
