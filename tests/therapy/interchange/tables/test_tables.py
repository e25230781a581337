"""What is in the tables of a clinic, and what says what it means."""

import csv
import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from tests.factories import (
    ListeningSessionFactory,
    MeasureResponseFactory,
    MoodRatingFactory,
    SessionPlanFactory,
    TrackRatingFactory,
)
from tests.people import People
from tests.therapy.interchange.tables.reading import (
    Rows,
    dictionary,
    everything,
    exported,
    manifest,
    package,
)
from tests.therapy.rights.everything import MARKER
from therapy.encryption import EncryptedJSONField, EncryptedTextField
from therapy.interchange.tables.declared import TABLES
from therapy.models import ListeningSession, MoodRating, Patient, SessionPlan, Track
from therapy.people.services import record_consent
from therapy.rights.erasing import ask_for_erasure

pytestmark = pytest.mark.django_db(transaction=True)
DAY = datetime(2026, 3, 1, tzinfo=UTC)
FORMS = ("csv", "parquet")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.mark.parametrize("form", FORMS)
def test_every_table_has_its_rows(filled: People, ben: Patient, tmp_path: Path, form: str) -> None:
    tables = exported(tmp_path / "out", f"--format={form}")
    assert {name: len(rows) for name, rows in tables.items()} == {
        "patients": 2,
        "consents": 2,  # to care, and to a trial
        "session_plans": 1,
        "tracks": 3,
        "sessions": 1,
        "sessions_not_held": 1,
        "mood_ratings": 2,
        "mood_skips": 1,
        "track_ratings": 1,
        "track_plays": 1,
        "playlists": 1,
        "playlist_entries": 1,
        "model_refusals": 1,
        "measure_responses": 1,
        "measure_items": 1,
        "measure_scores": 1,
        "safety_flags": 1,
    }
    assert {row["patient"] for row in tables["patients"]} == {"ANNA", "BEN"}
    (mood,) = [row for row in tables["mood_ratings"] if row["patient"] == "ANNA"]
    assert (float(mood["valence"]), float(mood["arousal"])) == (0.25, -0.5)
    (item,) = tables["measure_items"]
    assert (item["measure"], item["item"], float(item["value"])) == ("pain-nrs", "pain", 4.0)
    assert b"CARL" not in everything(tmp_path / "out"), "who is another clinic's"


def test_csv_is_as_rfc_4180_has_it(filled: People, tmp_path: Path) -> None:
    Track.objects.filter(id=filled.tracks[0].id).update(title='Still, "water"\nand 🎵', artist="")
    tables = exported(tmp_path / "out")
    raw = (tmp_path / "out" / "tracks.csv").read_bytes()
    assert raw.startswith(b"id,catalogue,"), "without a byte order mark"
    assert raw.endswith(b"\r\n")
    (track,) = [row for row in tables["tracks"] if row["id"] == str(filled.tracks[0].id)]
    assert track["title"] == 'Still, "water"\nand 🎵'
    assert track["artist"] == "", "missing"


@pytest.mark.parametrize("form", FORMS)
def test_cells_are_what_the_dictionary_says(
    filled: People, ben: Patient, tmp_path: Path, form: str
) -> None:
    tables = exported(tmp_path / "out", f"--format={form}")
    described = dictionary(tmp_path / "out")
    assert {line["table"] for line in described} == tables.keys()
    for name, rows in tables.items():
        columns = {line["column"]: line for line in described if line["table"] == name}
        for row in rows:
            assert list(row) == list(columns)
            for column, cell in row.items():
                _holds(cell, columns[column], form)


def _holds(cell: Any, told: dict[str, str], form: str) -> None:
    if cell in ("", None):
        assert told["may_be_missing"] == "yes", told
        return
    match told["type"]:
        case "integer" | "number":
            assert form == "csv" or isinstance(cell, int if told["type"] == "integer" else float)
            number = int(cell) if told["type"] == "integer" else float(cell)
            assert not told["lowest"] or number >= float(told["lowest"])
            assert not told["highest"] or number <= float(told["highest"])
        case "instant":
            assert INSTANT.fullmatch(cell) if form == "csv" else cell.utcoffset() == timedelta()
        case "boolean":
            assert cell in (("true", "false") if form == "csv" else (True, False))
        case "word":
            assert cell in told["words"].split(" | ")
        case kind:
            assert kind in {"patient", "id", "text", "date"}


