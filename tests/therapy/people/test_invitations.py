"""Who may invite whom, and that an invitation is used once."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from tests.factories import MembershipFactory, UserFactory
from tests.people import People
from tests.threads import at_once
from therapy.models import Clinic, Invitation, Membership, User
from therapy.people.invitations import (
    accept_invitation,
    accept_with_new_account,
    invitation_of,
    invite,
    pending_invitations,
    revoke_invitation,
)
from therapy.people.staff import change_role, end_membership, managing

PASSWORD = "correct horse battery"


def role_of(user: User, clinic: Clinic) -> Membership:
    return Membership.objects.get(user=user, clinic=clinic)


@pytest.fixture
def owner(people: People) -> Membership:
    """Alice's."""
    return role_of(people.alice, people.harbour)


@pytest.fixture
def admin(people: People) -> Membership:
    member: Membership = MembershipFactory(clinic=people.harbour, role="admin")
    return member


def said(call: Any, **arguments: Any) -> dict[str, list[str]]:
    """What a service refuses with, by field."""
    with pytest.raises(ValidationError) as refused:
        call(**arguments)
    return dict(refused.value.message_dict)


@pytest.mark.django_db
def test_only_owners_and_admins_manage_and_only_their_own_clinic(
    people: People, admin: Membership
) -> None:
    assert managing(people.alice, "harbour").role == "owner"
    assert managing(admin.user, "harbour").role == "admin"
    told = set()
    for user, slug in ((people.bob, "harbour"), (people.charlie, "harbour"), (people.alice, "x")):
        with pytest.raises(Http404) as refused:
            managing(user, slug)
        told.add(str(refused.value))
    assert len(told) == 1


@pytest.mark.django_db
def test_the_token_is_kept_as_a_hash_and_lasts_seven_days(owner: Membership) -> None:
    invitation, token = invite(by=owner, email=" Dora@Example.org ", role="therapist")
    assert invitation.email == "dora@example.org"
    assert token not in str(Invitation.objects.values())
    assert invitation_of(token=token) == invitation
    assert invitation_of(token=token[:-1]) is None
    left = invitation.expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("email", "role", "field", "words"),
    [
        ("nonsense", "therapist", "email", "valid email"),
        ("", "therapist", "email", "blank"),
        ("a\0b@example.org", "therapist", "email", "null"),
        ("d@example.org", "boss", "role", "not a valid choice"),
        ("bob@example.org", "therapist", "email", "works at the clinic already"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_told_by_field(
    owner: Membership, email: str, role: str, field: str, words: str
) -> None:
    assert words in " ".join(said(invite, by=owner, email=email, role=role)[field])
    assert not Invitation.objects.exists()


@pytest.mark.django_db
def test_an_admin_gives_and_takes_every_role_but_the_owners(
    people: People, owner: Membership, admin: Membership
) -> None:
    invite(by=admin, email="d@example.org", role="admin")
    words = {"role": ["Only an owner can make someone an owner, or end that."]}
    assert said(invite, by=admin, email="e@example.org", role="owner") == words
    assert said(change_role, membership=admin, role="owner", by=admin) == words
    assert said(change_role, membership=owner, role="therapist", by=admin) == words
    assert said(end_membership, membership=owner, by=admin) == words
    change_role(membership=people.therapist, role="admin", by=admin)
    assert role_of(people.bob, people.harbour).role == "admin"


@pytest.mark.django_db
def test_the_last_owner_stays(people: People, owner: Membership) -> None:
    words = {"role": ["A clinic needs an owner: make someone else one first."]}
    assert said(change_role, membership=owner, role="admin", by=owner) == words
    assert said(end_membership, membership=owner, by=owner) == words
    change_role(membership=people.therapist, role="owner", by=owner)
    end_membership(membership=owner, by=owner)
    assert not Membership.objects.filter(user=people.alice).exists()


@pytest.mark.django_db
def test_someone_of_another_clinic_is_out_of_reach(people: People, owner: Membership) -> None:
    charlies = role_of(people.charlie, people.hill)
    for attempt in (
        lambda: change_role(membership=charlies, role="admin", by=owner),
        lambda: end_membership(membership=charlies, by=owner),
    ):
        with pytest.raises(Http404):
            attempt()
    assert role_of(people.charlie, people.hill).role == "owner"


@pytest.mark.django_db
def test_ending_someones_work_leaves_their_patients_without_a_therapist(
    people: People, owner: Membership
) -> None:
    end_membership(membership=people.therapist, by=owner)
    people.anna.refresh_from_db()
    assert people.anna.therapist is None
    assert User.objects.filter(email="bob@example.org").exists()


@pytest.mark.django_db
def test_a_newcomer_joins_once(people: People, owner: Membership) -> None:
    invitation, _ = invite(by=owner, email="dora@example.org", role="therapist")
    joined = accept_with_new_account(invitation=invitation, name=" Dora ", password=PASSWORD)
    assert (joined.user.name, joined.role, joined.clinic) == ("Dora", "therapist", people.harbour)
    assert joined.user.check_password(PASSWORD)
    assert said(accept_invitation, invitation=invitation, user=joined.user) == {
        "invitation": ["This invitation was used already."]
    }


@pytest.mark.django_db
def test_nobody_joins_with_anothers_invitation(people: People, owner: Membership) -> None:
    invitation, _ = invite(by=owner, email="charlie@example.org", role="therapist")
    stranger = UserFactory()
    assert "for charlie@example.org" in str(
        said(accept_invitation, invitation=invitation, user=stranger)
    )
    accept_invitation(invitation=invitation, user=people.charlie)
    assert role_of(people.charlie, people.harbour).role == "therapist"


@pytest.mark.django_db
def test_what_is_over_opens_nothing(owner: Membership) -> None:
    first, _ = invite(by=owner, email="d@example.org", role="therapist")
    second, _ = invite(by=owner, email="d@example.org", role="admin")
    third, _ = invite(by=owner, email="e@example.org", role="admin")
    revoke_invitation(invitation=second)
    Invitation.objects.filter(id=third.id).update(expires_at=timezone.now())
    for invitation in (first, second):
        told = said(accept_with_new_account, invitation=invitation, name="D", password=PASSWORD)
        assert told == {"invitation": ["This invitation was taken back."]}
    told = said(accept_with_new_account, invitation=third, name="E", password=PASSWORD)
    assert told == {"invitation": ["This invitation has run out."]}
    assert not pending_invitations(owner.clinic).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_it_at_once_one_joins(people: People) -> None:
    owner = role_of(people.alice, people.harbour)
    invitation, _ = invite(by=owner, email="dora@example.org", role="therapist")

    def join() -> Membership:
        return accept_with_new_account(invitation=invitation, name="Dora", password=PASSWORD)

    answers = at_once(join, join)
    assert sorted(type(answer).__name__ for answer in answers) == ["Membership", "ValidationError"]
    assert User.objects.filter(email="dora@example.org").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_end_each_others_work_at_once(people: People) -> None:
    alices = role_of(people.alice, people.harbour)
    bobs = people.therapist
    change_role(membership=bobs, role="owner", by=alices)
    at_once(
        lambda: end_membership(membership=bobs, by=alices),
        lambda: end_membership(membership=alices, by=bobs),
    )
    assert Membership.objects.filter(clinic=people.harbour, role="owner").count() == 1
