"""Sensory dissonance orders intervals as the literature does."""

from __future__ import annotations

import numpy as np
import pytest

from adaptation.audio.dissonance import sensory_dissonance
from adaptation.audio.partials import Partials
from adaptation.audio.spectrum import analyse_spectrum
from tests.adaptation.audio.signals import sine, tone


def of_partials(*hertz: float) -> float:
    frequency = np.array([hertz])
    return sensory_dissonance(Partials(frequency=frequency, amplitude=np.ones_like(frequency)))


def of_interval(semitones: float) -> float:
    signal = tone(69, 4) + tone(69 + semitones, 4)
    return sensory_dissonance(analyse_spectrum(signal)[1])


def test_a_pure_tone_is_not_rough() -> None:
    signal = sine(440, 4, rate=22_050, dbfs=-20)
    assert sensory_dissonance(analyse_spectrum(signal)[1]) == pytest.approx(0.0, abs=0.02)


def test_two_equal_partials_reach_one_half_at_the_roughest_distance() -> None:
    roughness = [of_partials(500, 500 + distance) for distance in range(200)]
    assert max(roughness) == pytest.approx(0.5, abs=0.001)
    assert roughness[0] == 0.0
    # A quarter of a critical band, which is about 100 Hz wide there (Plomp & Levelt 1965).
    assert 20 <= int(np.argmax(roughness)) <= 35


def test_dissonant_intervals_are_rougher_than_consonant_ones() -> None:
    minor_second, tritone, fifth, octave = (of_interval(steps) for steps in (1, 6, 7, 12))
    assert minor_second > tritone > fifth > octave


def test_loudness_cancels_out() -> None:
    partials = analyse_spectrum(tone(69, 4) + tone(70, 4))[1]
    louder = Partials(frequency=partials.frequency, amplitude=partials.amplitude * 7)
    assert sensory_dissonance(louder) == pytest.approx(sensory_dissonance(partials), rel=1e-6)


def test_no_partials_at_all_are_not_rough() -> None:
    assert sensory_dissonance(Partials(np.empty((0, 32)), np.empty((0, 32)))) == 0.0
