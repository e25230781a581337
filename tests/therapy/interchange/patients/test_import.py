"""Patients from a CSV file: all of them or none, by the command and by the page."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from tests.factories import MembershipFactory, PatientFactory
from tests.people import People
from tests.therapy.pages.reading import rows, words
from therapy.interchange.patients import importing
from therapy.models import Patient, User, WriteLog
from worker.models import Job

pytestmark = pytest.mark.django_db
PAGE = "/clinics/harbour/patients/import/"
TWO = "code,therapist,time_zone,origin\nP-1,Bob@example.org,Europe/Berlin,\nP-2,,,simulated\n"


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def imported(folder: Path, content: str | bytes, *options: str) -> None:
    path = folder / "patients.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    call_command("import_patients", str(path), "--clinic=harbour", *options)


def refusal(folder: Path, content: str | bytes) -> str:
    before = Patient.objects.count()
    with pytest.raises(CommandError) as refused:
        imported(folder, content)
    assert Patient.objects.count() == before
    return str(refused.value)


def sent(client: Client, content: str | bytes) -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    return client.post(PAGE, {"file": SimpleUploadedFile("patients.csv", data)})


def test_everyone_is_taken_in(people: People, tmp_path: Path) -> None:
    imported(tmp_path, TWO)
    first, second = Patient.objects.filter(code__startswith="P-").order_by("code")
    assert (first.clinic, first.therapist) == (people.harbour, people.therapist)
    assert (first.time_zone, first.origin) == ("Europe/Berlin", "care")
    assert (second.therapist, second.time_zone, second.origin) == (None, "UTC", "simulated")
    assert [job.key for job in Job.objects.all()] == [f"refresh_clinic:{people.harbour.id}"]
    logged = WriteLog.objects.filter(model="therapy.Patient", action="create")
    assert {entry.patient_id for entry in logged} >= {first.id, second.id}


def test_a_dry_run_writes_nothing(people: People, tmp_path: Path, capsys: Any) -> None:
    before = Patient.objects.count(), WriteLog.objects.count(), Job.objects.count()
    imported(tmp_path, TWO, "--dry-run")
    assert "2 patients could be taken in. Nobody was." in capsys.readouterr().out
    assert (Patient.objects.count(), WriteLog.objects.count(), Job.objects.count()) == before


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffcode;therapist\r\nP-1;bob@example.org\r\n;\r\n",
        'sep=;\r\n"code";"therapist"\r\n"P-1";"bob@example.org"\r\n',
        "Therapist\tCODE\nbob@example.org\t\u00a0P-1 \n\n",
        "\ncode,therapist\n\nP-1,bob@example.org",
    ],
    ids=["semicolons with BOM and an empty line", "sep=", "tabs, spaces", "blank lines"],
)
def test_what_spreadsheets_write_is_read(people: People, tmp_path: Path, content: str) -> None:
    imported(tmp_path, content)
    assert Patient.objects.get(code="P-1").therapist == people.therapist


def test_every_problem_is_told_at_once_by_line_and_column(people: People, tmp_path: Path) -> None:
    content = (
        "code,therapist,time_zone,origin\n"
        "P-1,charlie@example.org,Mars/Olympus,pet\n"
        "ANNA,,,\n"
        "P-2,,\n"
        "P-1,,,\n"
        ",bob@example.org,,\n"
        "Anna Smith,,,\n"
        "1980-03-01,,,\n"
        "P-3,,,\n"
    )
    said = refusal(tmp_path, content)
    for expected in (
        "Line 2, therapist: Nobody with the address charlie@example.org works at Harbour",
        "Line 2, time_zone: 'Mars/Olympus' is no time zone",
        "Line 2, origin:",
        "Line 3, code: The clinic already has a patient ANNA.",
        "Line 4: Has 3 cells, where the header has 4.",
        "Line 5, code: Stands in line 2 already.",
        "Line 6, code: This field cannot be blank.",
        "Line 7, code: Only letters, digits",
        "Line 8, code: Looks like a date.",
    ):
        assert expected in said
    assert "Line 9" not in said
    numbers = [int(line.split()[1].rstrip(":,")) for line in said.splitlines()[1:]]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    "header", ["Name", "last name", "Vorname", "Geburtsdatum", "date_of_birth", "Email", "Telefon"]
)
def test_columns_that_say_who_someone_is_are_refused(
    people: People, tmp_path: Path, header: str
) -> None:
    said = refusal(tmp_path, f"code,{header}\nP-1,x\n")
    assert f"Line 1, {header}: Looks like personal data." in said


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "code: Is missing"),
        (b"therapist\nbob@example.org\n", "code: Is missing"),
        (b"code\n", "a header and no patient below it"),
        (b"code,code\nP-1,P-2\n", "Is there twice"),
        (b"code,colour\nP-1,blue\n", "Is no column of ours"),
        (b"code,\nP-1,\n", "a column without a header"),
        ("code\nP-ä\n".encode("latin-1"), "Line 2: Is not UTF-8"),
        ("code\nP-1\n".encode("utf-16"), "Line 1: Is not UTF-8"),
        (b"code\nP-\x001\n", "null characters"),
        (b'code,therapist\n"P-1,\nP-2,\n', "Line 2: Cannot be read"),
        (b"code\n" + b"P\n" * 5001, "more than 5000 patients"),
        (b"code\n" + b"P" * 1_000_001, "larger than 1000 kB"),
    ],
)
def test_what_is_no_such_file_is_told(
    people: People, tmp_path: Path, content: bytes, told: str
) -> None:
    assert told in refusal(tmp_path, content)


def test_a_code_with_line_breaks_does_not_shift_the_count(people: People, tmp_path: Path) -> None:
    said = refusal(tmp_path, 'code,therapist\n"P\n1",\nP-2,\nANNA,\n')
    assert "Line 2, code:" in said
    assert "Line 5, code: The clinic already" in said


def test_a_missing_file_and_an_unknown_clinic(people: People, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^/.*none\.csv: No such file or directory\.$"):
        call_command("import_patients", str(tmp_path / "none.csv"), "--clinic=harbour")
    with pytest.raises(CommandError, match="harbour, hill"):
        call_command("import_patients", str(tmp_path / "none.csv"), "--clinic=moon")


def test_another_clinics_codes_are_free(people: People, tmp_path: Path) -> None:
    imported(tmp_path, "code\nCARL\n")
    assert Patient.objects.filter(code="CARL").count() == 2


def test_a_code_that_is_taken_meanwhile_is_told(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = importing.dry_run
    runs = []

    def overtaken(**arguments: Any) -> importing.DryRun:
        runs.append(looked(**arguments))
        if len(runs) == 1:
            PatientFactory(clinic=people.harbour, code="P-2")
        return runs[-1]

    monkeypatch.setattr(importing, "dry_run", overtaken)
    path = tmp_path / "patients.csv"
    path.write_text(TWO)
    told = r"Nobody was taken in.\nLine 3, code: The clinic already"
    with pytest.raises(CommandError, match=told):
        call_command("import_patients", str(path), "--clinic=harbour")
    assert not runs[0].problems
    assert not Patient.objects.filter(code="P-1").exists()


# The page


def test_the_page_shows_first_and_takes_in_what_was_shown(people: People) -> None:
    bobs = desk(people.bob)
    answer = sent(bobs, "\ufeff" + TWO.replace(",", ";"))
    assert answer.status_code == 200
    assert "2 patients would be taken in. Nobody has been taken in yet." in words(answer)
    assert "2 P-1 Bob@example.org Europe/Berlin care" in rows(answer)
    assert "3 P-2 nobody yet UTC simulated" in rows(answer)
    assert not Patient.objects.filter(code="P-1").exists()
    content = answer.context["content"]
    done = bobs.post(PAGE, {"confirmed": content.replace("\n", "\r\n")}, follow=True)
    assert "2 patients were taken in." in words(done)
    assert Patient.objects.get(code="P-1").therapist == people.therapist


def test_the_page_lists_what_is_wrong(people: People) -> None:
    answer = sent(desk(people.bob), "code,birthday\nP-1,1980\n")
    assert answer.status_code == 400
    assert any("birthday Looks like personal data" in row for row in rows(answer))
    assert "Take in" not in words(answer).replace("Nobody was taken in", "")


def test_what_is_confirmed_is_looked_at_again(people: People) -> None:
    bobs = desk(people.bob)
    content = sent(bobs, TWO).context["content"]
    PatientFactory(clinic=people.harbour, code="P-2")
    answer = bobs.post(PAGE, {"confirmed": content})
    assert answer.status_code == 400
    assert "The clinic already has a patient P-2." in words(answer)
    assert not Patient.objects.filter(code="P-1").exists()


def test_no_file_is_told_beside_the_field(people: People) -> None:
    answer = desk(people.bob).post(PAGE)
    assert answer.status_code == 400
    assert 'aria-describedby="file_error"' in answer.content.decode()


def test_the_template_reads_as_the_header(people: People) -> None:
    answer = desk(people.bob).get(f"{PAGE}template.csv")
    assert answer.content == b"code,therapist,time_zone,origin\r\n"


def test_strangers_and_admins_take_nobody_in(people: People) -> None:
    charlies = desk(people.charlie)
    admins = desk(MembershipFactory(clinic=people.harbour, role="admin").user)
    for client, status in ((charlies, 404), (admins, 403)):
        assert client.get(PAGE).status_code == status
        assert sent(client, TWO).status_code == status
        assert client.post(PAGE, {"confirmed": TWO}).status_code == status
    assert not Patient.objects.filter(code="P-1").exists()