def test_tables_fit_each_other(filled: People, ben: Patient, tmp_path: Path) -> None:
    for options in ((), ("--pseudonyms",), ("--since=2026-03-01",)):
        folder = tmp_path / "-".join(("out", *options))
        tables = exported(folder, *options)
        for resource in package(folder)["resources"]:
            rows, schema = tables[resource["name"]], resource["schema"]
            keys = [tuple(row[name] for name in schema["primaryKey"]) for row in rows]
            assert len(set(keys)) == len(keys)
            for foreign in schema["foreignKeys"]:
                (field,), there = foreign["fields"], foreign["reference"]
                (key,) = there["fields"]
                known = {row[key] for row in tables[there["resource"]]} | {""}
                assert {row[field] for row in rows} <= known, (resource["name"], field)


def test_the_manifest_has_rows_and_digests(filled: People, ben: Patient, tmp_path: Path) -> None:
    tables = exported(tmp_path / "out")
    told = manifest(tmp_path / "out")
    assert told["patients"] == {"care": 1, "simulated": 1}
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == told["files"].keys() | {"manifest.json"}
    for name, file in told["files"].items():
        content = (tmp_path / "out" / name).read_bytes()
        assert file["bytes"] == len(content)
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert {name: file["rows"] for name, file in told["files"].items() if "rows" in file} == {
        f"{name}.csv": len(rows) for name, rows in tables.items()
    }


def test_that_a_row_is_a_programs_stands_beside_it(
    filled: People, ben: Patient, tmp_path: Path
) -> None:
    tables = exported(tmp_path / "out")
    origins = {row["patient"]: row["origin"] for row in tables["mood_ratings"]}
    assert origins == {"ANNA": "care", "BEN": "simulated"}
    assert "1 care, 1 simulated" in (tmp_path / "out" / "README.txt").read_text()


# Who is left out, and what never leaves


def test_who_withdrew_care_or_is_being_erased_is_only_counted(
    filled: People, ben: Patient, tmp_path: Path
) -> None:
    record_consent(patient=ben, scope="care", given=False, text_version="1", language="en")
    ask_for_erasure(patient=filled.anna, code="ANNA", by=filled.alice)
    tables = exported(tmp_path / "out")
    assert not any(tables.values())
    assert manifest(tmp_path / "out")["patients_left_out"] == {
        "care_withdrawn": 1,
        "being_erased": 1,
    }
    for secret in ("ANNA", "BEN", str(ben.id), str(filled.anna.id)):
        assert secret.encode() not in everything(tmp_path / "out")


def test_pseudonyms_lead_nowhere_and_hang_together(
    filled: People, ben: Patient, tmp_path: Path
) -> None:
    first = exported(tmp_path / "one", "--pseudonyms")
    second = exported(tmp_path / "two", "--pseudonyms")
    session = str(ListeningSession.objects.get().id)
    for secret in ("ANNA", "BEN", str(filled.anna.id), session):
        assert secret.encode() not in everything(tmp_path / "one")
    names = [{row["patient"] for row in tables["patients"]} for tables in (first, second)]
    assert [len(one) for one in names] == [2, 2]
    assert not names[0] & names[1]
    (mood,) = [row for row in first["mood_ratings"] if row["session"]]
    assert mood["session"] == first["sessions"][0]["id"] != second["sessions"][0]["id"]
    assert first["safety_flags"][0]["cause"] == first["sessions"][0]["id"]


def test_no_free_text_is_declared(filled: People, tmp_path: Path) -> None:
    for table in TABLES:
        paths = [column.source for column in table.columns] + [getattr(table.parts, "source", "")]
        for path in filter(None, paths):
            field: Any = None
            model: Any = table.model
            for name in path.split("__"):
                if name not in ("self", "pk"):
                    field = model._meta.get_field(name)
                    model = field.related_model or model
            assert not isinstance(field, EncryptedTextField | EncryptedJSONField), path


def test_what_someone_wrote_stays_here(filled: People, tmp_path: Path) -> None:
    SessionPlan.objects.update(indication=MARKER, homework=MARKER, crisis_plan=MARKER)
    SessionPlanFactory(patient=filled.anna, triggers=[{"tag": MARKER, "reason": MARKER}])
    tables = exported(tmp_path / "out")
    assert len(tables["session_plans"]) == 2
    del tables["consents"]  # whose text's version is the marker in `fill`
    assert MARKER not in repr(tables)


# The period


def at(moment: datetime) -> dict[str, datetime]:
    return {"rated_at": moment, "phone_rated_at": moment}


