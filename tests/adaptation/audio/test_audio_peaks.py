"""True peak and crest factor of waves whose peaks are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptation.audio.peaks import PeakMeter
from tests.adaptation.audio.signals import Signal, noise, sine


def measure(*blocks: Signal, rate: int = 48_000) -> PeakMeter:
    meter = PeakMeter(sample_rate=rate, channels=1)
    for block in blocks:
        meter.add(block[:, None])
    return meter


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_a_peak_between_two_samples_is_found(rate: int) -> None:
    """A quarter-rate sine sampled at 45° never shows its crest (EBU Tech 3341, case 16)."""
    time = np.arange(rate)
    fade = np.minimum(1, np.minimum(time, rate - 1 - time) / 1_000)
    wave = (0.5 * fade * np.sin(np.pi / 2 * time + np.pi / 4)).astype(np.float32)

    assert 20 * np.log10(np.abs(wave).max()) == pytest.approx(-9.03, abs=0.01)
    assert -6.4 <= measure(wave, rate=rate).true_peak_dbtp() <= -5.8


def test_the_true_peak_of_a_slow_sine_is_its_amplitude() -> None:
    assert measure(sine(50, 2, dbfs=-6)).true_peak_dbtp() == pytest.approx(-6, abs=0.02)


def test_the_crest_factor_of_a_sine_is_3_01_db() -> None:
    assert measure(sine(50, 2, dbfs=-6)).crest_factor_db() == pytest.approx(3.01, abs=0.02)


def test_the_crest_factor_does_not_depend_on_the_level() -> None:
    wave = noise(2)
    assert measure(wave * 4).crest_factor_db() == pytest.approx(
        measure(wave).crest_factor_db(), abs=1e-3
    )


def test_silence_has_a_finite_peak() -> None:
    assert measure(np.zeros(48_000, np.float32)).true_peak_dbtp() == pytest.approx(-200)


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(1, 999), max_size=6), seed=st.integers(0, 99))
def test_it_does_not_matter_where_the_blocks_are_cut(cuts: list[int], seed: int) -> None:
    wave = noise(1, rate=1_000, seed=seed)
    whole = measure(wave)
    blocks = measure(*np.split(wave, sorted(cuts)))
    assert blocks.true_peak_dbtp() == pytest.approx(whole.true_peak_dbtp(), abs=1e-4)
    assert blocks.crest_factor_db() == pytest.approx(whole.crest_factor_db(), abs=1e-4)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 999), rate=st.sampled_from([8_000, 44_100, 48_000, 192_000]))
def test_the_true_peak_is_never_below_the_highest_sample(seed: int, rate: int) -> None:
    wave = noise(0.05, rate=rate, seed=seed)
    highest = 20 * np.log10(np.abs(wave).max())
    assert measure(wave, rate=rate).true_peak_dbtp() >= highest - 0.01
