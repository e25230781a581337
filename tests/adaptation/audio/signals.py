"""Signals with known answers, and files to put them in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

Signal = NDArray[np.float32]

MAJOR_CADENCE = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7))
"""I, IV, V, I in semitones above the tonic."""

MINOR_CADENCE = ((0, 3, 7), (5, 8, 12), (7, 11, 14), (0, 3, 7))
"""i, iv, V, i of the harmonic minor scale."""


def sine(hertz: float, seconds: float, *, rate: int = 48_000, dbfs: float = 0.0) -> Signal:
    """A mono sine whose peak is `dbfs` below full scale."""
    time = np.arange(int(seconds * rate)) / rate
    return _float32(10 ** (dbfs / 20) * np.sin(2 * np.pi * hertz * time))


def stereo(left: Signal, right: Signal | None = None) -> Signal:
    """[n, 2]; the same on both sides unless told."""
    return np.stack([left, left if right is None else right], axis=1)


def noise(seconds: float, *, rate: int = 22_050, level: float = 0.1, seed: int = 0) -> Signal:
    """White noise of the given standard deviation."""
    return _float32(level * np.random.default_rng(seed).standard_normal(int(seconds * rate)))


def clicks(bpm: float, seconds: float, *, rate: int = 22_050) -> Signal:
    """A short decaying burst on every beat, over a faint noise as of a tape."""
    signal = noise(seconds, rate=rate, level=1e-4)
    burst = noise(0.05, rate=rate, level=0.3, seed=1) * np.exp(-np.arange(int(0.05 * rate)) / 300)
    for beat in np.arange(0.1, seconds - 0.1, 60 / bpm):
        start = int(beat * rate)
        signal[start : start + len(burst)] += burst
    return signal


def tone(midi: float, seconds: float, *, rate: int = 22_050, a4: float = 440.0) -> Signal:
    """A struck tone with six harmonics."""
    time = np.arange(int(seconds * rate)) / rate
    hertz = a4 * 2 ** ((midi - 69) / 12)
    wave = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 7))
    return _float32(0.1 * wave * np.minimum(time / 0.01, 1) * np.exp(-2 * time))


def cadence(
    chords: tuple[tuple[int, ...], ...], *, tonic: int, seconds: float = 1.0, a4: float = 440.0
) -> Signal:
    """Chords one after another, their tonic the given pitch class above C4, with a bass."""
    bars = []
    for chord in chords:
        pitches = [48 + tonic + chord[0], *(60 + tonic + degree for degree in chord)]
        bars.append(np.sum([tone(pitch, seconds, a4=a4) for pitch in pitches], axis=0))
    return _float32(np.concatenate(bars))


def write(path: Path, signal: Signal, *, rate: int, **options: str | float) -> Path:
    """Write in the format that the suffix names, in small blocks: one huge one crashes Vorbis."""
    channels = 1 if signal.ndim == 1 else signal.shape[1]
    with soundfile.SoundFile(path, "w", rate, channels, **options) as file:
        for start in range(0, len(signal), 4_096):
            file.write(signal[start : start + 4_096])
    return path


def _float32(signal: NDArray[np.floating[Any]]) -> Signal:
    return np.asarray(signal, dtype=np.float32)
