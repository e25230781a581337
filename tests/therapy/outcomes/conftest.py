"""Harbour with a made-up year of listening, summed."""

import pytest
from django.test import Client

from tests.factories import MembershipFactory, UserFactory
from tests.people import People, settle
from therapy.demonstration.year import Year
from therapy.models import Membership, Patient
from therapy.outcomes.refreshing import refresh


@pytest.fixture
def people(db: None) -> People:
    """Anna counts apart from the made-up people."""
    found = settle()
    Patient.objects.filter(id=found.anna.id).update(origin=Patient.Origin.RESEARCH)
    return found


@pytest.fixture
def year(people: People) -> Year:
    """Of 36 people, whom music moves."""
    made = Year(patients=36, sessions=12, effect=0.15)
    other = MembershipFactory(clinic=people.harbour, role="therapist")
    made.fill(people.harbour, [people.therapist, other])
    refresh(clinic_id=people.harbour.id, report=lambda share, note: None)
    return made


@pytest.fixture
def admins(people: People) -> Client:
    """An admin of Harbour, at her desk."""
    ada = UserFactory(email="ada@example.org", name="Ada")
    MembershipFactory(user=ada, clinic=people.harbour, role=Membership.Role.ADMIN)
    client = Client()
    client.force_login(ada)
    return client
