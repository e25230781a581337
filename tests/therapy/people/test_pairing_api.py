"""A code connects one phone, once, within a quarter of an hour; guessing it is counted."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.people import People, Phone
from tests.problems import places, problem_in
from tests.therapy.people.pairing import a_code, pair, wrong_codes
from tests.threads import at_once
from therapy.models import Device, MoodRating, PairingCode, PairingTry
from therapy.people import pairing
from therapy.people.pairing import end_pairing_code, make_pairing_code, shown
from therapy.people.services import revoke_device

pytestmark = pytest.mark.django_db

LOOK_ALIKES = ("0DOQ", "17IL", "2Z", "5S", "6G", "8B", "UV")


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, problem_in(answer)["code"]


def phone_of(answer: Any) -> Phone:
    """The phone that was just connected."""
    assert answer.status_code == 201, answer.content
    phone = Phone(Device.objects.latest("created_at"))
    phone.headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    return phone


UNKNOWN = (404, "pairing_code_unknown")
EXPIRED = (410, "pairing_code_expired")
SHUT = (429, "too_many_tries")


# The code


def test_no_two_characters_of_a_code_look_alike(people: People) -> None:
    assert len(set(pairing.ALPHABET)) == len(pairing.ALPHABET) == 20
    for group in LOOK_ALIKES:
        assert len(set(group) & set(pairing.ALPHABET)) <= 1, group
    code = a_code(people.anna)
    assert len(code) == 9
    assert code[4] == "-"
    assert set(code.replace("-", "")) <= set(pairing.ALPHABET)


def test_the_code_is_not_in_the_database_and_can_be_shown_again(people: People) -> None:
    code = make_pairing_code(patient=people.anna, by=people.bob)
    text = shown(code).replace("-", "")
    row = PairingCode.objects.values().get()
    assert not any(text in str(value).upper() for value in row.values())
    assert shown(PairingCode.objects.get()) == shown(code)


def test_the_codes_of_a_site_say_nothing_without_its_secret(people: People, settings: Any) -> None:
    """A copy of the database is no help to who has another secret."""
    code = make_pairing_code(patient=people.anna, by=None)
    text = shown(code)
    settings.SECRET_KEY = "another site's"
    assert shown(code) != text
    assert refusal(pair(text)) == UNKNOWN


def test_only_who_works_in_the_clinic_makes_codes(people: People) -> None:
    with pytest.raises(PermissionDenied, match="Charlie may not change"):
        make_pairing_code(patient=people.anna, by=people.charlie)
    assert not PairingCode.objects.exists()


# Exchanging it


def test_a_code_becomes_a_token_that_opens_the_api(people: People) -> None:
    answer = pair(a_code(people.anna, people.bob), label=" blue phone ")
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert told["token"].startswith("attune_")
    assert told == {
        "token": told["token"],
        "patient_id": str(people.anna.id),
        "patient_code": "ANNA",
        "clinic_name": "Harbour Practice",
        "origin": "care",
    }
    assert phone_of(answer).get("me").json()["device_label"] == "blue phone"
    used = PairingCode.objects.get()
    assert used.state(timezone.now()) == PairingCode.State.USED
    assert used.device is not None
    assert (used.device.label, used.made_by) == ("blue phone", people.bob)


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code.lower(),
        lambda code: code.replace("-", ""),
        " ".join,
        lambda code: code.replace("-", " – "),
        lambda code: f"\t{code}\n",
    ],
    ids=["small letters", "no dash", "spaced", "another dash", "space around"],
)
def test_case_spaces_and_dashes_do_not_matter(people: People, typed: Any) -> None:
    assert pair(typed(a_code(people.anna))).status_code == 201


@pytest.mark.parametrize("code", ["", "ACDE", "ACDE-34790", "ACDE-3478", "ÄCDE-3479", "ACDE_3479"])
def test_what_cannot_be_a_code_is_said_at_once_and_is_no_try(people: People, code: str) -> None:
    answer = pair(code)
    assert refusal(answer) == (400, "invalid")
    assert list(places(answer.json()["errors"])) == ["code"]
    assert not PairingTry.objects.exists()


def test_a_label_is_refused_before_the_code_is_used(people: People) -> None:
    code = a_code(people.anna)
    assert refusal(pair(code, label="x" * 81)) == (400, "invalid")
    assert refusal(pair(code, label="x\0")) == (400, "invalid")
    assert pair(code, label="x" * 80).status_code == 201


def test_a_code_works_once(people: People) -> None:
    code = a_code(people.anna)
    assert pair(code).status_code == 201
    assert refusal(pair(code)) == UNKNOWN
    assert people.anna.devices.count() == 2  # hers from before, and one


def test_used_ended_replaced_and_unheard_of_are_told_alike(people: People) -> None:
    used = a_code(people.anna)
    pair(used)
    ended = make_pairing_code(patient=people.anna, by=None)
    text = shown(ended)
    assert end_pairing_code(code=ended)
    replaced = a_code(people.anna)
    newest = a_code(people.anna)
    answers = [pair(code) for code in (used, text, replaced, *wrong_codes(1))]
    assert {refusal(answer) for answer in answers} == {UNKNOWN}
    assert len({answer.content for answer in answers}) == 1
    assert pair(newest).status_code == 201


def test_a_code_that_ran_out_is_told_so(people: People) -> None:
    code = make_pairing_code(patient=people.anna, by=None)
    text = shown(code)
    assert code.expires_at == pytest.approx(
        timezone.now() + timedelta(minutes=15), abs=timedelta(minutes=1)
    )
    PairingCode.objects.update(expires_at=timezone.now())
    assert shown(PairingCode.objects.get()) == ""
    answer = pair(text)
    assert refusal(answer) == EXPIRED
    assert "Ask your therapist for a new one" in answer.json()["detail"]
    assert people.anna.devices.count() == 1


def test_ending_a_code_again_or_after_its_use_says_that_nothing_was_ended(people: People) -> None:
    code = make_pairing_code(patient=people.anna, by=None)
    assert end_pairing_code(code=code)
    assert not end_pairing_code(code=code)
    pair(a_code(people.anna))
    assert not end_pairing_code(code=PairingCode.objects.exclude(used_at=None).get())


@pytest.mark.django_db(transaction=True)
def test_of_two_phones_at_once_one_is_connected(people: People) -> None:
    code = a_code(people.anna)
    answers = at_once(*[lambda: pair(code)] * 2)
    assert sorted(answer.status_code for answer in answers) == [201, 404]
    assert people.anna.devices.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_codes_made_at_once_one_can_be_used(people: People) -> None:
    made = at_once(*[lambda: make_pairing_code(patient=people.anna, by=people.bob)] * 2)
    codes = [shown(PairingCode.objects.get(id=code.id)) for code in made]
    assert sorted(bool(code) for code in codes) == [False, True]


def test_the_database_holds_to_one_code_per_patient(people: People) -> None:
    code = make_pairing_code(patient=people.anna, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        PairingCode.objects.create(
            patient=people.anna, code_hmac="0" * 64, expires_at=code.expires_at
        )


# Several phones, and the same one again


def rating(phone: Phone, key: str) -> Any:
    return phone.post(
        "mood-ratings",
        {
            "id": key,
            "phase": "before",
            "valence": 0.25,
            "arousal": -0.5,
            "rated_at": "2026-03-01T18:30:05Z",
        },
    )


SENT, HELD = "8f0c4d0a-93c5-4f5f-8f0a-0d9f0b6a1c02", "8f0c4d0a-93c5-4f5f-8f0a-0d9f0b6a1c03"


def test_a_phone_that_is_connected_again_loses_nothing(people: People) -> None:
    """What it sent, and what it holds still, goes in under the new token with the same ids."""
    before = phone_of(pair(a_code(people.anna), label="before"))
    assert rating(before, SENT).status_code == 201
    after = phone_of(pair(a_code(people.anna), label="after"))
    assert after.get("me").json()["patient_id"] == before.get("me").json()["patient_id"]
    assert rating(after, SENT).status_code == 201
    assert rating(after, HELD).status_code == 201
    stored = MoodRating.objects.filter(patient=people.anna).values_list("id", flat=True)
    assert sorted(map(str, stored)) == [SENT, HELD]


def test_older_phones_go_on_until_their_access_is_ended(people: People) -> None:
    first, second = (phone_of(pair(a_code(people.anna), label=name)) for name in "ab")
    assert [phone.get("me").status_code for phone in (first, second)] == [200, 200]
    revoke_device(device=first.device)
    assert [phone.get("me").status_code for phone in (first, second)] == [401, 200]
    assert people.annas_phone.get("me").status_code == 200


# Guessing


def test_after_ten_wrong_codes_an_address_has_to_wait(people: People) -> None:
    code = a_code(people.anna)
    for wrong in wrong_codes(10):
        assert refusal(pair(wrong)) == UNKNOWN
    answer = pair(code)
    assert refusal(answer) == SHUT
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
    assert "Wait 15 minutes" in answer.json()["detail"]
    assert pair(code, address="192.0.2.2").status_code == 201


def test_waiting_is_enough_and_knocking_meanwhile_makes_it_no_longer(people: People) -> None:
    for wrong in wrong_codes(10):
        pair(wrong)
    first = int(pair(wrong_codes(1)[0]).headers["Retry-After"])
    for _ in range(5):
        assert int(pair(wrong_codes(1)[0]).headers["Retry-After"]) <= first
    PairingTry.objects.update(tried_at=timezone.now() - timedelta(minutes=15))
    assert pair(a_code(people.anna)).status_code == 201
    assert not PairingTry.objects.exists()  # those of before are forgotten


def test_a_success_gives_nobody_new_tries(people: People) -> None:
    for wrong in wrong_codes(9):
        pair(wrong)
    assert pair(a_code(people.anna)).status_code == 201
    assert refusal(pair(wrong_codes(1)[0])) == UNKNOWN
    assert refusal(pair(a_code(people.anna))) == SHUT


def test_a_used_and_an_expired_code_count_as_tries_too(people: People) -> None:
    used = a_code(people.anna)
    pair(used)
    late = a_code(people.anna)
    PairingCode.objects.filter(used_at=None).update(expires_at=timezone.now())
    for _ in range(5):
        assert refusal(pair(used)) == UNKNOWN
        assert refusal(pair(late)) == EXPIRED
    assert refusal(pair(a_code(people.anna))) == SHUT


def test_the_whole_site_is_shut_when_many_addresses_guess(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "MOST_OF_ALL", 12)
    for number, wrong in enumerate(wrong_codes(12)):
        assert refusal(pair(wrong, address=f"198.51.100.{number}")) == UNKNOWN
    answer = pair(a_code(people.anna), address="203.0.113.9")
    assert refusal(answer) == SHUT
    assert answer.headers["Retry-After"]


@pytest.mark.django_db(transaction=True)
def test_tries_at_once_do_not_pass_the_limit_together(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "MOST_OF_A_CLIENT", 3)
    answers = at_once(*[lambda code=code: pair(code) for code in wrong_codes(8)])
    seen = [refusal(answer) for answer in answers]
    assert set(seen) <= {UNKNOWN, SHUT}
    assert seen.count(UNKNOWN) <= 3
    assert PairingTry.objects.count() == seen.count(UNKNOWN)


def test_no_address_is_kept(people: People) -> None:
    pair(wrong_codes(1)[0], address="192.0.2.77")
    assert "192.0.2.77" not in str(PairingTry.objects.values().get())


# Whose address


@pytest.mark.parametrize(
    ("proxies", "told", "same"),
    [
        (
            0,
            ("198.51.100.1", "198.51.100.2"),
            True,
        ),  # nobody stands before: what is told is made up
        (1, ("198.51.100.1", "198.51.100.2"), False),
        (1, ("198.51.100.1, 203.0.113.5", "198.51.100.2, 203.0.113.5"), True),  # made up, left
        (2, ("198.51.100.1, 10.0.0.1", "198.51.100.2, 10.0.0.1"), False),
        (2, ("198.51.100.1", "198.51.100.2"), True),  # too short to have come through both
        (1, ("nonsense", "198.51.100.2x"), True),
        (1, ("2001:db8::1", "2001:db8::ffff"), True),  # one network
        (1, ("2001:db8::1", "2001:db8:0:1::1"), False),
        (1, ("::ffff:198.51.100.1", "198.51.100.1"), True),
    ],
)
def test_tries_are_counted_by_the_address_that_a_trusted_proxy_saw(
    people: People, settings: Any, proxies: int, told: tuple[str, str], same: bool
) -> None:
    settings.TRUSTED_PROXIES = proxies
    for header in told:
        assert refusal(pair(wrong_codes(1)[0], X_Forwarded_For=header)) == UNKNOWN
    counted = PairingTry.objects.values("client_hmac").distinct().count()
    assert counted == (1 if same else 2)
