"""Key, mode and pitch classes of chords that were put there."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from adaptation.audio.arrays import Floats
from adaptation.audio.definitions import PITCH_CLASSES
from adaptation.audio.spectrum import analyse_spectrum
from adaptation.audio.tonality import Key, chroma, find_key
from tests.adaptation.audio.signals import MAJOR_CADENCE, MINOR_CADENCE, Signal, cadence, sine

profiles = hnp.arrays(np.float64, 12, elements=st.floats(0, 1))


def key_of(signal: Signal) -> Key:
    return find_key(chroma(analyse_spectrum(signal)[1]))


@pytest.mark.parametrize("tonic", range(12), ids=PITCH_CLASSES)
def test_a_cadence_tells_its_major_key(tonic: int) -> None:
    key = key_of(cadence(MAJOR_CADENCE, tonic=tonic))
    assert (key.tonic, key.is_minor) == (tonic, False)
    assert key.mode > 0.1
    assert key.clarity > 0.7


@pytest.mark.parametrize("tonic", range(12), ids=PITCH_CLASSES)
def test_a_cadence_tells_its_minor_key(tonic: int) -> None:
    key = key_of(cadence(MINOR_CADENCE, tonic=tonic))
    assert (key.tonic, key.is_minor) == (tonic, True)
    assert key.mode < -0.05
    assert key.clarity > 0.7


@pytest.mark.parametrize("a4", [432.0, 446.0])
def test_the_tuning_of_the_instruments_does_not_change_the_key(a4: float) -> None:
    assert key_of(cadence(MAJOR_CADENCE, tonic=7, a4=a4)).tonic == 7


def test_the_strongest_pitch_class_of_a_tone_is_its_own() -> None:
    profile = chroma(analyse_spectrum(sine(440, 4, rate=22_050))[1])
    assert PITCH_CLASSES[int(profile.argmax())] == "a"
    assert profile.max() == pytest.approx(1.0, abs=0.05)
    assert np.sort(profile)[-2] < 0.1


@pytest.mark.parametrize(
    ("tonic", "is_minor", "degrees"),
    [(0, False, 0), (9, True, 0), (7, False, 30), (9, False, 90), (6, True, 90), (5, False, 330)],
    ids=["C", "Am", "G", "A", "F♯m", "F"],
)
def test_keys_stand_on_the_circle_of_fifths_by_their_signature(
    tonic: int, is_minor: bool, degrees: float
) -> None:
    cosine, sine_ = Key(tonic=tonic, is_minor=is_minor, clarity=1.0, mode=0.0).fifths
    assert cosine == pytest.approx(math.cos(math.radians(degrees)), abs=1e-9)
    assert sine_ == pytest.approx(math.sin(math.radians(degrees)), abs=1e-9)


def test_without_pitches_there_is_no_key() -> None:
    key = find_key(np.zeros(12))
    assert key.clarity == 0.0
    assert key.mode == 0.0
    assert key.fifths == (0.0, 0.0)


@given(profile=profiles)
def test_mode_and_clarity_stay_in_their_ranges(profile: Floats) -> None:
    key = find_key(profile)
    assert -1 <= key.mode <= 1
    assert 0 <= key.clarity <= 1 + 1e-9
    assert key.is_minor == (key.mode < 0)


@given(profile=profiles, steps=st.integers(0, 11))
def test_transposing_the_music_moves_the_key_and_not_the_mode(profile: Floats, steps: int) -> None:
    before, after = find_key(profile), find_key(np.roll(profile, steps))
    assert after.mode == pytest.approx(before.mode, abs=1e-9)
    assert after.clarity == pytest.approx(before.clarity, abs=1e-9)
