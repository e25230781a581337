"""A clinic's records, as files by kind: all of them, or none."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories import MeasureResponseFactory, MoodRatingFactory, PatientFactory
from tests.people import People
from tests.therapy.interchange.reading import Json, model_of, references
from therapy.interchange.fhir import record
from therapy.interchange.fhir.naming import Resource
from therapy.models import Patient
from therapy.people.services import record_consent
from therapy.rights.erasing import ask_for_erasure

pytestmark = pytest.mark.django_db


def exported(folder: Path, clinic: str = "harbour") -> dict[str, list[Json]]:
    """The resources by kind, by the command."""
    call_command("export_fhir", f"--clinic={clinic}", f"--to={folder}")
    return {
        path.stem: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for path in folder.glob("*.ndjson")
    }


def manifest(folder: Path) -> Json:
    read: Json = json.loads((folder / "manifest.json").read_text())
    return read


@pytest.fixture
def patients(people: People) -> list[Patient]:
    """Anna, Ben and Dora, each with a mood and an answer."""
    found = [people.anna, *(PatientFactory(clinic=people.harbour, code=c) for c in ("BEN", "DORA"))]
    for patient in found:
        MoodRatingFactory(patient=patient)
        MeasureResponseFactory(patient=patient)
    return found


def test_every_kind_has_a_file_and_every_line_is_a_resource(
    people: People, patients: list[Patient], tmp_path: Path
) -> None:
    MoodRatingFactory(patient=people.carl)
    files = exported(tmp_path / "out")
    counts = {kind: len(lines) for kind, lines in files.items()}
    assert counts == {
        "Patient": 3,
        "Observation": 6,
        "QuestionnaireResponse": 3,
        "Questionnaire": 1,
        "Provenance": 3,
    }
    there = {f"{kind}/{one['id']}" for kind, lines in files.items() for one in lines}
    forms = {f"{form['url']}|{form['version']}" for form in files["Questionnaire"]}
    for kind, lines in files.items():
        for one in lines:
            assert one["resourceType"] == kind
            model_of(one)
            inside = {f"#{part['id']}" for part in one.get("contained", ())}
            assert set(references(one)) <= there | forms | inside
    codes = {one["identifier"][0]["value"] for one in files["Patient"]}
    assert codes == {"ANNA", "BEN", "DORA"}, "and not Carl, who is another clinic's"


def test_the_manifest_counts_and_digests_every_file(
    patients: list[Patient], tmp_path: Path
) -> None:
    files = exported(tmp_path / "out")
    told = manifest(tmp_path / "out")
    assert {one["type"]: one["count"] for one in told["output"]} == {
        kind: len(lines) for kind, lines in files.items()
    }
    for one in told["output"]:
        content = (tmp_path / "out" / one["url"]).read_bytes()
        assert one["extension"]["sha256"] == hashlib.sha256(content).hexdigest()
        assert one["extension"]["bytes"] == len(content)
    assert told["error"] == []
    assert told["extension"]["patients"] == 3


def test_who_withdrew_care_is_left_out_and_only_counted(
    people: People, patients: list[Patient], tmp_path: Path
) -> None:
    for given in (True, False):
        record_consent(
            patient=people.anna, scope="care", given=given, text_version="1", language="en"
        )
    files = exported(tmp_path / "out")
    assert {one["identifier"][0]["value"] for one in files["Patient"]} == {"BEN", "DORA"}
    told = manifest(tmp_path / "out")["extension"]
    assert told["patients"] == 2
    assert told["patients_left_out_because_care_was_withdrawn"] == 1
    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert b"ANNA" not in everything
    assert str(people.anna.id).encode() not in everything


def test_who_is_being_erased_is_not_there(
    people: People, patients: list[Patient], tmp_path: Path
) -> None:
    ask_for_erasure(patient=people.anna, code="ANNA", by=people.alice)
    exported(tmp_path / "out")
    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert str(people.anna.id).encode() not in everything


def test_an_export_that_fails_halfway_leaves_nothing(
    patients: list[Patient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = record.mood_resource
    seen = []

    def fails_at_the_last(rating: Any, zone: Any) -> Resource:
        seen.append(rating)
        resource = made(rating, zone)
        return resource if len(seen) < 3 else resource | {"status": None}

    monkeypatch.setattr(record, "mood_resource", fails_at_the_last)
    with pytest.raises(CommandError, match="Nothing was written"):
        exported(tmp_path / "out")
    assert len(seen) == 3
    assert not list(tmp_path.iterdir())


def test_nothing_that_is_there_is_written_over(patients: list[Patient], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert exported(tmp_path / "out"), "an empty folder is as good as none"
    before = sorted(tmp_path.glob("out/*"))
    with pytest.raises(CommandError, match="Name a folder that is not there yet"):
        exported(tmp_path / "out")
    assert sorted(tmp_path.glob("out/*")) == before


def test_a_clinic_without_patients_has_a_manifest(people: People, tmp_path: Path) -> None:
    Patient.objects.filter(id=people.carl.id).update(clinic=people.harbour)
    assert exported(tmp_path / "out", "hill") == {}
    assert manifest(tmp_path / "out")["output"] == []


def test_a_form_says_nothing_of_who_filled_it_in(patients: list[Patient], tmp_path: Path) -> None:
    Patient.objects.update(origin="simulated")
    files = exported(tmp_path / "out")
    assert all("meta" in one for one in files["Observation"])
    assert "meta" not in files["Questionnaire"][0]
