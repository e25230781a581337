"""Tempo, its confidence and the onset rate of pulses that were put there."""

from __future__ import annotations

import numpy as np
import pytest

from adaptation.audio.rhythm import Rhythm, rhythm
from adaptation.audio.spectrum import analyse_spectrum
from tests.adaptation.audio.signals import Signal, clicks, noise, sine, tone


def measure(signal: Signal) -> Rhythm:
    frames, _ = analyse_spectrum(signal)
    return rhythm(frames)


@pytest.mark.parametrize("bpm", [60, 72, 90, 113, 150])
def test_the_tempo_of_a_click_track_is_found_with_confidence(bpm: float) -> None:
    measured = measure(clicks(bpm, 20))
    assert measured.tempo == pytest.approx(bpm, abs=1.0)
    assert measured.tempo_confidence > 0.8


def test_a_fast_pulse_may_be_taken_at_half_its_tempo() -> None:
    """Listeners disagree about the octave, too: every second click of 180 bpm makes 90."""
    tempo = measure(clicks(180, 20)).tempo
    assert min(abs(tempo - 180), abs(tempo - 90)) < 1.0


@pytest.mark.parametrize("bpm", [60, 90, 175])
def test_every_click_is_one_onset(bpm: float) -> None:
    assert measure(clicks(bpm, 20)).onset_rate == pytest.approx(bpm / 60, rel=0.07)


def test_soft_legato_tones_are_onsets_too() -> None:
    melody = np.concatenate([tone(pitch, 0.5) for pitch in (60, 64, 62, 65, 67, 64, 62, 60) * 3])
    assert measure(melody).onset_rate == pytest.approx(2.0, rel=0.1)


@pytest.mark.parametrize(
    "signal", [noise(20), sine(440, 20, rate=22_050, dbfs=-20)], ids=["noise", "steady tone"]
)
def test_what_has_no_pulse_inspires_no_confidence(signal: Signal) -> None:
    measured = measure(signal)
    assert measured.tempo_confidence < 0.2
    assert measured.onset_rate < 0.5
    assert 30 <= measured.tempo <= 240


def test_irregular_clicks_inspire_less_confidence_than_regular_ones() -> None:
    rng = np.random.default_rng(3)
    gaps = [clicks(60, 0.4 + rng.uniform(0, 1)) for _ in range(20)]
    assert measure(np.concatenate(gaps)).tempo_confidence < 0.5


@pytest.mark.parametrize("seconds", [3.0, 5.0])
def test_a_short_recording_has_a_tempo_in_range(seconds: float) -> None:
    measured = measure(clicks(120, seconds))
    assert 30 <= measured.tempo <= 240
    assert 0 <= measured.tempo_confidence <= 1
