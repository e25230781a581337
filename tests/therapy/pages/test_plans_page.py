"""The page of a patient's session plans: every version, one whole or two side by side."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.people import People
from tests.therapy.pages.reading import words
from therapy.models import Membership
from therapy.plans.services import prescribe

pytestmark = pytest.mark.django_db

CAREFUL: dict[str, Any] = {
    "template": "sleep",
    "epilepsy": "yes",
    "crisis_plan": "Call the ward.",
    "triggers": [{"tag": "bells", "reason": "An accident."}],
    "goals": [{"goal": "Fall asleep", "weight": 2, "levels": ["never", "", "most", "", "always"]}],
    "never_tracks": [],
}


@pytest.fixture
def address(people: People) -> str:
    return reverse("plans", args=[people.anna.id])


def test_before_anything_is_prescribed_the_page_says_so(alices: Client, address: str) -> None:
    assert "No session plan yet" in words(alices.get(address))


def test_what_a_new_version_left_out_is_seen_beside_the_one_before(
    alices: Client, people: People, address: str
) -> None:
    prescribe(patient=people.anna, by=people.bob, **CAREFUL)
    prescribe(patient=people.anna, by=people.bob, template="sleep", minutes=30)
    shown = words(alices.get(address))
    assert "From version 1 to 2" in shown
    assert "Epilepsy yes not asked" in shown
    assert "Crisis plan Call the ward. —" in shown
    assert "Triggers bells: An accident. —" in shown
    assert "Minutes a session 25 30" in shown
    assert "Fade out" not in shown, "what is the same is not repeated"


def test_a_version_is_shown_whole(alices: Client, people: People, address: str) -> None:
    prescribe(patient=people.anna, by=people.bob, **CAREFUL)
    prescribe(patient=people.anna, by=people.bob)
    shown = words(alices.get(address + "?version=1&beside="))
    assert "Fall asleep (weight 2): −2: never; 0: most; +2: always" in shown
    assert "Fade out, seconds 20" in shown
    assert "Epilepsy yes" in shown
    assert shown.count("RG-MBI sheet") == 2


def test_two_equal_versions_and_unknown_ones_are_answered(
    alices: Client, people: People, address: str
) -> None:
    for _ in range(2):
        prescribe(patient=people.anna, by=people.bob, template="pain")
    assert "Both say the same." in words(alices.get(address))
    assert "From version 1 to 2" in words(alices.get(address + "?version=99&beside=x"))


def test_another_clinic_sees_nothing(people: People, address: str) -> None:
    prescribe(patient=people.anna, by=people.bob, **CAREFUL)
    stranger = Client()
    stranger.force_login(people.charlie)
    assert stranger.get(address).status_code == 404


def test_every_role_that_sees_patients_sees_their_plans(people: People, address: str) -> None:
    for role in Membership.Role.values:
        Membership.objects.filter(id=people.therapist.id).update(role=role)
        client = Client()
        client.force_login(people.bob)
        assert client.get(address).status_code == 200
