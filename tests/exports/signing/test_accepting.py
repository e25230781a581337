"""What a phone accepts, and why it refuses the rest."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.signing.keys import SigningKey
from exports.signing.payloads import BadMessage
from tests.exports.signing.messages import (
    BASE,
    BUNDLE,
    FILE,
    KEY,
    NOW,
    RECORD,
    WHOLE,
    checker,
    signed,
    version,
)


def test_the_first_record_and_a_newer_one_are_accepted() -> None:
    assert checker().record(signed(RECORD), NOW) == RECORD
    assert checker(last=RECORD).record(signed(version(8)), NOW).version == 8


def test_the_record_that_is_in_use_is_accepted_again() -> None:
    assert checker(last=RECORD).record(signed(RECORD), NOW) == RECORD


@pytest.mark.parametrize("old", [version(6), version(1), replace(RECORD, learns=False)])
def test_an_older_record_and_another_of_the_same_version_are_refused(old: object) -> None:
    with pytest.raises(BadMessage, match="an old one was sent again"):
        checker(last=RECORD).record(signed(old), NOW)  # type: ignore[arg-type]


def test_another_patients_record_is_refused() -> None:
    theirs = replace(RECORD, patient=b"x" * 16)
    with pytest.raises(BadMessage, match="another patient's model"):
        checker().record(signed(theirs), NOW)


def test_a_record_is_refused_from_the_second_on_when_it_expires() -> None:
    assert checker().record(signed(RECORD), RECORD.expires - 1)
    with pytest.raises(BadMessage, match="expired"):
        checker().record(signed(RECORD), RECORD.expires)


def test_while_two_keys_are_honoured_both_are_accepted_and_later_only_one() -> None:
    following = SigningKey.create()
    for key in (KEY, following):
        assert checker(KEY, following).record(signed(RECORD, key), NOW)
    with pytest.raises(BadMessage, match="not known here"):
        checker(following).record(signed(RECORD, KEY), NOW)


def test_a_bundle_is_accepted_with_the_record_that_it_goes_with() -> None:
    assert checker().bundle(BUNDLE, signed(BASE), RECORD) == BASE
    with pytest.raises(BadMessage, match="another base"):
        checker().bundle(BUNDLE, signed(BASE), replace(RECORD, base=b"c" * 32))


@given(place=st.integers(0, len(BUNDLE) - 1), bit=st.integers(0, 7))
def test_a_bundle_with_any_bit_flipped_is_refused(place: int, bit: int) -> None:
    damaged = bytearray(BUNDLE)
    damaged[place] ^= 1 << bit
    with pytest.raises(BadMessage, match="not the one that was signed"):
        checker().bundle(bytes(damaged), signed(BASE), RECORD)


def test_a_bundle_that_was_cut_off_is_refused() -> None:
    with pytest.raises(BadMessage, match="not the one that was signed"):
        checker().bundle(BUNDLE[:-1], signed(BASE), RECORD)


def test_a_file_is_accepted_while_it_is_the_patients_in_time_and_not_older() -> None:
    assert checker().file(FILE, signed(WHOLE), NOW) == WHOLE
    assert checker(last=RECORD).file(FILE, signed(WHOLE), NOW) == WHOLE
    for wrong, why in (
        (replace(WHOLE, patient=b"x" * 16), "another patient's"),
        (replace(WHOLE, expires=NOW), "expired"),
        (replace(WHOLE, version=6), "an old one was sent again"),
    ):
        with pytest.raises(BadMessage, match=why):
            checker(last=RECORD).file(FILE, signed(wrong), NOW)
    with pytest.raises(BadMessage, match="not the one that was signed"):
        checker().file(FILE + b" ", signed(WHOLE), NOW)
