"""`manage.py meta_train --clinic`: a base from a clinic's own patients, of those who consent."""

from io import StringIO
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from adaptation import schemas
from adaptation.basetraining import measure_and_release, train
from adaptation.models import BaseModel, TrainingMembership
from adaptation.pooled import clinic_listeners
from adaptation.selectors import support_of, trainings_of, withdrawn_trainings
from adaptation.services import ConsentWithdrawn
from tests.factories import (
    ClinicFactory,
    PatientFactory,
    TrackFactory,
    TrackFeaturesFactory,
)
from tests.practice import Practice
from tests.trained import SCHEMA
from therapy.models import Clinic, Consent, Patient
from therapy.people.services import record_consent

pytestmark = pytest.mark.django_db

POOLED = Consent.Scope.POOLED_LEARNING


@pytest.fixture(autouse=True)
def small_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command knows the schema of the tests."""
    monkeypatch.setitem(schemas.SCHEMAS, SCHEMA.label, SCHEMA)


def say(patient: Patient, given: bool = True, scope: str = POOLED) -> Consent:
    return record_consent(
        patient=patient, scope=scope, given=given, text_version="2026-1", language="en"
    )


def admit(
    practice: Practice,
    codes: str,
    *,
    ratings: int = 12,
    consents: bool = True,
    clinic: Clinic | None = None,
    **fields: Any,
) -> list[Patient]:
    """A patient a letter, who rated that many tracks with moods around them."""
    patients = []
    for number, code in enumerate(codes):
        patient = PatientFactory(clinic=clinic or practice.clinic, code=code, **fields)
        for place in range(ratings):
            practice.sit(
                (practice.tracks[place % 12], 1 + (place * 7 + number) % 5),
                before=(0.1 * (place % 5), -0.2),
                after=(0.3, 0.1 * (number % 4)),
                patient=patient,
            )
        if consents:
            say(patient)
        patients.append(patient)
    return patients


def run(command: str, *arguments: str) -> str:
    output = StringIO()
    call_command(command, *arguments, stdout=output)
    return output.getvalue()


def train_on(clinic: str = "practice", *arguments: str) -> str:
    return run("meta_train", f"--clinic={clinic}", *arguments)


def newest() -> BaseModel:
    return BaseModel.objects.latest("created_at")


def codes_in(base: BaseModel) -> str:
    return "".join(base.members.order_by("patient__code").values_list("patient__code", flat=True))


# Who enters


def test_a_base_of_patients_says_so_and_knows_who_they_were(practice: Practice) -> None:
    patients = admit(practice, "ABCDEFGH")
    said = train_on()
    described = f"8 patients of {practice.clinic} who consented to pooled learning"
    assert f"Training on {described}, schema small-1." in said
    assert f"Released base practice 1, trained on {described}." in said
    assert "on listeners that training never met" in said
    base = newest()
    assert (base.name, base.version, base.trained_on) == ("practice", 1, described)
    assert not base.simulated
    assert base.metrics["listeners"] == {"trained": 6, "held_out": 2}
    members = {member.patient: member for member in base.members.all()}
    assert set(members) == set(patients)
    for patient, member in members.items():
        assert member.ratings_used == 12
        assert member.consent == patient.consents.get()


def test_what_is_trained_on_is_what_an_adaptation_reads(practice: Practice) -> None:
    patients = admit(practice, "ABCDEFGH")
    listeners = clinic_listeners(clinic=practice.clinic)
    assert [member.patient_id for member in listeners.members] == [p.id for p in patients]
    for patient, history in zip(patients, listeners.histories, strict=True):
        for name, values in vars(support_of(patient, practice.base)).items():
            np.testing.assert_array_equal(getattr(history, name), values, err_msg=name)


def test_only_those_enter_who_consent_now_and_rated_enough(practice: Practice) -> None:
    admit(practice, "ABCDEFGH")
    admit(practice, "I", consents=False)
    admit(practice, "J", ratings=11)
    (withdrew, returned, other) = admit(practice, "KLM")
    say(withdrew, False)
    say(returned, False)
    say(returned)
    say(other, False)
    for scope in (Consent.Scope.CARE, Consent.Scope.EXPERIMENTS, Consent.Scope.REMINDERS):
        say(other, scope=scope)
    admit(practice, "N", origin=Patient.Origin.RESEARCH)
    assert "Training on 9 patients" in train_on()
    assert codes_in(newest()) == "ABCDEFGHL"


def test_another_clinics_patients_never_enter(practice: Practice) -> None:
    """They are described under the same schema, heard the same tracks and consented."""
    hill = ClinicFactory(
        slug="hill", feature_schema=practice.clinic.feature_schema, catalogues=[practice.catalogue]
    )
    admit(practice, "ABCDEFGH")
    strangers = admit(practice, "STUVWXYZ", clinic=hill)
    train_on()
    assert codes_in(newest()) == "ABCDEFGH"
    assert not any(trainings_of(stranger).exists() for stranger in strangers)
    train_on("hill")
    assert codes_in(newest()) == "STUVWXYZ"


def test_whoever_withdraws_is_left_out_of_the_next_training(practice: Practice) -> None:
    patients = admit(practice, "ABCDEFGHI")
    train_on()
    say(patients[4], False)
    train_on()
    first, second = BaseModel.objects.filter(name="practice").order_by("version")
    assert codes_in(first) == "ABCDEFGHI"
    assert codes_in(second) == "ABCDFGHI"


def test_a_withdrawal_while_the_base_is_trained_ends_the_release(practice: Practice) -> None:
    patients = admit(practice, "ABCDEFGHI")
    trained = train(
        listeners=clinic_listeners(clinic=practice.clinic),
        seed=1,
        progress=lambda step, steps: None,
    )
    say(patients[0], False)
    with pytest.raises(ConsentWithdrawn, match="1 of 9 patients withdrew"):
        measure_and_release(name="practice", trained=trained, seed=1)
    assert not BaseModel.objects.filter(name="practice").exists()
    assert not TrainingMembership.objects.exists()
    say(patients[0])
    measure_and_release(name="practice", trained=trained, seed=1)
    assert codes_in(newest()) == "ABCDEFGHI"


def test_a_patient_whose_ratings_cannot_be_read_is_left_out(
    practice: Practice, caplog: pytest.LogCaptureFixture
) -> None:
    patients = admit(practice, "ABCDEFGHI")
    odd = TrackFactory(catalogue=practice.catalogue, title="Odd")
    TrackFeaturesFactory(track=odd, schema=practice.clinic.feature_schema, values=[1.0])
    practice.sit((odd, 3), patient=patients[2])
    assert "Training on 8 patients" in train_on()
    assert codes_in(newest()) == "ABDEFGHI"
    assert f"Patient {patients[2].id} is left out: The features of 'Odd'" in caplog.text


# Simulated patients


def test_a_base_of_simulated_patients_is_marked_simulated(practice: Practice) -> None:
    admit(practice, "ABCDEFGH", origin=Patient.Origin.SIMULATED)
    said = train_on()
    assert "Training on 8 simulated patients of" in said
    assert "on simulated listeners that training never met" in said
    base = newest()
    assert base.simulated
    assert base.trained_on.startswith("8 simulated patients of")
    assert codes_in(base) == "ABCDEFGH"


def test_people_and_simulated_patients_are_never_mixed(practice: Practice) -> None:
    admit(practice, "ABCDEFGH")
    admit(practice, "STUVWXYZ", origin=Patient.Origin.SIMULATED)
    with pytest.raises(CommandError) as refused:
        train_on()
    assert str(refused.value) == (
        "8 patients in care and 8 simulated ones consent to pooled learning. One base is never "
        "trained on both: say --origin care or --origin simulated."
    )
    assert not BaseModel.objects.filter(name="practice").exists()
    train_on("practice", "--origin=care")
    assert (codes_in(newest()), newest().simulated) == ("ABCDEFGH", False)
    train_on("practice", "--origin=simulated")
    assert (codes_in(newest()), newest().simulated) == ("STUVWXYZ", True)


# Refusals


def test_too_few_are_refused_with_numbers(practice: Practice) -> None:
    admit(practice, "ABCDEFG")
    admit(practice, "HI", ratings=11)
    admit(practice, "JK", consents=False)
    with pytest.raises(CommandError) as refused:
        train_on()
    assert str(refused.value) == (
        "A base of its own needs 8 patients who consent to pooled learning and have rated 12 "
        f"tracks or more; {practice.clinic} has 7. Of its 12 patients 9 consent."
    )
    assert BaseModel.objects.get() == practice.base


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--clinic=nowhere"], r"No clinic 'nowhere'. There are: practice"),
        (["--clinic=practice", "--situnes=."], "not allowed with argument"),
        (["--clinic=practice", "--origin=research"], "invalid choice: 'research'"),
        (["--clinic=practice", "--origin=simulated"], "has 0. Of its 1 patients 0 consent"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(
    practice: Practice, arguments: list[str], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        run("meta_train", *arguments)


def test_a_schema_that_this_version_does_not_know_is_refused(practice: Practice) -> None:
    ClinicFactory(slug="old")
    with pytest.raises(CommandError, match="cannot train under"):
        train_on("old")


# The history


def test_a_patients_history_names_the_releases_they_were_part_of(practice: Practice) -> None:
    patients = admit(practice, "ABCDEFGHI")
    train_on()
    say(patients[0], False)
    train_on()
    said = run("training_history", "--patient=practice/A")
    assert "A does not consent to pooled learning. Releases with their ratings: 1." in said
    assert "practice 1, released " in said
    assert "12 rated tracks, by the consent of" in said
    assert "practice 2" not in said
    said = run("training_history", "--patient=practice/B")
    assert "B consents to pooled learning. Releases with their ratings: 2." in said
    assert said.index("practice 2") < said.index("practice 1")
    assert "Releases with their ratings: 0." in run("training_history", "--patient=practice/P-1")


def test_releases_with_patients_who_withdrew_are_named(practice: Practice) -> None:
    patients = admit(practice, "ABCDEFGHIJ")
    train_on()
    assert not withdrawn_trainings(practice.clinic).exists()
    assert "withdrawn since: 0." in run("training_history", "--clinic=practice")
    say(patients[9], False)
    train_on()
    say(patients[1], False)
    say(patients[2], False, scope=Consent.Scope.CARE)
    said = run("training_history", "--clinic=practice").splitlines()
    assert said[0].endswith("withdrawn since: 2.")
    assert said[1:] == ["  practice 2: B", "  practice 1: B, J"]
    hill = ClinicFactory(slug="hill", feature_schema=practice.clinic.feature_schema)
    assert not withdrawn_trainings(hill).exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--patient=practice/NOBODY"], "There is no patient"),
        (["--clinic=nowhere"], "No clinic 'nowhere'"),
        ([], "one of the arguments"),
        (["--clinic=practice", "--patient=practice/P-1"], "not allowed with"),
    ],
    ids=str,
)
def test_a_history_of_nobody_is_refused_in_words(
    practice: Practice, arguments: list[str], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        run("training_history", *arguments)


def test_a_patient_is_part_of_a_base_once(practice: Practice) -> None:
    admit(practice, "ABCDEFGH")
    train_on()
    held = newest().members.get(patient__code="A")
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingMembership.objects.create(
            base=held.base, patient=held.patient, consent=held.consent, ratings_used=1
        )
