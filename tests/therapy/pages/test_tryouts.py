"""What makes tryouts is registered once; without it the form says so."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.people import People
from tests.therapy.pages.reading import words
from therapy.pages import tryouts
from therapy.pages.plan_editor.beginning import begun

pytestmark = pytest.mark.django_db


def test_a_second_maker_is_refused() -> None:
    with pytest.raises(ValueError, match="Tryouts are made already"):
        tryouts.register(tryouts.make_tryout)


def test_an_installation_without_models_says_so(
    alices: Client, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tryouts, "_makers", [])
    sent = dict(begun(people.anna, None).lists()) | {"step": "try"}
    answer = alices.post(reverse("write-plan", args=[people.anna.id]), sent)
    assert "This installation publishes no models, so there is nothing to try." in words(answer)
