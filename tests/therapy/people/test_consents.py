"""Consent: added to, never changed; the newest word of a scope stands."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from tests.factories import PatientFactory
from tests.people import People
from therapy.append_only import NeverChanged
from therapy.models import Consent, Patient
from therapy.people.selectors import consents_to, patients_consenting
from therapy.people.services import record_consent

pytestmark = pytest.mark.django_db

POOLED = Consent.Scope.POOLED_LEARNING


def say(patient: Patient, given: bool = True, scope: str = POOLED, **fields: Any) -> Consent:
    words: dict[str, Any] = {"text_version": "2026-1", "language": "en"}
    return record_consent(patient=patient, scope=scope, given=given, **words | fields)


# What stands


def test_nobody_who_was_not_asked_consents(people: People) -> None:
    assert not any(consents_to(people.anna, scope) for scope in Consent.Scope.values)
    assert not patients_consenting(people.harbour, POOLED).exists()


def test_the_newest_word_stands_and_the_older_ones_stay(people: People) -> None:
    for given in (True, False, True, False):
        say(people.anna, given)
        assert consents_to(people.anna, POOLED) is given
        assert list(patients_consenting(people.harbour, POOLED)) == [people.anna] * given
    assert [row.given for row in people.anna.consents.order_by("id")] == [True, False, True, False]


def test_the_newest_word_is_the_last_recorded_whatever_the_clock_did(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = say(people.anna)
    monkeypatch.setattr("django.utils.timezone.now", lambda: first.recorded_at.replace(year=2001))
    assert say(people.anna, False).recorded_at < first.recorded_at
    assert not consents_to(people.anna, POOLED)


@pytest.mark.parametrize("scope", Consent.Scope.values)
def test_a_scope_says_nothing_of_the_others(people: People, scope: str) -> None:
    say(people.anna, scope=scope)
    assert [other for other in Consent.Scope.values if consents_to(people.anna, other)] == [scope]


def test_consents_are_the_patients_and_the_clinics_own(people: People) -> None:
    other = PatientFactory(clinic=people.harbour, code="OTTO")
    for patient in (people.anna, people.carl, other):
        say(patient)
    say(other, False)
    assert list(patients_consenting(people.harbour, POOLED)) == [people.anna]
    assert list(patients_consenting(people.hill, POOLED)) == [people.carl]


def test_who_consents_is_one_query_however_many_they_are(
    people: People, django_assert_num_queries: Any
) -> None:
    for _ in range(5):
        say(PatientFactory(clinic=people.harbour))
    with django_assert_num_queries(1):
        assert len(patients_consenting(people.harbour, POOLED)) == 5


# Recording


def test_what_was_read_and_who_wrote_it_down_is_kept(people: People) -> None:
    consent = say(people.anna, text_version=" 2026-2 ", language="pt-BR", recorded_by=people.bob)
    consent.refresh_from_db()
    assert (consent.text_version, consent.language) == ("2026-2", "pt-BR")
    assert (consent.recorded_by, consent.given) == (people.bob, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scope", "everything"),
        ("scope", ""),
        ("text_version", "  "),
        ("text_version", "v" * 41),
        ("language", "English please"),
        ("language", ""),
        ("language", "en\n"),
        ("given", None),
    ],
)
def test_nonsense_is_refused_by_its_field(people: People, field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        say(people.anna, **{field: value})
    assert list(refused.value.message_dict) == [field]
    assert not Consent.objects.exists()


def test_a_stranger_cannot_record_it(people: People) -> None:
    with pytest.raises(ValidationError, match="Charlie does not work at Harbour Practice"):
        say(people.anna, recorded_by=people.charlie)
    assert not Consent.objects.exists()


# Never changed


def _save_again(consent: Consent) -> None:
    consent.given = False
    consent.save()


def _save_another_under_its_key(consent: Consent) -> None:
    words = {"scope": POOLED, "given": False, "text_version": "1", "language": "en"}
    Consent(id=consent.id, patient=consent.patient, **words).save()


def _update_past_the_model(consent: Consent) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE therapy_consent SET given = %s", [False])


CHANGES: dict[str, Callable[[Consent], Any]] = {
    "save": _save_again,
    "save under its key": _save_another_under_its_key,
    "delete": lambda consent: consent.delete(),
    "update of rows": lambda consent: Consent.objects.update(given=False),
    "update of a patient's": lambda consent: consent.patient.consents.update(given=False),
    "bulk update": lambda consent: Consent.objects.bulk_update([consent], ["given"]),
    "delete of rows": lambda consent: Consent.objects.all().delete(),
    "update or create": lambda consent: Consent.objects.update_or_create(
        id=consent.id, defaults={"given": False}
    ),
    "delete with the patient": lambda consent: consent.patient.delete(),
    "SQL": _update_past_the_model,
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_recorded_cannot_be_changed(people: People, change: str) -> None:
    consent = say(people.anna)
    before = list(Consent.objects.values())
    with (
        pytest.raises((NeverChanged, ProtectedError, IntegrityError)),
        transaction.atomic(),
    ):
        CHANGES[change](consent)
    assert list(Consent.objects.values()) == before


@pytest.mark.parametrize("fields", [{"scope": "everything"}, {"text_version": ""}], ids=str)
def test_the_database_refuses_what_goes_past_the_service(
    people: People, fields: dict[str, str]
) -> None:
    good = {"scope": "care", "given": True, "text_version": "1", "language": "en"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(patient=people.anna, **good | fields)


# The command


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("record_consent", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_records_and_says_what_it_recorded(people: People) -> None:
    about = ["--patient=harbour/ANNA", "--scope=pooled-learning", "--text-version=2026-1"]
    said = run(*about, "--given", "--language=de", f"--by={people.bob.email}")
    assert said.startswith("ANNA: pooled-learning given on ")
    assert said.endswith("text 2026-1 (de).\n")
    assert consents_to(people.anna, POOLED)
    assert Consent.objects.get().recorded_by == people.bob
    assert "ANNA: pooled-learning withdrawn" in run(*about, "--withdrawn")
    assert not consents_to(people.anna, POOLED)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"--patient": "harbour/NOBODY"}, "There is no patient 'harbour/NOBODY'"),
        ({"--by": "nobody@example.org"}, "Nobody has the address nobody@example.org"),
        ({"--by": "charlie@example.org"}, "recorded_by: Charlie does not work at Harbour Practice"),
        ({"--language": "English please"}, "language: Must be a tag"),
        ({"--scope": "everything"}, "invalid choice: 'everything'"),
        ({"--text-version": ""}, "text_version: This field cannot be blank"),
    ],
    ids=str,
)
def test_the_command_refuses_in_words(
    people: People, arguments: dict[str, str], words: str
) -> None:
    usual = {"--patient": "harbour/ANNA", "--scope": "care", "--text-version": "1"}
    with pytest.raises(CommandError, match=words):
        run("--given", *(f"{name}={value}" for name, value in (usual | arguments).items()))
    assert not Consent.objects.exists()


@pytest.mark.parametrize("answers", [[], ["--given", "--withdrawn"]], ids=str)
def test_the_answer_is_yes_or_no(people: People, answers: list[str]) -> None:
    with pytest.raises(CommandError):
        run("--patient=harbour/ANNA", "--scope=care", "--text-version=1", *answers)
    assert not Consent.objects.exists()
