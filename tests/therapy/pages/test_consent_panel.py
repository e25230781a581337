"""What a patient consents to, on their page."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.people import People, Phone
from tests.therapy.pages.reading import words
from therapy.people.services import record_consent

pytestmark = pytest.mark.django_db


def page_of(client: Client, people: People) -> str:
    return words(client.get(reverse("patient", args=[people.anna.id])))


def decide(phone: Phone, **fields: Any) -> None:
    word = {"id": str(uuid.uuid4()), "text_version": "1", "language": "de"}
    word["decided_at"] = timezone.now().isoformat()
    assert phone.post("consents", word | fields).status_code == 201


def test_never_asked_is_said_of_every_scope(alices: Client, people: People) -> None:
    page = page_of(alices, people)
    for scope in ("Care", "Pooled learning", "Experiments", "Reminders"):
        assert f"{scope} never asked" in page


def test_what_stands_is_said_with_who_and_when_and_which_text(
    alices: Client, people: People
) -> None:
    decide(people.annas_phone, scope="pooled-learning", given=True)
    words_of = {"text_version": "on paper", "language": "en", "patient": people.anna}
    record_consent(scope="reminders", given=True, recorded_by=people.bob, **words_of)
    record_consent(scope="experiments", given=False, **words_of)
    page = page_of(alices, people)
    today = f"{timezone.now():%b %Y}"
    assert "Pooled learning given " in page
    assert f"{today}" in page
    assert ", by the patient, on the phone; text 1 (de)" in page
    assert ", written down by Bob; text on paper (en)" in page
    assert "Experiments refused or taken back" in page
    assert ", written down by who runs this server; text on paper (en)" in page
    assert "Since then chance decides nothing" in page


def test_after_a_no_to_care_it_is_shown_that_nothing_came_and_nothing_went(
    alices: Client, people: People
) -> None:
    session = {"id": str(uuid.uuid4()), "started_at": "2026-03-01T18:30:00Z"}
    assert people.annas_phone.post("sessions", session).status_code == 201
    assert "The last that was stored" not in page_of(alices, people)
    decide(people.annas_phone, scope="care", given=False)
    page = page_of(alices, people)
    assert "Care refused or taken back" in page
    assert "Since then the phone gets no plan and no model" in page
    assert "The last that was stored of this patient arrived" in page
    assert "No model has been delivered since" in page
    decide(people.annas_phone, scope="care", given=True)
    page = page_of(alices, people)
    assert "No model has been delivered since" not in page
    assert "The last that was stored" not in page
