"""A clinic is told whether adapting helps there: measured by a job, kept, on the outcomes page."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Count
from django.test import Client
from django.utils import timezone

import worker.tasks
from adaptation.benefits import FIRST, ask_where_due, measure_clinic
from adaptation.learning import early_ratings
from adaptation.learning.bases import Base
from adaptation.learning.benefit import SHOTS, benefits
from adaptation.models import BenefitMeasurement, TrainingMembership
from adaptation.supports import Unreadable, supports_of
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, UserFactory
from tests.practice import Practice, release_small
from tests.trained import SCHEMA
from therapy.models import Clinic, Patient
from therapy.people.services import record_consent
from worker.models import Job

pytestmark = pytest.mark.django_db
PAGE = "/outcomes/practice/"


def silent(share: float, note: str) -> None:
    pass


@pytest.fixture
def listeners(practice: Practice) -> list[Patient]:
    """Twelve who rated twelve pieces each, in two sittings."""
    found = []
    for number in range(12):
        patient = PatientFactory(clinic=practice.clinic, origin="simulated")
        for half in (practice.tracks[:6], practice.tracks[6:]):
            rated = [(track, 1 + (number + place) % 5) for place, track in enumerate(half)]
            practice.sit(*rated, before=(-0.3, 0.4), after=(0.1 * (number % 3), 0), patient=patient)
        found.append(patient)
    return found


@pytest.fixture
def owners(practice: Practice) -> Client:
    olga = UserFactory(email="olga@example.org")
    MembershipFactory(user=olga, clinic=practice.clinic, role="owner")
    client = Client()
    client.force_login(olga)
    return client


def measured(practice: Practice, origin: str = "simulated") -> BenefitMeasurement:
    return BenefitMeasurement.objects.get(clinic=practice.clinic, origin=origin)


def test_the_page_shows_what_the_learners_own_measure_finds(
    practice: Practice, base: Base, listeners: list[Patient], owners: Client
) -> None:
    measure_clinic(clinic_id=practice.clinic.id, report=silent)
    listed = sorted(listener.id for listener in listeners)
    read = supports_of(listed, practice.base.schema)
    histories = [one for one in (read[key] for key in listed) if not isinstance(one, Unreadable)]
    wanted = benefits(base, histories, SCHEMA.columns, lambda done, due: None)
    answer = owners.get(f"{PAGE}model.csv?origin=simulated")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(rows) == len(wanted) >= len(SHOTS)
    for row, one in zip(rows, wanted, strict=True):
        assert (int(row["shots"]), int(row["people"])) == (one.shots, 12)
        assert float(row["difference"]) == pytest.approx(one.difference, abs=1e-5)
        assert float(row["difference_high"]) == pytest.approx(one.high, abs=1e-5)
        better, worse = one.high < 0, one.low > 0
        assert (row["verdict"] == "adapting is better") == better
        assert (row["verdict"] == "adapting is worse") == worse
    assert "Does adapting help here?" in owners.get(PAGE).content.decode()


def test_too_few_is_said_in_words(practice: Practice, owners: Client) -> None:
    said = "This was not measured yet."
    assert said in owners.get(PAGE).content.decode()
    measure_clinic(clinic_id=practice.clinic.id, report=silent)
    page = owners.get(PAGE).content.decode()
    assert said not in page
    assert "0 people have rated more than 10 tracks; at least 10." in page


def test_people_whom_the_base_was_trained_on_are_not_asked(
    practice: Practice, listeners: list[Patient]
) -> None:
    for listener in listeners[:2]:
        consent = record_consent(
            patient=listener, scope="pooled-learning", given=True, text_version="1", language="en"
        )
        TrainingMembership.objects.create(
            base=practice.base, patient=listener, consent=consent, ratings_used=12
        )
    measure_clinic(clinic_id=practice.clinic.id, report=silent)
    assert {one["people"] for one in measured(practice).benefits} == {10}


def test_measuring_again_takes_the_place_of_what_was(
    practice: Practice, listeners: list[Patient]
) -> None:
    for _ in range(2):
        measure_clinic(clinic_id=practice.clinic.id, report=silent)
    assert BenefitMeasurement.objects.filter(clinic=practice.clinic).count() == 3
    assert measured(practice, "care").benefits == []


def test_a_job_does_it_once_a_week_and_when_a_base_is_new(
    practice: Practice, base: Base, listeners: list[Patient]
) -> None:
    jobs = Job.objects.filter(kind="measure_benefit")

    def asked() -> int:
        jobs.delete()
        ask_where_due()
        return jobs.count()

    assert asked() == 1
    worker.tasks.measure_benefit(str(jobs.get().id))
    assert jobs.get().state == Job.State.SUCCEEDED
    assert measured(practice).base == practice.base
    assert asked() == 0
    BenefitMeasurement.objects.update(measured_at=timezone.now() - timedelta(days=8))
    assert asked() == 1
    measure_clinic(clinic_id=practice.clinic.id, report=silent)
    release_small(base)
    assert asked() == 1


def test_the_button_asks_for_it(practice: Practice, owners: Client) -> None:
    Job.objects.all().delete()  # of the release
    owners.post(f"{PAGE}refresh/")
    asked: Any = Job.objects.values_list("kind").annotate(number=Count("id"))
    assert dict(asked) == {"measure_benefit": 1, "refresh_outcomes": 1}


def test_a_clinic_that_is_gone_or_has_no_base_is_no_error(db: None) -> None:
    measure_clinic(clinic_id=uuid4(), report=silent)
    clinic: Clinic = ClinicFactory()
    measure_clinic(clinic_id=clinic.id, report=silent)
    assert not BenefitMeasurement.objects.exists()


def test_the_words_on_the_page_say_what_the_learners_do() -> None:
    assert FIRST == early_ratings.FIRST