def test_a_rating_is_there_exactly_if_its_session_is(people: People, tmp_path: Path) -> None:
    night = DAY - timedelta(minutes=5)
    before = ListeningSessionFactory(patient=people.anna, started_at=night)
    within = ListeningSessionFactory(patient=people.anna, started_at=DAY)
    late = MoodRatingFactory(patient=people.anna, session=before, **at(DAY + timedelta(minutes=9)))
    kept = MoodRatingFactory(patient=people.anna, session=within, **at(DAY + timedelta(minutes=9)))
    alone = TrackRatingFactory(patient=people.anna, **at(DAY + timedelta(hours=23)))
    TrackRatingFactory(patient=people.anna, **at(DAY + timedelta(days=1)))
    tables = exported(tmp_path / "out", "--since=2026-03-01", "--until=2026-03-01")
    assert [row["id"] for row in tables["sessions"]] == [str(within.id)]
    assert [row["id"] for row in tables["mood_ratings"]] == [str(kept.id)]
    assert [row["id"] for row in tables["track_ratings"]] == [str(alone.id)]
    assert len(tables["tracks"]) == 1
    before_it = exported(tmp_path / "before", "--until=2026-02-28")
    assert [row["id"] for row in before_it["mood_ratings"]] == [str(late.id)]
    to_a_time = exported(tmp_path / "time", "--until=2026-03-01T00:00+00:00")
    assert to_a_time == before_it, "a day is included, a time is where it ends"


@pytest.mark.parametrize(
    "options",
    [
        ("--since=2026-03-02", "--until=2026-03-01"),
        ("--since=yesterday",),
        ("--until=2026-03-01T10:00",),
        ("--until=9999-12-31",),
        ("--format=xlsx",),
    ],
)
def test_what_makes_no_sense_is_refused(
    people: People, tmp_path: Path, options: tuple[str, ...]
) -> None:
    with pytest.raises(CommandError):
        exported(tmp_path / "out", *options)
    assert not list(tmp_path.iterdir())


def test_an_unknown_clinic_is_told_with_those_there_are(people: People, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="harbour, hill"):
        exported(tmp_path / "out", clinic="moon")


def test_a_clinic_without_patients_has_tables_without_rows(people: People, tmp_path: Path) -> None:
    Patient.objects.filter(id=people.anna.id).update(clinic=people.hill)
    for form in FORMS:
        assert not any(exported(tmp_path / form, f"--format={form}").values())


# Declared once


def test_the_page_in_docs_is_the_dictionary(settings: Any, capsys: Any) -> None:
    call_command("export_tables", "--describe")
    described = capsys.readouterr().out
    assert described in (settings.ROOT / "docs" / "tables.md").read_text(encoding="utf-8"), (
        "Put what `manage.py export_tables --describe` prints at the end of docs/tables.md."
    )


def test_declared_bounds_are_the_databases(filled: People) -> None:
    for name, value in (("valence", 1.5), ("arousal", -1.5)):
        with pytest.raises(IntegrityError), transaction.atomic():
            MoodRating.objects.update(**{name: value})


def test_answers_of_a_whole_measure_are_long(people: People, tmp_path: Path) -> None:
    answers = {f"phq9-{number}": number % 4 for number in range(1, 10)}
    MeasureResponseFactory(
        patient=people.anna,
        measure="phq9",
        answers=answers,
        scores={"phq9": {"value": 12, "band": "moderate"}},
    )
    MeasureResponseFactory(patient=people.anna, state="skipped", answers=None, scores=None)
    tables = exported(tmp_path / "out", "--format=parquet")
    assert {row["item"]: row["value"] for row in tables["measure_items"]} == answers
    (score,) = tables["measure_scores"]
    assert (score["scale"], score["value"], score["band"]) == ("phq9", 12.0, "moderate")
    assert sorted(row["state"] for row in tables["measure_responses"]) == ["answered", "skipped"]


def test_the_dictionary_names_where_each_column_comes_from(people: People, tmp_path: Path) -> None:
    exported(tmp_path / "out")
    sources: Rows = dictionary(tmp_path / "out")
    assert {"MoodRating.valence", "PlaylistEntry.playlist.patient", "MeasureResponse.answers"} <= {
        line["source"] for line in sources
    }
    with (tmp_path / "out" / "data_dictionary.csv").open(newline="") as file:
        assert len(next(csv.reader(file))) == 11
