"""Anna with a row in every table, and Ben, who is simulated."""

import pytest

from tests.factories import MoodRatingFactory, PatientFactory
from tests.people import People
from tests.therapy.rights.everything import fill
from therapy.models import Patient


@pytest.fixture
def filled(people: People) -> People:
    fill(people, people.anna)
    return people


@pytest.fixture
def ben(people: People) -> Patient:
    patient: Patient = PatientFactory(clinic=people.harbour, code="BEN", origin="simulated")
    MoodRatingFactory(patient=patient)
    return patient
