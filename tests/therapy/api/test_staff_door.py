"""Who comes in to the staff API: a session with a second factor; to write, the CSRF token too."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import MembershipFactory, UserFactory
from tests.people import People, Phone
from tests.signing_in import sign_in
from tests.staff import Staff
from tests.therapy.sessions.reports import refusals
from therapy.audit.models import AccessLog, WriteLog
from therapy.models import Patient

pytestmark = pytest.mark.django_db

NEW = {"code": "H-014"}


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_nobody_is_answered_401_in_json(people: People) -> None:
    answer = Client().get("/api/v1/clinics")
    assert code_of(answer) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Session")


def test_a_phones_token_is_not_for_staffs_addresses(people: People, phone: Phone) -> None:
    answer = phone.get("clinics")
    assert code_of(answer) == (401, "session_wanted")
    assert "for staff" in answer.json()["detail"]
    assert "Session" in answer.headers["WWW-Authenticate"]
    assert "again" not in str(answer.json()), "nothing that reads as: connect the phone again"


def test_without_a_second_factor_nothing_is_told(people: People) -> None:
    user = UserFactory(second_factor=False)
    MembershipFactory(user=user, clinic=people.harbour, role="owner")
    newcomer = Staff(user)
    assert code_of(newcomer.get("clinics")) == (403, "second_factor_required")
    assert code_of(newcomer.post("clinics/harbour/patients", NEW)) == (
        403,
        "second_factor_required",
    )
    assert not AccessLog.objects.exists()


def test_a_demonstration_may_do_without_a_second_factor(people: People, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    user = UserFactory(second_factor=False)
    MembershipFactory(user=user, clinic=people.harbour)
    assert Staff(user).get("clinics").status_code == 200


def test_what_writes_without_the_csrf_token_is_refused(people: People) -> None:
    careful = Staff(people.bob, Client(enforce_csrf_checks=True))
    assert careful.get("clinics/harbour/patients").status_code == 200, "reading needs none"
    assert code_of(careful.post("clinics/harbour/patients", NEW)) == (403, "csrf_failed")
    wrong = careful.post("clinics/harbour/patients", NEW, X_CSRFToken="x" * 32)
    assert code_of(wrong) == (403, "csrf_failed")
    assert not Patient.objects.filter(code="H-014").exists()


def test_a_script_signs_in_as_a_browser_does_and_writes(people: People) -> None:
    script = Client()
    sign_in(script, people.bob)
    script.handler.enforce_csrf_checks = True
    token = script.get("/").wsgi_request.META["CSRF_COOKIE"]
    answer = script.post(
        "/api/v1/clinics/harbour/patients",
        NEW,
        content_type="application/json",
        headers={"X-CSRFToken": token},
    )
    assert answer.status_code == 201, answer.content


def test_a_role_that_does_not_allow_it_is_told_which_act_it_was(people: People) -> None:
    admin = Staff(MembershipFactory(clinic=people.harbour, role="admin").user)
    assert admin.get("clinics/harbour/patients").status_code == 200
    refused = admin.post("clinics/harbour/patients", NEW)
    assert code_of(refused) == (403, "permission_denied")
    assert "change what a patient is given" in refused.json()["detail"]


def test_the_role_that_counts_is_the_one_in_that_clinic(people: People, bob: Staff) -> None:
    MembershipFactory(user=people.bob, clinic=people.hill, role="admin")
    assert bob.post("clinics/harbour/patients", NEW).status_code == 201
    assert code_of(bob.post("clinics/hill/patients", NEW)) == (403, "permission_denied")


def test_strangers_and_nothing_are_answered_in_the_same_words(people: People, bob: Staff) -> None:
    strange, none = bob.get("clinics/hill/patients"), bob.get("clinics/no-such/patients")
    assert code_of(strange) == (404, "not_found")
    assert strange.json() == none.json()


def test_my_clinics_say_my_role_and_what_it_allows(people: People, bob: Staff) -> None:
    MembershipFactory(user=people.bob, clinic=people.hill, role="admin")
    harbour, hill = bob.rows("clinics")
    assert (harbour["slug"], harbour["role"]) == ("harbour", "therapist")
    assert harbour["membership"] == people.therapist.id
    assert "change-care" in harbour["may"]
    assert (hill["slug"], hill["may"]) == (
        "hill",
        ["see-patients", "manage-staff", "see-outcomes", "see-jobs", "manage-catalogue"],
    )


def test_what_was_shown_and_written_is_in_the_audit(people: People, bob: Staff) -> None:
    bob.get(f"patients/{people.anna.id}/mood-ratings")
    bob.get("clinics/harbour/patients")
    seen = AccessLog.objects.order_by("id").values_list("user", "patient_id", "address")
    assert list(seen) == [
        (people.bob.id, people.anna.id, "staff-api:mood-ratings"),
        (people.bob.id, None, "staff-api:patients"),
    ]
    bob.post(f"patients/{people.anna.id}/plans", {"template": "sleep"})
    written = WriteLog.objects.filter(patient_id=people.anna.id, user=people.bob)
    assert written.filter(action="create").exists()


def test_one_patient_is_no_list_of_them(people: People, bob: Staff) -> None:
    bob.get(f"patients/{people.anna.id}")
    assert list(AccessLog.objects.values_list("patient_id", flat=True)) == [people.anna.id]


def test_nothing_stays_in_a_cache(people: People, bob: Staff) -> None:
    kept = bob.get(f"patients/{people.anna.id}").headers["Cache-Control"]
    assert "no-store" in kept
    assert "private" in kept


def test_a_body_that_is_no_json_is_refused(people: People, bob: Staff) -> None:
    answer = bob.client.post("/api/v1/clinics/harbour/patients", {"code": "H-1"})
    assert code_of(answer) == (415, "unsupported_media_type")
    assert refusals(bob.post("clinics/harbour/patients", [1]), 400)
