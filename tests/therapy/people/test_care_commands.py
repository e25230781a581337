"""Taking in a patient and prescribing from the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.people import People
from therapy.models import Patient, SessionPlan
from therapy.plans.services import prescribe
from worker.models import Job

pytestmark = pytest.mark.django_db


def run(command: str, *arguments: str) -> str:
    output = StringIO()
    call_command(command, *arguments, stdout=output)
    return output.getvalue()


def test_a_patient_is_taken_in_and_a_model_asked_for(people: People) -> None:
    said = run("create_patient", "P-9", "--clinic", people.harbour.slug)
    patient = Patient.objects.get(code="P-9")
    assert "P-9 is a patient of" in said
    assert patient.clinic == people.harbour
    assert Job.objects.get(key=f"adapt_patient:{patient.id}").kind == "adapt_patient"


def test_a_code_that_is_taken_is_refused_in_words(people: People) -> None:
    with pytest.raises(CommandError, match="already"):
        run("create_patient", people.anna.code, "--clinic", people.harbour.slug)


def test_a_therapist_of_another_clinic_cannot_be_responsible(people: People) -> None:
    stranger = people.charlie.email
    with pytest.raises(CommandError, match="does not work at"):
        run("create_patient", "P-9", "--clinic", people.harbour.slug, "--therapist", stranger)
    assert not Patient.objects.filter(code="P-9").exists()


def test_a_plan_is_the_next_version(people: People) -> None:
    before = SessionPlan.objects.filter(patient=people.anna).count()
    arguments = ["--patient", str(people.anna.id), "--by", people.alice.email]
    run("prescribe", *arguments, "--target", "0.3", "-0.6", "--curve", "plateau")
    plan = SessionPlan.objects.filter(patient=people.anna).first()
    assert plan is not None
    assert (plan.version, plan.target_arousal, plan.curve) == (before + 1, -0.6, "plateau")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--target", "1.01", "0"], "target_valence"),
        (["--target", "nan", "0"], "target_valence"),
        (["--curve", "zigzag"], "curve"),
        (["--tracks", "9"], "track_count"),
    ],
)
def test_a_bad_plan_is_refused_by_its_field(
    people: People, arguments: list[str], words: str
) -> None:
    who = ["--patient", str(people.anna.id), "--by", people.alice.email]
    with pytest.raises(CommandError, match=words):
        run("prescribe", *who, *arguments)


def test_what_the_next_version_leaves_out_is_said(people: People) -> None:
    prescribe(patient=people.anna, by=people.bob, epilepsy="yes", crisis_plan="Call the ward.")
    who = ["--patient", str(people.anna.id), "--by", people.alice.email]
    arguments = [*who, "--tracks", "4", "--exclude-tag", "nosuchtag"]
    said = run("prescribe", *arguments)
    assert "Epilepsy: yes → not asked" in said
    assert "Crisis plan: Call the ward. → —" in said
    assert "Tracks a session: 5 → 4" in said
    assert "No track is tagged nosuchtag yet." in said
    assert "It says what version" in run("prescribe", *arguments)


def test_a_stranger_cannot_prescribe(people: People) -> None:
    who = ["--patient", str(people.anna.id), "--by", people.charlie.email]
    with pytest.raises(CommandError, match="may not change what a patient is given"):
        run("prescribe", *who)
