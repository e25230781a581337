"""What is exported says what is stored."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import (
    ListeningSessionFactory,
    MeasureResponseFactory,
    MoodRatingFactory,
    SessionPlanFactory,
)
from tests.people import People
from tests.therapy.interchange.reading import bundle_of, coded, components, resources
from therapy.interchange.fhir.loinc import ANSWERS, ITEMS
from therapy.measures.definition import Choices
from therapy.measures.registry import measure
from therapy.models import MeasureResponse, MoodRating, Patient
from therapy.people.services import record_consent
from therapy.plans.services import end, pause, resume

pytestmark = pytest.mark.django_db

SUMMER = datetime(2026, 7, 1, 18, 30, 15, 250_000, tzinfo=UTC)
WINTER = datetime(2026, 1, 15, 18, 30, tzinfo=UTC)
LOINC = "http://loinc.org"


@pytest.fixture
def anna(people: People) -> Patient:
    """Whose clock is Berlin's."""
    people.anna.time_zone = "Europe/Berlin"
    people.anna.save()
    return people.anna


def consent(patient: Patient, scope: str, *, given: bool) -> None:
    record_consent(
        patient=patient, scope=scope, given=given, text_version="form 7/a", language="de"
    )


def answered(phone: Any, **body: Any) -> Any:
    sent = {
        "id": "8f14e45f-ceea-467f-9d3b-6f1f2a3b4c5d",
        "version": 1,
        "language": "en",
        "answered_at": SUMMER.isoformat(),
    }
    return phone.post("measure-responses", sent | body)


def phq9(*values: int) -> dict[str, int]:
    return {f"phq9-{number}": value for number, value in enumerate(values, start=1)}


# Who


def test_the_patient_is_a_code_of_this_clinic_and_no_name(
    anna: Patient, tmp_path: Path, settings: Any
) -> None:
    settings.FHIR_ROOT = "https://music.example.org/fhir"
    (patient,) = resources(bundle_of(anna, tmp_path), "Patient")
    assert patient["identifier"][0]["value"] == "ANNA"
    assert (
        patient["identifier"][0]["system"]
        == "https://music.example.org/fhir/clinics/harbour/patient-codes"
    )
    assert patient["active"] is True
    assert not {"name", "telecom", "birthDate", "gender", "address"} & patient.keys()


@pytest.mark.parametrize(
    ("origin", "tags"), [("care", []), ("simulated", ["HTEST", "simulated"]), ("research", None)]
)
def test_who_is_no_person_in_care_is_tagged_on_every_resource(
    anna: Patient, tmp_path: Path, origin: str, tags: list[str] | None
) -> None:
    Patient.objects.filter(id=anna.id).update(origin=origin)
    MoodRatingFactory(patient=anna)
    for resource in resources(bundle_of(anna, tmp_path)):
        found = [tag["code"] for tag in resource.get("meta", {}).get("tag", ())]
        assert found == (["research"] if tags is None else tags)


# Moods and sessions


def test_a_mood_arrives_as_it_was_given(anna: Patient, tmp_path: Path) -> None:
    rating = MoodRatingFactory(
        patient=anna, valence=0.25, arousal=-0.5, phase="during", rated_at=SUMMER
    )
    (mood,) = coded(bundle_of(anna, tmp_path), "mood")
    assert mood["id"] == str(rating.id)
    assert components(mood) == {"valence": 0.25, "arousal": -0.5, "phase": "phase-during"}
    valence = mood["component"][0]
    assert valence["valueQuantity"]["system"] == "http://unitsofmeasure.org"
    assert valence["valueQuantity"]["code"] == "1"
    assert valence["code"]["coding"][0] == {
        "system": "http://hl7.org/fhir/uv/phr/CodeSystem/state-of-mind-codes",
        "code": "valence",
        "display": "Valence",
    }
    assert mood["subject"] == {"reference": f"Patient/{anna.id}"} == mood["performer"][0]
    assert "profile" not in mood.get("meta", {}), "the profile has no arousal, and is a ballot"


def test_times_have_the_offset_of_the_patients_clock_of_that_day(
    anna: Patient, tmp_path: Path
) -> None:
    for at in (SUMMER, WINTER):
        MoodRatingFactory(patient=anna, rated_at=at)
    found = {mood["effectiveDateTime"] for mood in coded(bundle_of(anna, tmp_path), "mood")}
    assert found == {"2026-07-01T20:30:15.250+02:00", "2026-01-15T19:30:00.000+01:00"}


