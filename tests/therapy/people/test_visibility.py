"""Alice and Bob see Harbour's patients. Charlie sees nobody there, in any way."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django_scopes.exceptions import ScopeError
from django_scopes.state import state

from tests.factories import ListeningSessionFactory, MembershipFactory, UserFactory
from tests.people import People
from therapy.access.acts import Act, roles_that_may
from therapy.access.walls import WithinClinics, inside
from therapy.models import Consent, ListeningSession, Membership, Patient
from therapy.people.visibility import access_of, clinics_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Membership.Role.values)
def test_every_role_sees_the_clinic_and_all_its_patients(people: People, role: str) -> None:
    user = MembershipFactory(clinic=people.harbour, role=role).user
    access = access_of(user, Act.SEE_PATIENTS)
    assert list(clinics_of(user)) == list(access.clinics()) == [people.harbour]
    assert list(access.patients()) == [people.anna]
    assert access.patient(people.anna.id) == people.anna


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", Membership.Role.values)
def test_a_role_that_does_not_allow_an_act_reaches_nobody_for_it(
    people: People, role: Membership.Role, act: Act
) -> None:
    access = access_of(MembershipFactory(clinic=people.harbour, role=role).user, act)
    if role in roles_that_may(act):
        assert access.patient(people.anna.id) == people.anna
        return
    assert not access.patients().exists()
    with pytest.raises(PermissionDenied, match=f"does not let you {act}"):
        access.patient(people.anna.id)


def test_a_stranger_sees_only_their_own(people: People) -> None:
    assert list(clinics_of(people.charlie)) == [people.hill]
    assert list(access_of(people.charlie).patients()) == [people.carl]


def test_a_strangers_patient_and_nobody_are_refused_in_the_same_words(people: People) -> None:
    access = access_of(people.charlie, Act.SEE_PATIENTS)
    with pytest.raises(Http404) as others:
        access.patient(people.anna.id)
    with pytest.raises(Http404) as nobody:
        access.patient(uuid.uuid4())
    assert str(others.value) == str(nobody.value)


def test_who_works_in_two_clinics_has_in_each_the_role_that_they_have_there(people: People) -> None:
    MembershipFactory(user=people.bob, clinic=people.hill, role=Membership.Role.ADMIN)
    assert set(access_of(people.bob, Act.SEE_PATIENTS).patients()) == {people.anna, people.carl}
    assert list(access_of(people.bob, Act.CHANGE_CARE).patients()) == [people.anna]
    assert list(access_of(people.bob, Act.MANAGE_STAFF).clinics()) == [people.hill]


@pytest.mark.parametrize("signed_in", [False, True])
def test_who_works_nowhere_sees_nobody(people: People, signed_in: bool) -> None:
    user = UserFactory() if signed_in else AnonymousUser()
    access = access_of(user, Act.SEE_PATIENTS)
    assert not access.clinics().exists()
    assert not access.patients().exists()
    with pytest.raises(Http404):
        access.patient(people.anna.id)


@pytest.fixture
def nowhere() -> Iterator[None]:
    """Where a request stands that has entered no clinic."""
    entered = state.set(None)
    yield
    state.reset(entered)


@pytest.mark.parametrize("model", [Patient, ListeningSession, Consent])
def test_a_query_that_names_no_clinic_raises(nowhere: None, model: Any) -> None:
    with pytest.raises(ScopeError):
        model.objects.count()
    with pytest.raises(ScopeError):
        model.objects.filter(id=uuid.uuid4() if model is not Consent else 1)


def test_every_record_of_a_patient_stands_within_walls(people: People) -> None:
    """Whatever points to a patient, of any room: a new table cannot forget it."""
    for relation in Patient._meta.related_objects:
        manager = relation.related_model._default_manager
        assert isinstance(manager, WithinClinics), relation.related_model


def test_within_the_walls_of_a_clinic_another_is_not_seen(people: People) -> None:
    ListeningSessionFactory(patient=people.anna)
    with inside([people.hill.id]):
        assert list(Patient.objects.all()) == [people.carl]
        assert not ListeningSession.objects.exists()
        assert not people.anna.sessions.exists()
    with inside([people.harbour.id]):
        assert people.anna.sessions.count() == 1
