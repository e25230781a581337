"""From a file to the whole list of features."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adaptation.audio import FEATURES, TrackAnalysis, UnusableAudio, analyse
from adaptation.audio.spectrum import HOP
from tests.adaptation.audio.signals import (
    MAJOR_CADENCE,
    MINOR_CADENCE,
    Signal,
    cadence,
    clicks,
    noise,
    sine,
    stereo,
    write,
)

RATE = 22_050


def song(*, tonic: int = 0, minor: bool = False) -> Signal:
    """Eight seconds of chords, one a second."""
    chords = MINOR_CADENCE if minor else MAJOR_CADENCE
    return cadence(chords * 2, tonic=tonic) + noise(8, rate=RATE, level=1e-4)


def analysed(
    folder: Path, signal: Signal, *, rate: int = RATE, suffix: str = ".wav"
) -> TrackAnalysis:
    options = {"subtype": "FLOAT"} if suffix == ".wav" else {}
    return analyse(write(folder / f"track{suffix}", signal, rate=rate, **options))


def test_feature_names_are_unique_and_every_one_has_a_unit_and_a_description() -> None:
    names = [feature.name for feature in FEATURES]
    assert len(set(names)) == len(names) == 43
    assert all(name.isidentifier() and name.islower() for name in names)
    assert all(feature.unit and feature.description.endswith(".") for feature in FEATURES)


def test_the_values_come_in_the_order_of_the_features_and_are_finite(tmp_path: Path) -> None:
    values = analysed(tmp_path, song()).values
    assert list(values) == [feature.name for feature in FEATURES]
    assert all(type(value) is float and np.isfinite(value) for value in values.values())


def test_the_file_itself_is_described(tmp_path: Path) -> None:
    path = write(tmp_path / "track.flac", stereo(sine(997, 4, rate=48_000)), rate=48_000)
    analysis = analyse(path)
    assert analysis.duration_seconds == 4.0
    assert analysis.sample_rate == 48_000
    assert analysis.content_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert analysis.true_peak_dbtp == pytest.approx(0.0, abs=0.1)
    assert analysis.values["integrated_loudness"] == pytest.approx(0.0, abs=0.1)


def test_the_same_bytes_give_the_same_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "track.ogg", song(), rate=RATE)
    assert analyse(path) == analyse(path)


def test_a_louder_copy_differs_in_loudness_and_peak_only(tmp_path: Path) -> None:
    soft, loud = analysed(tmp_path, song()), analysed(tmp_path, song() * 4)
    gain = 20 * np.log10(4)
    assert loud.true_peak_dbtp - soft.true_peak_dbtp == pytest.approx(gain, abs=1e-3)
    for name, value in soft.values.items():
        louder_by = gain if name == "integrated_loudness" else 0.0
        assert loud.values[name] == pytest.approx(value + louder_by, rel=1e-3, abs=1e-3), name


def test_lossless_formats_agree(tmp_path: Path) -> None:
    signal = (np.round(song() * 2**15) / 2**15).astype(np.float32)  # exact in 16 bits
    wav = analysed(tmp_path, signal)
    flac = analysed(tmp_path, signal, suffix=".flac")
    assert flac.values == pytest.approx(wav.values, abs=1e-6)


@pytest.mark.parametrize("suffix", [".ogg", ".mp3"])
def test_lossy_formats_come_close(tmp_path: Path, suffix: str) -> None:
    original = analysed(tmp_path, song()).values
    lossy = analysed(tmp_path, song(), suffix=suffix).values
    assert lossy["integrated_loudness"] == pytest.approx(original["integrated_loudness"], abs=0.2)
    assert lossy["tempo"] == pytest.approx(original["tempo"], abs=1.0)
    for name in ("key_fifths_cos", "key_fifths_sin", "mode", "chroma_c"):
        assert lossy[name] == pytest.approx(original[name], abs=0.05), name


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_the_sample_rate_of_the_file_changes_little(tmp_path: Path, rate: int) -> None:
    reference = analysed(tmp_path, song()).values
    resampled = librosa.resample(song(), orig_sr=RATE, target_sr=rate)
    values = analysed(tmp_path, resampled, rate=rate).values
    for name in ("integrated_loudness", "tempo", "mode", "key_clarity", "sensory_dissonance"):
        assert values[name] == pytest.approx(reference[name], rel=0.03, abs=0.03), name


def test_major_and_minor_and_their_place_on_the_circle(tmp_path: Path) -> None:
    c_major = analysed(tmp_path, song(tonic=0)).values
    a_minor = analysed(tmp_path, song(tonic=9, minor=True)).values
    assert a_minor["mode"] < 0 < c_major["mode"]
    for values in (c_major, a_minor):
        assert values["key_fifths_cos"] == pytest.approx(1.0)
        assert values["key_fifths_sin"] == pytest.approx(0.0, abs=1e-9)


def test_clicks_at_90_bpm(tmp_path: Path) -> None:
    values = analysed(tmp_path, clicks(90, 15)).values
    assert values["tempo"] == pytest.approx(90, abs=1)
    assert values["tempo_confidence"] > 0.8
    assert values["onset_rate"] == pytest.approx(1.5, rel=0.1)


def test_one_decode_and_one_transform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted on the real functions: every sample is read once, every frame transformed once."""
    read, transformed, spectra = [0], [0], [0]
    real_read, real_stft = soundfile.SoundFile.read, librosa.stft
    real_spectrogram = librosa.core.spectrum._spectrogram

    def counted_read(*args: Any, **options: Any) -> Any:
        block = real_read(*args, **options)
        read[0] += len(block)
        return block

    def counted_stft(*args: Any, **options: Any) -> Any:
        frames = real_stft(*args, **options)
        transformed[0] += frames.shape[1]
        return frames

    def counted_spectrogram(**options: Any) -> Any:
        spectra[0] += options.get("S") is None
        return real_spectrogram(**options)

    monkeypatch.setattr(soundfile.SoundFile, "read", counted_read)
    monkeypatch.setattr(librosa, "stft", counted_stft)
    monkeypatch.setattr(librosa.core.spectrum, "stft", counted_stft)
    monkeypatch.setattr(librosa.feature.spectral, "_spectrogram", counted_spectrogram)
    signal = clicks(100, 70)
    analysed(tmp_path, signal)

    assert read[0] == len(signal)
    assert transformed[0] == 1 + len(signal) // HOP
    assert spectra[0] == 0