def test_a_session_groups_what_was_said_in_it(anna: Patient, tmp_path: Path) -> None:
    plan = SessionPlanFactory(patient=anna)
    session = ListeningSessionFactory(
        patient=anna,
        plan=plan,
        started_at=SUMMER,
        ended_at=SUMMER + timedelta(minutes=20),
        ending="stopped",
        stop_reason="felt-worse",
    )
    mood = MoodRatingFactory(patient=anna, session=session)
    response = MeasureResponseFactory(patient=anna, session=session)
    alone = MoodRatingFactory(patient=anna)
    bundle = bundle_of(anna, tmp_path)
    (exported,) = coded(bundle, "listening-session")
    (score,) = coded(bundle, "pain-nrs-pain")
    members = {member["reference"] for member in exported["hasMember"]}
    assert members == {
        f"Observation/{mood.id}",
        f"QuestionnaireResponse/{response.id}",
        f"Observation/{score['id']}",
    }
    assert str(alone.id) not in str(exported)
    assert exported["status"] == "final"
    assert exported["effectivePeriod"]["end"] == "2026-07-01T20:50:15.250+02:00"
    assert exported["basedOn"] == [{"reference": f"CarePlan/{plan.id}"}]
    assert components(exported) == {
        "ending": "ending-stopped",
        "stop-reason": "stop-reason-felt-worse",
    }


def test_a_session_without_an_end_is_preliminary(anna: Patient, tmp_path: Path) -> None:
    ListeningSessionFactory(patient=anna)
    (session,) = coded(bundle_of(anna, tmp_path), "listening-session")
    assert session["status"] == "preliminary"
    assert not {"hasMember", "basedOn", "component"} & session.keys()
    assert "end" not in session["effectivePeriod"]


# Measures


def test_a_phq_9_arrives_with_its_score_its_items_and_their_codes(
    people: People, anna: Patient, tmp_path: Path
) -> None:
    answers = phq9(1, 2, 3, 0, 1, 2, 3, 0, 1) | {"phq9-function": 2}
    sent = answered(people.annas_phone, measure="phq9", state="answered", answers=answers)
    assert sent.status_code == 201
    bundle = bundle_of(anna, tmp_path)
    (score,) = coded(bundle, "44261-6")
    assert score["valueQuantity"]["value"] == 13
    assert score["valueQuantity"]["code"] == "{score}"
    assert score["interpretation"] == [{"text": "moderate"}]
    assert score["code"]["coding"][0] == {"system": LOINC, "code": "44261-6"}
    (response,) = resources(bundle, "QuestionnaireResponse")
    assert score["derivedFrom"] == [{"reference": f"QuestionnaireResponse/{response['id']}"}]
    assert response["status"] == "completed"
    assert response["questionnaire"].endswith("/Questionnaire/phq9|1")
    chosen = {item["linkId"]: item["answer"][0]["valueCoding"] for item in response["item"]}
    assert {id: one["extension"][0]["valueDecimal"] for id, one in chosen.items()} == answers
    assert chosen["phq9-3"]["code"] == "LA6571-9"
    assert chosen["phq9-function"]["code"] == "LA6575-0"
    assert chosen["phq9-function"]["display"] == "Very difficult"
    (form,) = resources(bundle, "Questionnaire")
    assert {item["linkId"]: item["code"][0]["code"] for item in form["item"]} == {
        id: code for id, code in ITEMS.items() if id.startswith("phq9")
    }
    assert f"{form['url']}|{form['version']}" == response["questionnaire"]


def test_an_incomplete_phq_9_has_no_score(people: People, anna: Patient, tmp_path: Path) -> None:
    sent = answered(people.annas_phone, measure="phq9", state="answered", answers=phq9(1, 2, 3))
    assert sent.status_code == 400
    bundle = bundle_of(anna, tmp_path)
    assert not resources(bundle, "Observation")
    assert not resources(bundle, "QuestionnaireResponse")


@pytest.mark.parametrize("state", ["skipped", "expired"])
def test_skipped_and_expired_stay_two_facts_and_score_nothing(
    people: People, anna: Patient, tmp_path: Path, state: str
) -> None:
    assert answered(people.annas_phone, measure="phq9", state=state).status_code == 201
    bundle = bundle_of(anna, tmp_path)
    (response,) = resources(bundle, "QuestionnaireResponse")
    assert response["status"] == "stopped"
    assert response["extension"][0]["valueCode"] == state
    assert "item" not in response
    assert not resources(bundle, "Observation")


