"""Text about people is not readable in the database, and keys can be rotated."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection

from tests.people import People
from therapy.encryption import CannotDecrypt, decrypted, encrypted
from therapy.models import SessionPlan
from therapy.plans.services import prescribe

pytestmark = pytest.mark.django_db

WORRY = "afraid of the lift at work"
GOAL = {"goal": "Sleep through", "weight": 1, "levels": ["a", "b", "c", "d", "e"]}


def stored(column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM therapy_sessionplan")
        ((text,),) = cursor.fetchall()
    return str(text)


def new_key() -> str:
    return Fernet.generate_key().decode()


def test_the_database_holds_no_readable_text(people: People) -> None:
    plan = prescribe(patient=people.anna, by=people.bob, indication=WORRY, goals=[GOAL])
    fresh = SessionPlan.objects.get(id=plan.id)
    assert (fresh.indication, fresh.goals) == (WORRY, [GOAL])
    assert "lift" not in stored("indication")
    assert "Sleep" not in stored("goals")
    assert stored("rationale") == ""


def test_an_encrypted_text_cannot_be_searched_for(people: People) -> None:
    with pytest.raises(FieldError, match="encrypted"):
        SessionPlan.objects.filter(indication=WORRY).exists()
    with pytest.raises(FieldError, match="encrypted"):
        SessionPlan.objects.filter(indication__icontains="lift").exists()


def test_another_key_reads_nothing_and_gives_no_ciphertext(people: People, settings: Any) -> None:
    plan = prescribe(patient=people.anna, by=people.bob, indication=WORRY)
    settings.TEXT_KEYS = [new_key()]
    with pytest.raises(CannotDecrypt, match="ATTUNE_TEXT_KEYS"):
        SessionPlan.objects.get(id=plan.id)


def test_a_rotated_key_may_be_taken_away(people: People, settings: Any) -> None:
    prescribe(patient=people.anna, by=people.bob, indication=WORRY, goals=[GOAL])
    old, new = settings.TEXT_KEYS[0], new_key()
    settings.TEXT_KEYS = [new, old]
    assert SessionPlan.objects.get().indication == WORRY
    call_command("rotate_text_keys")
    settings.TEXT_KEYS = [new]
    assert SessionPlan.objects.get().indication == WORRY
    assert SessionPlan.objects.get().goals == [GOAL]


def test_rotating_without_the_old_key_changes_nothing(people: People, settings: Any) -> None:
    prescribe(patient=people.anna, by=people.bob, indication=WORRY)
    before, held = stored("indication"), settings.TEXT_KEYS
    settings.TEXT_KEYS = [new_key()]
    with pytest.raises(CommandError, match="SessionPlan"):
        call_command("rotate_text_keys")
    settings.TEXT_KEYS = held
    assert stored("indication") == before


def test_the_same_text_is_never_the_same_bytes() -> None:
    assert encrypted(WORRY) != encrypted(WORRY)
    assert decrypted(encrypted(WORRY)) == WORRY
    assert encrypted("") == decrypted("") == ""
