"""The one transform, and the timbre read from it."""

from __future__ import annotations

import librosa
import numpy as np
import pytest

from adaptation.audio.mixing import ANALYSIS_RATE, MonoMix
from adaptation.audio.partials import find_partials
from adaptation.audio.spectrum import HOP, N_FFT, analyse_spectrum
from adaptation.audio.timbre import low_energy_rate, timbre
from tests.adaptation.audio.signals import Signal, noise, sine, stereo


def timbre_of(signal: Signal) -> dict[str, float]:
    return timbre(analyse_spectrum(signal)[0])


def tone(hertz: float, seconds: float = 4.0) -> Signal:
    """With a fade at both ends, for a sudden edge is a click and has a spectrum of its own."""
    signal = sine(hertz, seconds, rate=ANALYSIS_RATE, dbfs=-20)
    ramp = np.minimum(1, np.arange(len(signal)) / ANALYSIS_RATE)
    return np.asarray(signal * ramp * ramp[::-1], dtype=np.float32)


def test_slabs_are_seamless() -> None:
    """Over a minute, so that there is more than one: as if transformed and described at once."""
    signal = noise(130) * np.linspace(0.1, 1, 130 * ANALYSIS_RATE, dtype=np.float32)
    magnitude = np.abs(librosa.stft(signal, n_fft=N_FFT, hop_length=HOP))
    unit = magnitude / np.linalg.norm(magnitude, axis=0)

    frames, _ = analyse_spectrum(signal)

    np.testing.assert_allclose(
        frames.centroid, librosa.feature.spectral_centroid(S=magnitude)[0], rtol=1e-3
    )
    np.testing.assert_allclose(
        frames.flux[1:], np.linalg.norm(np.diff(unit, axis=1), axis=0), atol=1e-3
    )


@pytest.mark.parametrize("hertz", [220, 1_000, 4_000])
def test_centroid_and_rolloff_of_a_tone_are_its_frequency(hertz: float) -> None:
    measured = timbre_of(tone(hertz))
    assert measured["spectral_centroid_mean"] == pytest.approx(hertz, abs=15)
    assert measured["spectral_rolloff_mean"] == pytest.approx(hertz, abs=15)
    assert measured["spectral_centroid_sd"] < 15


def test_noise_is_flat_and_restless_and_a_tone_is_neither() -> None:
    hiss, whistle = timbre_of(noise(4)), timbre_of(tone(440))
    assert hiss["spectral_flatness_mean"] > -4  # −2.5 dB: white noise, one periodogram
    assert whistle["spectral_flatness_mean"] < -40
    assert hiss["spectral_flux_mean"] > 5 * whistle["spectral_flux_mean"]


def test_the_centroid_of_white_noise_is_half_of_the_band() -> None:
    assert timbre_of(noise(4))["spectral_centroid_mean"] == pytest.approx(
        ANALYSIS_RATE / 4, rel=0.02
    )


def test_pauses_do_not_colour_the_timbre() -> None:
    signal = tone(1_000)
    with_pause = np.concatenate([signal, np.zeros_like(signal), signal])
    assert timbre_of(with_pause)["spectral_centroid_mean"] == pytest.approx(1_000, abs=20)


def test_cepstral_coefficients_do_not_follow_the_level() -> None:
    soft, loud = timbre_of(noise(4, level=0.05)), timbre_of(noise(4, level=0.1))
    for index in range(1, 14):
        assert loud[f"mfcc_{index}"] == pytest.approx(soft[f"mfcc_{index}"], abs=0.01)


def test_the_low_energy_rate_is_the_share_of_soft_frames() -> None:
    loud, soft = noise(2, level=0.1), noise(6, level=0.01)
    frames, _ = analyse_spectrum(np.concatenate([loud, soft]))
    assert low_energy_rate(frames) == pytest.approx(0.75, abs=0.03)


@pytest.mark.parametrize("hertz", [110.0, 441.7, 1_234.5])
def test_a_partial_is_located_between_the_bins(hertz: float) -> None:
    magnitude = np.abs(librosa.stft(sine(hertz, 1, rate=ANALYSIS_RATE), n_fft=N_FFT))[:, 20:21]
    partials = find_partials(magnitude, bin_hz=ANALYSIS_RATE / N_FFT)
    strongest = partials.frequency[0, partials.amplitude[0].argmax()]
    assert strongest == pytest.approx(hertz, abs=0.5)  # a bin is 5.4 Hz wide


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 96_000])
def test_the_mix_is_resampled_block_by_block_without_seams(rate: int) -> None:
    mix = MonoMix(sample_rate=rate, channels=2)
    signal = stereo(sine(440, 3.5, rate=rate, dbfs=-6), np.zeros(int(3.5 * rate), np.float32))
    for start in range(0, len(signal), rate):
        mix.add(signal[start : start + rate])
    mono = mix.samples()

    assert len(mono) == pytest.approx(3.5 * ANALYSIS_RATE, abs=2)
    inner = slice(2_000, len(mono) - 2_000)
    expected = 0.5 * sine(440, len(mono) / ANALYSIS_RATE, rate=ANALYSIS_RATE, dbfs=-6)
    np.testing.assert_allclose(mono[inner], expected[inner], atol=2e-3)