@pytest.mark.parametrize(
    ("key", "answers", "codes", "kind"),
    [
        ("gad7", {f"gad7-{n}": 1 for n in range(1, 8)}, {"70274-6": 7}, "valueCoding"),
        (
            "phq4",
            dict(zip(("phq4-1", "phq4-2", "phq4-3", "phq4-4"), (3, 2, 1, 0), strict=True)),
            {"70272-0": 6, "phq4-gad2": 5, "phq4-phq2": 1},
            "valueCoding",
        ),
        ("pain-nrs", {"pain": 7}, {"72514-3": 7}, "valueInteger"),
        ("vas-anxiety", {"anxiety": 12.5}, {"vas-anxiety-anxiety": 12.5}, "valueDecimal"),
        (
            "affective-slider",
            {"valence": -0.25, "arousal": 0.0},
            {"affective-slider-valence": -0.25, "affective-slider-arousal": 0.0},
            "valueDecimal",
        ),
    ],
)
def test_every_measure_arrives(
    people: People,
    anna: Patient,
    tmp_path: Path,
    key: str,
    answers: dict[str, float],
    codes: dict[str, float],
    kind: str,
) -> None:
    sent = answered(people.annas_phone, measure=key, state="answered", answers=answers)
    assert sent.status_code == 201
    bundle = bundle_of(anna, tmp_path)
    for code, value in codes.items():
        (score,) = coded(bundle, code)
        assert score["valueQuantity"]["value"] == value
    assert len(resources(bundle, "Observation")) == len(codes)
    (response,) = resources(bundle, "QuestionnaireResponse")
    assert [item["linkId"] for item in response["item"]] == list(answers)
    assert {name for item in response["item"] for name in item["answer"][0]} == {kind}


def test_the_codes_of_answers_are_of_those_words() -> None:
    words = {
        "LA6568-5": "Not at all",
        "LA6569-3": "Several days",
        "LA6570-1": "More than half the days",
        "LA6571-9": "Nearly every day",
        "LA6572-7": "Not difficult at all",
        "LA6573-5": "Somewhat difficult",
        "LA6575-0": "Very difficult",
        "LA6574-3": "Extremely difficult",
    }
    for key in ("phq9", "gad7", "phq4"):
        definition = measure(key)
        assert {item.id for item in definition.items} <= ITEMS.keys()
        for item in definition.items:
            assert isinstance(item.answer, Choices)
            labels = definition.texts["en"].labels[item.answer.key]
            assert labels == tuple(words[code] for code in ANSWERS[item.answer.key])


# Plans


def plans(patient: Patient, folder: Path, *arguments: str) -> list[Any]:
    return resources(bundle_of(patient, folder, *arguments), "CarePlan")


def test_a_plan_says_where_to_and_when(anna: Patient, tmp_path: Path) -> None:
    slot = {"days": [6, 1], "at": "20:30", "minutes": 90}
    SessionPlanFactory(
        patient=anna, target_valence=0.4, target_arousal=-0.6, minutes=25, schedule=[slot]
    )
    (plan,) = plans(anna, tmp_path)
    assert (plan["status"], plan["intent"]) == ("active", "plan")
    (goal,) = plan["contained"]
    assert plan["goal"] == [{"reference": f"#{goal['id']}"}]
    assert [one["detailQuantity"]["value"] for one in goal["target"]] == [0.4, -0.6]
    (activity,) = plan["activity"]
    repeat = activity["detail"]["scheduledTiming"]["repeat"]
    assert (repeat["dayOfWeek"], repeat["timeOfDay"]) == (["mon", "sat"], ["20:30:00"])
    assert (repeat["duration"], repeat["frequency"]) == (25, 2)
    assert "by the clock of Europe/Berlin" in activity["detail"]["description"]
    assert activity["detail"]["status"] == "in-progress"


def test_a_plan_without_times_is_followed_whenever_the_patient_likes(
    anna: Patient, tmp_path: Path
) -> None:
    SessionPlanFactory(patient=anna)
    (plan,) = plans(anna, tmp_path)
    (activity,) = plan["activity"]
    assert "scheduledTiming" not in activity["detail"]
    assert "whenever the patient likes" in activity["detail"]["description"]