def test_the_names_are_there_without_the_heavy_libraries() -> None:
    code = (
        "import sys, adaptation.audio as a; a.FEATURES; "
        "sys.exit(any(m in sys.modules for m in ('librosa', 'scipy', 'django', 'numba')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rate=st.sampled_from([8_000, 11_025, 22_050, 44_100]),
    seconds=st.floats(3.0, 4.0),
    hertz=st.floats(1, 3_900),
    tone_dbfs=st.floats(-120, 20),
    noise_level=st.sampled_from([0.0, 1e-6, 1e-3, 0.1]),
    offset=st.sampled_from([0.0, 0.5]),
    burst=st.booleans(),
    sides=st.booleans(),
)
def test_whatever_is_analysed_the_numbers_are_finite(
    tmp_path: Path,
    rate: int,
    seconds: float,
    hertz: float,
    tone_dbfs: float,
    noise_level: float,
    offset: float,
    burst: bool,
    sides: bool,
) -> None:
    signal = sine(hertz, seconds, rate=rate, dbfs=tone_dbfs)
    signal = signal + noise(seconds, rate=rate, level=noise_level) + np.float32(offset)
    if burst:
        signal[len(signal) // 5 :] = 0
    try:
        values = analysed(tmp_path, stereo(signal, signal[::-1]) if sides else signal, rate=rate)
    except UnusableAudio:
        return
    assert np.isfinite(values.true_peak_dbtp)
    assert all(np.isfinite(list(values.values.values())))
