"""The page's download of a patient's record as FHIR."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.factories import MembershipFactory, MoodRatingFactory, SessionPlanFactory
from tests.people import People
from tests.therapy.interchange.reading import resources
from therapy.models import AccessLog, Patient, User

pytestmark = pytest.mark.django_db


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(patient: Patient) -> str:
    return f"/patients/{patient.id}/data/fhir"


def read(answer: Any) -> Any:
    return json.loads(b"".join(answer.streaming_content))


def test_a_therapist_downloads_the_record(people: People) -> None:
    mood = MoodRatingFactory(patient=people.anna)
    bobs = desk(people.bob)
    page = bobs.get(f"/patients/{people.anna.id}/data/").content.decode()
    assert f'action="{address(people.anna)}"' in page
    answer = bobs.get(address(people.anna))
    assert answer.headers["Content-Type"] == "application/fhir+json"
    assert (
        answer.headers["Content-Disposition"]
        == 'attachment; filename="attune-harbour-ANNA.fhir.json"'
    )
    assert "no-store" in answer.headers["Cache-Control"]
    bundle = read(answer)
    assert str(mood.id) in {one["id"] for one in resources(bundle, "Observation")}
    (provenance,) = resources(bundle, "Provenance")
    assert provenance["agent"][0]["who"] == {"display": "Bob"}


def test_free_texts_come_with_a_tick(people: People) -> None:
    SessionPlanFactory(patient=people.anna, indication="zq-sleep")
    bobs = desk(people.bob)
    assert "zq-sleep" not in str(read(bobs.get(address(people.anna))))
    assert "zq-sleep" in str(read(bobs.get(address(people.anna), {"notes": "yes"})))


def test_an_admin_may_not_and_is_not_offered_it(people: People) -> None:
    admins = desk(MembershipFactory(clinic=people.harbour, role="admin").user)
    assert admins.get(address(people.anna)).status_code == 403
    page = admins.get(f"/patients/{people.anna.id}/data/").content.decode()
    assert address(people.anna) not in page


def test_a_stranger_learns_nothing(people: People) -> None:
    assert desk(people.charlie).get(address(people.anna)).status_code == 404


def test_taking_it_is_logged(people: People) -> None:
    desk(people.bob).get(address(people.anna))
    entry = AccessLog.objects.get(patient_id=people.anna.id)
    assert (entry.user_id, entry.address) == (people.bob.id, "patient-fhir")