def test_the_status_follows_pauses_and_ends(people: People, anna: Patient, tmp_path: Path) -> None:
    SessionPlanFactory(patient=anna)
    for step, status in (
        (pause, "on-hold"),
        (resume, "active"),
        (end, "completed"),
        (resume, "active"),
    ):
        step(patient=anna, by=people.bob)
        (plan,) = plans(anna, tmp_path)
        assert plan["status"] == status
        assert ("end" in plan["period"]) == (status == "completed")


def test_earlier_versions_are_revoked_and_replaced(anna: Patient, tmp_path: Path) -> None:
    first, second = (SessionPlanFactory(patient=anna, version=version) for version in (1, 2))
    old, new = plans(anna, tmp_path)
    assert (old["id"], old["status"]) == (str(first.id), "revoked")
    assert (new["id"], new["status"]) == (str(second.id), "active")
    assert new["replaces"] == [{"reference": f"CarePlan/{first.id}"}]
    assert old["period"]["end"] == new["period"]["start"]


def test_free_texts_go_out_only_where_asked_for(
    people: People, anna: Patient, tmp_path: Path
) -> None:
    SessionPlanFactory(
        patient=anna,
        indication="zq-\x0bindication",
        rationale="zq-rationale",
        stop_criteria="zq-stop",
        homework="zq-homework",
        crisis_plan="zq-crisis",
        escalation_contact="zq-contact",
        triggers=[{"tag": "bells", "reason": "zq-trigger"}],
        goals=[{"goal": "zq-goal", "weight": 1, "levels": ["zq-much-less", "", "", "", ""]}],
    )
    pause(patient=anna, by=people.bob, reason="zq-pause")
    assert "zq-" not in str(bundle_of(anna, tmp_path))
    (plan,) = plans(anna, tmp_path, "--with-notes")
    assert plan["description"] == "zq- indication", "a vertical tab is no character of FHIR's"
    notes = [note["text"] for note in plan["note"]]
    assert notes == ["Rationale: zq-rationale", "Stop criteria: zq-stop", "Homework: zq-homework"]
    goal = plan["contained"][1]
    assert goal["description"]["text"] == "zq-goal"
    assert goal["note"] == [{"text": "-2: zq-much-less"}]
    for kept in ("zq-crisis", "zq-contact", "zq-trigger", "zq-pause"):
        assert kept not in str(plan)


# Consents


def test_every_word_is_there_and_the_newest_stands(anna: Patient, tmp_path: Path) -> None:
    consent(anna, "pooled-learning", given=True)
    consent(anna, "reminders", given=True)
    consent(anna, "pooled-learning", given=False)
    found = [
        (one["category"][1]["coding"][0]["code"], one["status"], one["provision"]["type"])
        for one in resources(bundle_of(anna, tmp_path), "Consent")
    ]
    assert found == [
        ("consent-pooled-learning", "inactive", "permit"),
        ("consent-reminders", "active", "permit"),
        ("consent-pooled-learning", "rejected", "deny"),
    ]


def test_a_consent_names_the_text_and_the_time(anna: Patient, tmp_path: Path) -> None:
    consent(anna, "care", given=True)
    (word,) = resources(bundle_of(anna, tmp_path), "Consent")
    assert word["policy"][0]["uri"].endswith("/consent-texts/care-form%207%2Fa.de")
    assert word["scope"]["coding"][0]["code"] == "treatment"
    assert datetime.fromisoformat(word["dateTime"]).utcoffset() is not None


def test_after_a_no_to_care_nobody_follows_the_plan(anna: Patient, tmp_path: Path) -> None:
    SessionPlanFactory(patient=anna)
    consent(anna, "care", given=False)
    bundle = bundle_of(anna, tmp_path)
    assert resources(bundle, "Patient")[0]["active"] is False
    assert resources(bundle, "CarePlan")[0]["status"] == "revoked"


def test_nothing_of_another_patient_is_there(people: People, anna: Patient, tmp_path: Path) -> None:
    strange = MoodRatingFactory(patient=people.carl)
    MeasureResponseFactory(patient=people.carl)
    text = str(bundle_of(anna, tmp_path))
    assert str(strange.id) not in text
    assert "CARL" not in text
    assert not MoodRating.objects.filter(patient=anna).exists()
    assert MeasureResponse.objects.count() == 1
