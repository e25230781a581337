"""Alice and Bob see Harbour's patients. Charlie sees nobody there, in any way."""

import uuid

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from tests.factories import MembershipFactory, UserFactory
from tests.people import People
from therapy.models import Membership
from therapy.people.access import clinics_of, patient_for, patients_visible_to

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Membership.Role.values)
def test_every_role_sees_the_clinic_and_all_its_patients(people: People, role: str) -> None:
    user = MembershipFactory(clinic=people.harbour, role=role).user
    assert list(clinics_of(user)) == [people.harbour]
    assert list(patients_visible_to(user)) == [people.anna]
    assert patient_for(user, people.anna.id) == people.anna


def test_a_stranger_sees_only_their_own(people: People) -> None:
    assert list(clinics_of(people.charlie)) == [people.hill]
    assert list(patients_visible_to(people.charlie)) == [people.carl]


def test_a_strangers_patient_and_nobody_are_refused_in_the_same_words(people: People) -> None:
    with pytest.raises(Http404) as others:
        patient_for(people.charlie, people.anna.id)
    with pytest.raises(Http404) as nobody:
        patient_for(people.charlie, uuid.uuid4())
    assert str(others.value) == str(nobody.value)


def test_who_works_in_two_clinics_sees_both_and_no_patient_twice(people: People) -> None:
    MembershipFactory(user=people.bob, clinic=people.hill)
    assert set(patients_visible_to(people.bob)) == {people.anna, people.carl}
    assert patients_visible_to(people.bob).count() == 2


@pytest.mark.parametrize("signed_in", [False, True])
def test_who_works_nowhere_sees_nobody(people: People, signed_in: bool) -> None:
    user = UserFactory() if signed_in else AnonymousUser()
    assert not clinics_of(user).exists()
    assert not patients_visible_to(user).exists()
    with pytest.raises(Http404):
        patient_for(user, people.anna.id)
