"""The pages of who runs the installation."""

from datetime import UTC, datetime
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings as site_settings
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import CatalogueFactory, UserFactory
from tests.people import People
from tests.therapy.pages.reading import words
from therapy.accounts.second_factor import has_second_factor
from therapy.models import Clinic, Invitation, Membership, Patient, User
from therapy.operation.site import site
from therapy.people.invitations import invite_owner
from therapy.rights.rows import tables
from worker.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(people: People) -> User:
    user: User = UserFactory(
        email="olga@example.org", name="Olga", is_superuser=True, is_staff=True
    )
    return user


@pytest.fixture
def olgas(operator: User) -> Client:
    client = Client()
    client.force_login(operator)
    return client


def listed(name: str) -> str:
    return reverse(f"admin:{name}_changelist")


def test_no_page_is_about_a_patients_rows() -> None:
    assert not {Patient, *tables()} & set(site._registry)


@pytest.mark.parametrize("model", sorted(site._registry, key=lambda one: one._meta.label))
def test_every_list_and_every_row_can_be_opened(olgas: Client, people: People, model: Any) -> None:
    invite_owner(clinic=people.hill, email="dora@example.org", by=User.objects.get(name="Olga"))
    Job.objects.create(kind="adapt_patient", key="adapt_patient:1", run_after=timezone.now())
    page = olgas.get(listed(model._meta.label_lower.replace(".", "_")))
    assert page.status_code == 200
    assert people.anna.code not in page.content.decode()
    row = model.objects.first()
    if row is not None:
        name = f"admin:{model._meta.label_lower.replace('.', '_')}_change"
        assert olgas.get(reverse(name, args=[row.pk])).status_code == 200


def test_an_operator_needs_a_second_factor_too(people: People) -> None:
    user = UserFactory(is_superuser=True)
    user.authenticator_set.all().delete()
    client = Client()
    client.force_login(user)
    assert client.get("/operation/").headers["Location"] == reverse("mfa_index")


def test_there_is_no_second_way_to_sign_in(client: Client, people: People) -> None:
    asked = client.get("/operation/therapy/clinic/", follow=True)
    assert asked.redirect_chain[-1][0] == "/sign-in/?next=/operation/therapy/clinic/"
    tried = client.post("/operation/login/", {"username": "olga@example.org", "password": "x"})
    assert tried.headers["Location"].startswith("/sign-in/")


def test_a_clinic_is_opened_and_its_owner_invited(olgas: Client, people: People) -> None:
    catalogue = CatalogueFactory(slug="third")
    answer = olgas.post(
        reverse("admin:therapy_clinic_add"),
        {
            "slug": "meadow",
            "name": "Meadow Practice",
            "feature_schema": people.harbour.feature_schema_id,
            "catalogues": [str(catalogue.id)],
            "owner": "Dora@example.org",
        },
        follow=True,
    )
    assert "dora@example.org is invited to own Meadow Practice" in answer.content.decode()
    clinic = Clinic.objects.get(slug="meadow")
    assert list(clinic.catalogues.all()) == [catalogue]
    invitation = Invitation.objects.get(clinic=clinic)
    assert (invitation.role, invitation.email) == ("owner", "dora@example.org")
    assert "/invitations/" in mail.outbox[0].body


def test_a_slug_that_is_taken_is_refused_on_the_form(olgas: Client, people: People) -> None:
    answer = olgas.post(
        reverse("admin:therapy_clinic_add"),
        {"slug": "harbour", "name": "X", "feature_schema": people.harbour.feature_schema_id},
    )
    assert answer.status_code == 200
    assert "already exists" in answer.content.decode()
    assert Clinic.objects.count() == 2


def test_a_clinic_is_renamed_and_keeps_its_slug(olgas: Client, people: People) -> None:
    olgas.post(
        reverse("admin:therapy_clinic_change", args=[people.hill.id]),
        {
            "slug": "stolen",
            "name": "Hilltop",
            "catalogues": [str(one.id) for one in people.hill.catalogues.all()],
        },
    )
    people.hill.refresh_from_db()
    assert (people.hill.slug, people.hill.name) == ("hill", "Hilltop")


def test_only_operators_invite_to_any_clinic(people: People) -> None:
    with pytest.raises(PermissionDenied):
        invite_owner(clinic=people.hill, email="x@example.org", by=people.alice)


