"""Loudness against the test signals of the standards and against pyloudnorm's meter."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest

from adaptation.audio import UnusableAudio
from adaptation.audio.loudness import Loudness, LoudnessMeter
from tests.adaptation.audio.signals import Signal, noise, sine, stereo

RATE = 48_000


def measure(signal: Signal, *, rate: int = RATE) -> Loudness:
    meter = LoudnessMeter(sample_rate=rate, channels=signal.shape[1])
    for start in range(0, len(signal), rate):
        meter.add(signal[start : start + rate])
    return meter.loudness()


def steps(*levels: tuple[float, float]) -> Signal:
    """A stereo 1 kHz sine through (seconds, dBFS) pairs."""
    return stereo(np.concatenate([sine(1_000, s, rate=RATE, dbfs=db) for s, db in levels]))


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000])
def test_a_full_scale_997_hz_sine_on_one_channel_is_at_minus_3_01_lufs(rate: int) -> None:
    left = sine(997, 5, rate=rate)
    assert measure(stereo(left, np.zeros_like(left)), rate=rate).integrated == pytest.approx(
        -3.01, abs=0.05
    )


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000])
def test_the_same_sine_on_both_channels_is_at_0_lufs(rate: int) -> None:
    assert measure(stereo(sine(997, 5, rate=rate)), rate=rate).integrated == pytest.approx(
        0.0, abs=0.05
    )


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        (steps((20, -23)), -23),
        (steps((20, -33)), -33),
        (steps((10, -36), (60, -23), (10, -36)), -23),
        (steps((10, -72), (10, -36), (60, -23), (10, -36), (10, -72)), -23),
    ],
    ids=["case 1", "case 2", "case 3: relative gate", "case 4: both gates"],
)
def test_ebu_tech_3341_programme_loudness(signal: Signal, expected: float) -> None:
    assert measure(signal).integrated == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        (steps((20, -20), (20, -30)), 10),
        (steps((20, -20), (20, -15)), 5),
        (steps((20, -40), (20, -20)), 20),
        (steps((20, -50), (20, -35), (20, -20), (20, -35), (20, -50)), 15),
    ],
    ids=["case 1", "case 2", "case 3", "case 4"],
)
def test_ebu_tech_3342_loudness_range(signal: Signal, expected: float) -> None:
    assert measure(signal).range == pytest.approx(expected, abs=1.0)


def test_a_steady_tone_has_neither_range_nor_spread() -> None:
    loudness = measure(steps((10, -20)))
    assert loudness.range == pytest.approx(0.0, abs=0.01)
    assert loudness.short_term_sd == pytest.approx(0.0, abs=0.01)


def test_two_levels_ten_decibels_apart_spread_by_about_five() -> None:
    assert measure(steps((60, -20), (60, -30))).short_term_sd == pytest.approx(5.0, abs=0.5)


@pytest.mark.parametrize("rate", [11_025, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_it_agrees_with_pyloudnorm_on_swelling_noise(rate: int, channels: int) -> None:
    signal = np.stack([noise(20, rate=rate, seed=seed) for seed in range(channels)], axis=1)
    swell = np.sin(np.linspace(0, 9, len(signal))) ** 2
    signal = (signal * swell[:, None]).astype(np.float32)
    reference = pyloudnorm.Meter(rate, filter_class="DeMan")

    loudness = measure(signal, rate=rate)

    assert loudness.integrated == pytest.approx(reference.integrated_loudness(signal), abs=0.05)
    # pyloudnorm appends 1.5 s of silence and steps by 0.09 s, so its range differs a little.
    assert loudness.range == pytest.approx(reference.loudness_range(signal), abs=0.5)


def test_a_tenfold_amplitude_is_20_db_louder() -> None:
    soft = stereo(noise(5, rate=RATE, level=0.01))
    assert measure(soft * 10).integrated - measure(soft).integrated == pytest.approx(20, abs=1e-3)


def test_the_last_fraction_of_a_second_counts() -> None:
    quiet_then_loud = steps((4, -40), (0.9, -10))
    assert measure(quiet_then_loud).integrated > measure(quiet_then_loud[: 4 * RATE]).integrated


@pytest.mark.parametrize("dbfs", [-74.0, -200.0])
def test_what_stays_below_the_absolute_gate_is_silent(dbfs: float) -> None:
    with pytest.raises(UnusableAudio, match="silent"):
        measure(steps((5, dbfs)))
