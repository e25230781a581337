"""Clinics, staff, patients and phones come into being by services that refuse with words."""

import hashlib
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests.factories import CatalogueFactory, FeatureSchemaFactory
from tests.people import People
from tests.threads import at_once
from therapy.models import Clinic, Device, Membership, Patient, User
from therapy.people import services

pytestmark = pytest.mark.django_db


def refused(call: pytest.ExceptionInfo[ValidationError]) -> dict[str, list[str]]:
    return call.value.message_dict


def test_a_clinic_has_a_schema_and_catalogues() -> None:
    schema, catalogue = FeatureSchemaFactory(), CatalogueFactory()
    made = services.create_clinic(
        slug="quay", name=" Quay ", feature_schema=schema, catalogues=[catalogue]
    )
    assert (made.name, made.feature_schema, list(made.catalogues.all())) == (
        "Quay",
        schema,
        [catalogue],
    )


@pytest.mark.parametrize(
    ("slug", "name", "field"),
    [("harbour", "Other", "slug"), ("a b", "A", "slug"), ("a", " ", "name")],
)
def test_a_clinic_is_refused_with_the_field_that_is_wrong(
    people: People, slug: str, name: str, field: str
) -> None:
    with pytest.raises(ValidationError) as call:
        services.create_clinic(slug=slug, name=name, feature_schema=people.harbour.feature_schema)
    assert list(refused(call)) == [field]
    assert Clinic.objects.count() == 2


def test_staff_get_an_account_and_a_role_and_can_sign_in_with_the_password(people: People) -> None:
    member, password = services.create_staff(
        clinic=people.harbour, email=" Dora@Example.org ", role="admin", name="Dora"
    )
    assert (member.user.email, member.role, member.clinic) == (
        "dora@example.org",
        "admin",
        people.harbour,
    )
    assert member.user.check_password(password)
    assert len(password) >= 16


def test_no_two_random_passwords_are_alike(people: People) -> None:
    _, one = services.create_staff(clinic=people.harbour, email="d@example.org")
    _, two = services.create_staff(clinic=people.harbour, email="e@example.org")
    assert one != two


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "BOB@example.org"}, "email"),
        ({"email": "no address"}, "email"),
        ({"role": "janitor"}, "role"),
        ({"password": "short"}, "password"),
        ({"password": "password1234"}, "password"),
    ],
)
def test_staff_are_refused_with_the_field_that_is_wrong(
    people: People, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(ValidationError) as call:
        services.create_staff(clinic=people.harbour, **{"email": "d@example.org"} | changes)
    assert list(refused(call)) == [field]
    assert not User.objects.filter(email="d@example.org").exists()


def test_someone_with_an_account_can_work_in_a_second_clinic_but_not_twice_in_one(
    people: People,
) -> None:
    services.add_member(user=people.bob, clinic=people.hill, role="therapist")
    assert people.bob.memberships.count() == 2
    with pytest.raises(ValidationError, match="already"):
        services.add_member(user=people.bob, clinic=people.hill, role="admin")


def test_a_patient_belongs_to_a_clinic_and_may_have_a_therapist_there(people: People) -> None:
    made = services.create_patient(
        clinic=people.harbour, code=" H-2 ", therapist=people.therapist, origin="simulated"
    )
    assert (made.code, made.therapist, made.origin) == ("H-2", people.therapist, "simulated")


def test_two_clinics_may_use_one_code(people: People) -> None:
    assert services.create_patient(clinic=people.hill, code="ANNA") != people.anna


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"code": " "}, "code"),
        ({"code": "x" * 41}, "code"),
        ({"code": "1980-03-01"}, "code"),
        ({"origin": "dream"}, "origin"),
    ],
)
def test_a_patient_is_refused_with_the_field_that_is_wrong(
    people: People, fields: dict[str, str], field: str
) -> None:
    with pytest.raises(ValidationError) as call:
        services.create_patient(clinic=people.harbour, **{"code": "H-2"} | fields)
    assert list(refused(call)) == [field]


def test_a_code_that_is_taken_is_refused(people: People) -> None:
    with pytest.raises(ValidationError, match="already"):
        services.create_patient(clinic=people.harbour, code="ANNA")


def test_a_therapist_of_another_clinic_is_refused(people: People) -> None:
    with pytest.raises(ValidationError) as call:
        services.create_patient(clinic=people.hill, code="C-2", therapist=people.therapist)
    assert refused(call) == {"therapist": ["Bob does not work at Hill Practice."]}


@pytest.mark.django_db(transaction=True)
def test_of_two_patients_made_at_once_with_one_code_one_is_refused_in_words(people: People) -> None:
    def make() -> Patient:
        return services.create_patient(clinic=people.harbour, code="H-2")

    answers = at_once(make, make)
    assert [type(one) for one in answers if isinstance(one, Patient)] == [Patient]
    assert [type(one) for one in answers if not isinstance(one, Patient)] == [ValidationError]


def test_a_token_is_random_marked_and_kept_as_a_hash_only(people: People) -> None:
    device, token = services.issue_device_token(patient=people.anna, label="tablet")
    _, other = services.issue_device_token(patient=people.anna, label="tablet")
    assert token.startswith("attune_")
    assert token != other
    assert len(token) >= len("attune_") + 43  # 256 bits in base64
    assert device.token_sha256 == hashlib.sha256(token.encode()).hexdigest()
    stored = Device.objects.values().get(id=device.id)
    assert token not in str(stored)


def test_revoking_twice_keeps_the_time_of_the_first(people: People) -> None:
    device = people.annas_phone.device
    first = services.revoke_device(device=device).revoked_at
    assert services.revoke_device(device=Device.objects.get(id=device.id)).revoked_at == first


def test_a_phone_is_noted_as_seen_once_a_minute_only(people: People) -> None:
    device = people.annas_phone.device
    services.note_seen(device=device)
    device.refresh_from_db()
    first = device.last_seen_at
    services.note_seen(device=device)
    device.refresh_from_db()
    assert device.last_seen_at == first
    Device.objects.filter(id=device.id).update(last_seen_at=timezone.now() - timedelta(seconds=61))
    device.refresh_from_db()
    services.note_seen(device=device)
    device.refresh_from_db()
    assert device.last_seen_at is not None
    assert first is not None
    assert device.last_seen_at >= first


def test_a_role_is_needed_of_the_known_ones(people: People) -> None:
    with pytest.raises(ValidationError) as call:
        services.add_member(user=people.charlie, clinic=people.harbour, role="guest")
    assert list(refused(call)) == ["role"]
    assert not Membership.objects.filter(user=people.charlie, clinic=people.harbour).exists()
