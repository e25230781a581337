"""A bundle that an importing system takes: valid, whole, and nothing in it leads nowhere."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import (
    ListeningSessionFactory,
    MeasureResponseFactory,
    MoodRatingFactory,
    PatientFactory,
    SessionPlanFactory,
)
from tests.people import People
from tests.therapy.interchange.reading import (
    Json,
    bundle_of,
    model_of,
    references,
    resources,
    strange_codes,
)
from therapy.interchange.fhir import record
from therapy.interchange.fhir.checked import NotFhir, checked
from therapy.interchange.fhir.mood import mood_resource
from therapy.measures.definition import Choices, Definition
from therapy.measures.registry import PUBLISHED
from therapy.measures.scoring import score, tidy
from therapy.models import MeasureResponse, MoodRating, Patient
from therapy.people.services import record_consent
from therapy.plans.services import end, pause
from therapy.rights.erasing import ask_for_erasure

pytestmark = pytest.mark.django_db

ZONES = ("Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
BEGUN = datetime(2024, 1, 1, tzinfo=UTC)


def make_record(people: People, patient: Patient, seed: int) -> Patient:
    """The patient with a record that chance has made."""
    chance = random.Random(seed)
    patient.time_zone = chance.choice(ZONES)
    patient.origin = chance.choice(Patient.Origin.values)
    patient.save()
    plans = [
        SessionPlanFactory(
            patient=patient,
            version=version,
            indication=chance.choice(("", "Sleep «after» work\n— and more")),
            homework=chance.choice(("", "Breathe")),
            goals=[{"goal": "Fall asleep", "weight": 2, "levels": ["a", "b", "c", "", "e"]}],
            schedule=[
                {
                    "days": chance.sample(range(1, 8), chance.randint(1, 7)),
                    "at": f"{chance.randint(0, 23):02}:{chance.randint(0, 59):02}",
                    "minutes": chance.randint(5, 1440),
                }
                for _ in range(chance.randint(0, 3))
            ],
        )
        for version in range(1, chance.randint(1, 4))
    ]
    for _ in range(chance.randint(0, 5)):
        record_consent(
            patient=patient,
            scope=chance.choice(("care", "pooled-learning", "experiments", "reminders")),
            given=chance.random() < 0.6,
            text_version=chance.choice(("1", "form B, 2")),
            language="pt-BR",
        )
    for _ in range(chance.randint(0, 6)):
        _sitting(patient, chance, plans)
    if plans and seed % 3:
        (pause if seed % 3 == 1 else end)(patient=patient, by=people.bob)
    return patient


def _sitting(patient: Patient, chance: random.Random, plans: list[Any]) -> None:
    at = BEGUN + timedelta(seconds=chance.uniform(0, 9e7))
    ended = at + timedelta(minutes=20) if chance.random() < 0.7 else None
    session = ListeningSessionFactory(
        patient=patient,
        plan=chance.choice([None, *plans]),
        started_at=at,
        ended_at=ended,
        ending=chance.choice(("completed", "stopped")) if ended else "",
    )
    for phase in MoodRating.Phase.values[: chance.randint(0, 3)]:
        MoodRatingFactory(
            patient=patient,
            session=chance.choice((session, None)),
            phase=phase,
            valence=chance.choice((-1.0, 0.0, 1.0, chance.uniform(-1, 1))),
            arousal=chance.uniform(-1, 1),
            rated_at=at,
        )
    definition = chance.choice(PUBLISHED)
    state = chance.choice(MeasureResponse.State.values)
    answers = _answers(definition, chance) if state == "answered" else None
    MeasureResponseFactory(
        patient=patient,
        session=chance.choice((session, None)),
        measure=definition.key,
        version=definition.version,
        state=state,
        answers=answers,
        scores=None
        if answers is None
        else {
            key: {"value": one.value, "band": one.band}
            for key, one in score(definition, answers).scores.items()
        },
        answered_at=at,
    )


def _answers(definition: Definition, chance: random.Random) -> dict[str, float]:
    answers = {
        item.id: chance.choice(item.answer.values)
        if isinstance(item.answer, Choices)
        else chance.randint(int(item.answer.lowest), int(item.answer.highest))
        if item.answer.whole
        else chance.uniform(item.answer.lowest, item.answer.highest)
        for item in definition.items
        if not item.optional or chance.random() < 0.5
    }
    return tidy(definition, answers)


@pytest.mark.parametrize("seed", range(9))
def test_whatever_the_record_the_bundle_is_fhir_and_holds_together(
    people: People, tmp_path: Path, seed: int
) -> None:
    patient = make_record(people, people.anna, seed)
    bundle = bundle_of(patient, tmp_path, *(["--with-notes"] if seed % 2 else []))
    Bundle.model_validate(bundle)
    assert bundle["type"] == "collection"
    for resource in resources(bundle):
        model = model_of(resource)
        assert strange_codes(model) == []
        _same(json.loads(model.model_dump_json()), resource)
    _nothing_leads_nowhere(bundle)


def _same(read: Any, written: Any) -> None:
    """What the library reads and writes again is what was exported, but for how times are spelled
    (.250 and .250000, Z and +00:00)."""
    if isinstance(written, dict):
        assert read.keys() == written.keys()
        for name, value in written.items():
            _same(read[name], value)
    elif isinstance(written, list):
        assert len(read) == len(written)
        for one, other in zip(read, written, strict=True):
            _same(one, other)
    elif isinstance(written, str) and isinstance(read, str) and read != written:
        one, other = datetime.fromisoformat(read), datetime.fromisoformat(written)
        assert (one, one.utcoffset()) == (other, other.utcoffset())
    else:
        assert read == written


def _nothing_leads_nowhere(bundle: Json) -> None:
    full = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(full)) == len(full)
    ids = [(one["resourceType"], one["id"]) for one in resources(bundle)]
    assert len(set(ids)) == len(ids)
    for entry in bundle["entry"]:
        kind, id = entry["resource"]["resourceType"], entry["resource"]["id"]
        assert entry["fullUrl"].endswith(f"/fhir/{kind}/{id}")
    root = full[0].removesuffix("/".join(ids[0]))
    forms = {f"{form['url']}|{form['version']}" for form in resources(bundle, "Questionnaire")}
    for resource in resources(bundle):
        contained = {f"#{one['id']}" for one in resource.get("contained", ())}
        assert contained <= set(references(resource)), "what is contained is referred to"
        for reference in references(resource):
            assert reference in contained | forms or root + reference in full


def test_the_variety_has_what_is_worth_checking(people: People, tmp_path: Path) -> None:
    """Or the test above would check nothing."""
    kinds = set()
    for seed in range(9):
        patient = make_record(people, PatientFactory(clinic=people.harbour), seed)
        kinds |= {one["resourceType"] for one in resources(bundle_of(patient, tmp_path))}
    assert kinds == {
        *("Patient", "Observation", "Questionnaire", "QuestionnaireResponse"),
        *("CarePlan", "Consent", "Provenance"),
    }


@given(
    valence=st.floats(-1, 1),
    arousal=st.floats(-1, 1),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.timezones(),
)
def test_any_mood_is_fhir_and_comes_back(
    valence: float, arousal: float, at: datetime, zone: Any
) -> None:
    rating = MoodRating(valence=valence, arousal=arousal, phase="before", rated_at=at)
    rating.received_at = at
    rating.patient_id = rating.id
    resource = json.loads(json.dumps(checked(mood_resource(rating, zone))))
    found = [one["valueQuantity"]["value"] for one in resource["component"][:2]]
    assert found == [valence, arousal]
    told = datetime.fromisoformat(resource["effectiveDateTime"])
    assert told == at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert told.utcoffset() == at.astimezone(zone).utcoffset()


def test_what_is_not_fhir_is_refused_without_its_content() -> None:
    broken = {
        "resourceType": "Observation",
        "id": "one",
        "status": "final",
        "code": {"text": "Mood"},
        "effectiveDateTime": "zq-yesterday",
    }
    with pytest.raises(NotFhir, match=r"Observation/one.*effectiveDateTime") as refused:
        checked(broken)
    assert "zq-yesterday" not in str(refused.value)


def test_the_provenance_says_who_when_and_with_what(people: People, tmp_path: Path) -> None:
    MoodRatingFactory(patient=people.anna)
    before = datetime.now(UTC) - timedelta(seconds=1)
    bundle = bundle_of(people.anna, tmp_path)
    (provenance,) = resources(bundle, "Provenance")
    assert before < datetime.fromisoformat(provenance["recorded"]) <= datetime.now(UTC)
    assert provenance["recorded"] == bundle["timestamp"]
    who = [agent["who"] for agent in provenance["agent"]]
    assert who == [
        {"display": "An operator, at the command line"},
        {"reference": "#software"},
        {"display": "Harbour Practice"},
    ]
    assert provenance["contained"][0]["version"] == [{"value": "0.1.0"}]
    others = {f"{one['resourceType']}/{one['id']}" for one in resources(bundle)[:-1]}
    assert {target["reference"] for target in provenance["target"]} == others


def test_what_arrives_meanwhile_refers_to_nothing_that_is_not_there(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_measures = record._measures

    def while_someone_prescribes(patient: Patient, *further: Any) -> Any:
        yield from read_measures(patient, *further)
        session = ListeningSessionFactory(patient=patient, plan=SessionPlanFactory(patient=patient))
        MeasureResponseFactory(patient=patient, session=session)

    monkeypatch.setattr(record, "_measures", while_someone_prescribes)
    bundle = bundle_of(people.anna, tmp_path)
    (session,) = resources(bundle, "Observation")
    assert not {"basedOn", "hasMember"} & session.keys()
    _nothing_leads_nowhere(bundle)


def test_ids_are_the_same_in_every_export(people: People, tmp_path: Path) -> None:
    make_record(people, people.anna, 4)
    first, second = (
        {
            (one["resourceType"], one["id"])
            for one in resources(bundle_of(people.anna, tmp_path))
            if one["resourceType"] != "Provenance"
        }
        for _ in range(2)
    )
    assert first == second


# The command


def test_a_clinic_and_a_code_name_a_patient(people: People, tmp_path: Path) -> None:
    path = tmp_path / "out" / "anna.json"
    call_command("export_fhir", "--clinic=harbour", "--patient=ANNA", f"--to={path}")
    assert json.loads(path.read_text())["resourceType"] == "Bundle"
    with pytest.raises(CommandError, match="There is no patient 'hill/ANNA'"):
        call_command("export_fhir", "--clinic=hill", "--patient=ANNA", f"--to={path}")


def test_a_file_that_is_there_is_kept(people: People, tmp_path: Path) -> None:
    path = tmp_path / "anna.json"
    path.write_text("mine")
    with pytest.raises(CommandError, match=r"Nothing was written. There is something at .*anna"):
        call_command("export_fhir", "--clinic=harbour", "--patient=ANNA", f"--to={path}")
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_asked_for_is_told(people: People, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Say --patient, or --clinic"):
        call_command("export_fhir", f"--to={tmp_path / 'x'}")
    with pytest.raises(CommandError, match="one person at a time"):
        call_command("export_fhir", "--clinic=harbour", "--with-notes", f"--to={tmp_path / 'x'}")
    assert not list(tmp_path.iterdir())


def test_who_is_being_erased_is_not_exported(people: People, tmp_path: Path) -> None:
    ask_for_erasure(patient=people.anna, code="ANNA", by=people.alice)
    with pytest.raises(CommandError):
        bundle_of(people.anna, tmp_path)
    assert not list(tmp_path.iterdir())


def test_notes_that_cannot_be_read_leave_no_file(
    people: People, settings: Any, tmp_path: Path
) -> None:
    SessionPlanFactory(patient=people.anna, indication="Sleep")
    settings.TEXT_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match=r"Nothing was written.*ATTUNE_TEXT_KEYS"):
        bundle_of(people.anna, tmp_path, "--with-notes")
    assert not list(tmp_path.iterdir())
    assert resources(bundle_of(people.anna, tmp_path), "CarePlan"), "without notes no key is needed"


def test_a_bundle_that_fails_leaves_nothing(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    MoodRatingFactory(patient=people.anna)

    def broken(*_: Any) -> Json:
        return {"resourceType": "Observation", "id": "one", "status": "final"}

    monkeypatch.setattr(record, "mood_resource", broken)
    with pytest.raises(CommandError, match=r"Nothing was written\. Observation/one"):
        bundle_of(people.anna, tmp_path)
    assert not list(tmp_path.iterdir())