def test_a_closed_account_is_shut_out_at_once(olgas: Client, people: People) -> None:
    bobs = Client()
    bobs.force_login(people.bob)
    assert bobs.get("/").status_code == 200
    olgas.post(reverse("admin:therapy_user_change", args=[people.bob.pk]), {"name": "Mallory"})
    people.bob.refresh_from_db()
    assert (people.bob.is_active, people.bob.name) == (False, "Bob")
    assert bobs.get("/").headers["Location"].startswith("/sign-in/")


def test_nobody_closes_their_own_account(olgas: Client, operator: User) -> None:
    olgas.post(reverse("admin:therapy_user_change", args=[operator.pk]), {})
    operator.refresh_from_db()
    assert operator.is_active


def test_second_factors_are_taken_away_from_others_only(
    olgas: Client, people: People, operator: User
) -> None:
    chosen = {
        "action": "take_away_second_factors",
        "_selected_action": [people.bob.pk, operator.pk],
    }
    assert has_second_factor(people.bob)
    answer = olgas.post(listed("therapy_user"), chosen, follow=True)
    assert "bob@example.org will set up" in answer.content.decode()
    assert not has_second_factor(people.bob)
    assert has_second_factor(operator)


def test_someone_locked_out_is_let_in_again(olgas: Client, people: People) -> None:
    AccessAttempt.objects.create(
        username=people.bob.email,
        ip_address="203.0.113.9",
        failures_since_start=site_settings.AXES_FAILURE_LIMIT,
        attempt_time=datetime(2026, 3, 1, tzinfo=UTC),
    )
    chosen = {"action": "let_in_again", "_selected_action": [people.bob.pk]}
    olgas.post(listed("therapy_user"), chosen)
    assert not AccessAttempt.objects.filter(username=people.bob.email).exists()


def test_failed_work_is_tried_again_where_it_was_chosen(olgas: Client, people: People) -> None:
    failed = [
        Job.objects.create(
            kind="adapt_patient", key=key, run_after=timezone.now(), state=Job.State.FAILED
        )
        for key in ("one", "two")
    ]
    chosen = {"action": "try_again", "_selected_action": [str(failed[0].id)]}
    answer = olgas.post(listed("worker_job"), chosen, follow=True)
    assert "1 of those chosen had failed" in answer.content.decode()
    states = dict(Job.objects.filter(key__in=["one", "two"]).values_list("id", "state"))
    assert states[failed[0].id] == Job.State.SUPERSEDED
    assert states[failed[1].id] == Job.State.FAILED
    assert Job.objects.get(key="one", state=Job.State.QUEUED)


def test_what_an_operator_must_not_do_is_not_offered(olgas: Client, people: People) -> None:
    for name in ("therapy_user_delete", "therapy_clinic_delete", "therapy_membership_delete"):
        pk = {"user": people.bob.pk, "clinic": people.hill.pk}.get(
            name.split("_")[1], people.therapist.pk
        )
        assert olgas.post(reverse(f"admin:{name}", args=[pk]), {"post": "yes"}).status_code == 403
    assert Membership.objects.filter(pk=people.therapist.pk).exists()


def test_words_for_staff_who_come_here_fit(people: People) -> None:
    client = Client()
    client.force_login(people.bob)
    refused = client.get("/operation/")
    assert refused.status_code == 403
    said = words(refused)
    assert "These pages are for who runs this installation." in said
    assert "No role in a clinic opens them." in said
    assert "ask the owner" not in said


@pytest.mark.parametrize("required", [True, False])
def test_where_no_second_factor_is_asked_for_every_page_says_so(
    olgas: Client, settings: Any, required: bool
) -> None:
    settings.SECOND_FACTOR_REQUIRED = required
    for address in ("/operation/", listed("therapy_clinic")):
        page = olgas.get(address).content.decode()
        assert ("No second factor is asked for" in page) is not required


def test_times_are_those_of_a_day_of_24_hours(olgas: Client, operator: User) -> None:
    operator.last_login = datetime(2026, 3, 1, 20, 5, tzinfo=UTC)
    operator.save()
    page = olgas.get(listed("therapy_user")).content.decode()
    assert "1 Mar 2026, 20:05" in page
    assert "p.m." not in page
