"""A patient's timeline: each kind of event in its place, months, and who may see what."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from adaptation.models import BaseModel, PatientModel
from exports.models import Hold
from tests.factories import (
    DeviceFactory,
    MeasureResponseFactory,
    MembershipFactory,
    SessionNotHeldFactory,
    SessionPlanFactory,
    TrackPlayFactory,
    UserFactory,
    trial_of,
)
from tests.people import People
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import FIRST_DAY, add_session, words
from therapy.models import (
    Consent,
    GoalReview,
    Patient,
    PlanStanding,
    ProgressNote,
    SafetyFlag,
    Trial,
    TrialDecision,
)
from therapy.pages.timeline import sources

pytestmark = pytest.mark.django_db

MARCH = "2026-03"
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def address_of(patient: Patient) -> str:
    return reverse("timeline", args=[patient.id])


def told(client: Client, patient: Patient, **asked: str) -> str:
    answer = client.get(address_of(patient), {"month": MARCH} | asked)
    assert answer.status_code == 200
    return words(answer)


def at(row: Any, field: str, moment: datetime = NOON) -> None:
    """Set a time that the database sets by itself, also where rows are never changed."""
    type(row)._base_manager.filter(pk=row.pk).update(**{field: moment})


@pytest.fixture
def anna(people: People) -> Patient:
    """Whose first session was in March, long before she was written down here."""
    add_session(people.anna, day=0)
    return people.anna


def test_a_session_is_told_with_what_was_heard_and_the_moods(
    anna: Patient, alices: Client, people: People
) -> None:
    plan = SessionPlanFactory(patient=anna, version=3)
    sitting = add_session(anna, day=1, plan=plan, ending="stopped", stop_reason="tired")
    for position in range(2):
        TrackPlayFactory(
            patient=anna,
            session=sitting,
            position=position,
            track=people.tracks[position],
            started_at=sitting.started_at,
            seconds_heard=200,
        )
    said = told(alices, anna)
    assert (
        "Tuesday, 3 March 18:00 Sessions A session was held plan version 3; 2 pieces, 7 min" in said
    )
    assert "stopped: tired; valence −0.40 to +0.10, arousal +0.60 to −0.20" in said
    assert said.index("Tuesday, 3 March") < said.index("Monday, 2 March"), "the newest first"


def test_what_staff_and_patient_decided_is_told(
    anna: Patient, alices: Client, people: People
) -> None:
    plan = SessionPlanFactory(
        patient=anna,
        version=1,
        template="sleep",
        created_by=people.bob,
        goals=[{"goal": "Fall asleep", "weight": 1, "levels": ["a", "b", "c", "d", "e"]}],
    )
    at(plan, "created_at")
    paused = PlanStanding.objects.create(
        patient=anna, standing="paused", reason="in hospital", set_by=people.bob
    )
    at(paused, "set_at")
    review = GoalReview.objects.create(
        patient=anna, plan=plan, reviewed_on=NOON.date(), levels=[1], recorded_by=people.bob
    )
    at(review, "recorded_at")
    phone = DeviceFactory(patient=anna, label="Old phone", revoked_at=NOON)
    at(phone, "created_at")
    note = ProgressNote.objects.create(
        patient=anna, format="dap", sections={"data": "a secret"}, written_by=people.bob
    )
    at(note, "written_at")

    said = told(alices, anna)
    for line in (
        "Plan version 1 was prescribed by Bob begun from the template sleep",
        "Listening was paused by Bob in hospital",
        "Goals were reviewed by Bob of 10 March 2026, plan version 1; T-score 60.0",
        "Old phone was connected",
        "Access of Old phone was ended",
        "A progress note was written by Bob",
    ):
        assert line in said, line
    assert "a secret" not in said


def test_a_trial_is_told_and_not_its_arms(anna: Patient, alices: Client, people: People) -> None:
    trial = trial_of(anna, SessionPlanFactory(patient=anna))
    Trial.objects.filter(id=trial.id).update(begun_at=NOON, begun_by=people.bob)
    said = told(alices, anna)
    assert f"A trial of {trial.planned} sessions began by Bob" in said
    TrialDecision.objects.create(
        patient=anna, trial=trial, kind="stopped", words="She moves away.", recorded_by=people.bob
    )
    said = words(alices.get(address_of(anna), {"kind": "trials"}))
    assert "A trial was stopped by Bob She moves away." in said


def test_a_word_of_consent_is_told(anna: Patient, alices: Client) -> None:
    Consent.objects.create(
        patient=anna, scope="pooled-learning", given=False, text_version="7", language="en"
    )
    said = words(alices.get(address_of(anna), {"kind": "consents"}))
    assert "Consent: no to pooled learning on the phone text 7" in said


def test_a_flag_stands_until_someone_sees_to_it(
    anna: Patient, alices: Client, people: People
) -> None:
    flag = SafetyFlag.objects.create(
        patient=anna,
        rule="stopped-feeling-worse",
        rule_version=1,
        severity="attention",
        cause=anna.id,
    )
    at(flag, "raised_at")
    assert f"{flag.definition.title} it stands" in told(alices, anna)
    flag.acknowledged_at, flag.acknowledged_by = NOON + timedelta(hours=2), people.bob
    flag.note = "Called her."
    flag.save()
    said = told(alices, anna)
    assert "it stands" not in said
    assert f"A flag was seen to by Bob {flag.definition.title}. Called her." in said


def test_measures_and_what_was_not_held_are_told(anna: Patient, alices: Client) -> None:
    MeasureResponseFactory(
        patient=anna, answered_at=NOON, state="skipped", answers=None, scores=None
    )
    SessionNotHeldFactory(
        patient=anna, outcome="skipped", skip_reason="no-time", offered_at=NOON, decided_at=NOON
    )
    said = told(alices, anna)
    assert "the patient did not want to answer" in said
    assert "The patient said no to a session no time" in said


def test_versions_of_the_model_and_holds_are_told(
    anna: Patient, alices: Client, people: People
) -> None:
    base = BaseModel.objects.create(
        name="calm",
        version=2,
        learner="relation",
        schema=people.harbour.feature_schema,
        trained_on="simulated listeners",
        simulated=True,
        seed=1,
        weights="x",
        weights_sha256="0" * 64,
        vector_size=4,
    )
    model = PatientModel.objects.create(
        patient=anna, base=base, version=5, vector=b"", support_digest="0" * 64, support_count=9
    )
    at(model, "created_at")
    hold = Hold.objects.create(
        patient=anna, patient_model=model, held_by=people.bob, reason="works well"
    )
    at(hold, "held_at")
    said = told(alices, anna)
    assert "The model was adapted: version 5 rated tracks in it: 9" in said
    assert "which learned from simulated listeners" in said
    assert "Model version 5 was held by Bob works well" in said


def test_one_kind_alone_can_be_read(anna: Patient, alices: Client) -> None:
    plan = SessionPlanFactory(patient=anna)
    at(plan, "created_at")
    said = told(alices, anna, kind="plans")
    assert "was prescribed" in said
    assert "A session was held" not in said
    assert "Nothing of this kind in March 2026." in told(alices, anna, kind="goals")


def test_who_may_not_read_notes_is_not_told_of_them(
    anna: Patient, people: People, signed_in: SignedIn
) -> None:
    note = ProgressNote.objects.create(patient=anna, format="dap", sections={"data": "slept"})
    at(note, "written_at")
    admin = UserFactory(name="Dora")
    MembershipFactory(user=admin, clinic=people.harbour, role="admin")
    said = told(signed_in(admin), anna)
    assert "A session was held" in said
    assert "rogress note" not in said
    assert "A progress note was written" in told(signed_in(people.alice), anna)


def test_it_begins_with_this_month_and_reaches_back_to_the_first_session(
    anna: Patient, alices: Client
) -> None:
    answer = alices.get(address_of(anna))
    this_month = timezone.localdate().strftime("%B %Y")
    assert f"What happened with ANNA in {this_month}" in words(answer)
    months = answer.context["months"]
    assert (months[0], months[-1]) == (
        timezone.localdate().replace(day=1),
        FIRST_DAY.date().replace(day=1),
    )
    assert answer.context["later"] is None
    last = alices.get(address_of(anna), {"month": MARCH})
    assert last.context["earlier"] is None


@pytest.mark.parametrize("month", ["2026-02", "2199-01", "yesterday", "2026-13"])
def test_a_month_in_which_nothing_can_have_happened_is_said(
    month: str, anna: Patient, alices: Client
) -> None:
    assert "Nothing can have happened in the month that was asked for" in told(
        alices, anna, month=month
    )


def test_charlie_finds_nobody(anna: Patient, people: People, signed_in: SignedIn) -> None:
    assert signed_in(people.charlie).get(address_of(anna)).status_code == 404


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered already"):
        sources.register(sources.sources()[0])
