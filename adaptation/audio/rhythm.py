"""Tempo and onset rate, both from the onset strength of the mel spectrum.

Sources: Böck & Widmer (DAFx 2013) for the onset strength, as librosa computes it; Ellis, Beat
Tracking by Dynamic Programming (J. New Music Res. 36, 2007), for a tempo from the
autocorrelation weighted by how likely a tempo is.
"""

from __future__ import annotations

from dataclasses import dataclass

import librosa
import numpy as np
from scipy import ndimage, signal

from adaptation.audio.arrays import Floats
from adaptation.audio.mixing import ANALYSIS_RATE
from adaptation.audio.spectrum import FRAMES_PER_SECOND, HOP, N_FFT, Frames

_SLOWEST_BPM, _FASTEST_BPM = 30.0, 240.0

_LIKELY_BPM, _LIKELY_OCTAVES = 110.0, 1.0
"""Median and spread of the tempi expected; a little below Ellis's 120, for slow music."""

_WINDOW_FRAMES = 384
_WINDOW_STEP = 43
"""Windows of 8.9 s, one a second: the tempo may drift from one to the next."""

_LAG_FRAMES = 2
_ONSET_RISE_DB = 0.3
_ONSET_DISTANCE = 2
_ONSET_SURROUNDINGS = 19
_TINY = 1e-9


@dataclass(frozen=True)
class Rhythm:
    """The rhythm of a whole recording.

    Attributes:
        tempo: beats per minute, 30 .. 240; 110, the likeliest, where nothing repeats.
        tempo_confidence: 0 .. 1, how alike the onsets are one beat later (autocorrelation).
        onset_rate: onsets per second.
    """

    tempo: float
    tempo_confidence: float
    onset_rate: float


def rhythm(frames: Frames) -> Rhythm:
    """Tempo, confidence in it and onset rate."""
    strength = librosa.onset.onset_strength(
        S=frames.mel_db, sr=ANALYSIS_RATE, hop_length=HOP, n_fft=N_FFT, lag=_LAG_FRAMES
    )
    tempo, confidence = _tempo(_autocorrelation(strength))
    seconds = len(strength) / FRAMES_PER_SECOND
    return Rhythm(tempo, confidence, _onsets(strength) / seconds)


def _onsets(strength: Floats) -> int:
    """The number of peaks that stand out of the 0.4 s around them."""
    surroundings = ndimage.uniform_filter1d(strength, _ONSET_SURROUNDINGS)
    peaks, _ = signal.find_peaks(strength, distance=_ONSET_DISTANCE)
    return int(np.sum(strength[peaks] > surroundings[peaks] + _ONSET_RISE_DB))


def _autocorrelation(strength: Floats) -> Floats:
    """By lag in frames, 1 at lag 0; the mean over windows, strong onsets counting more."""
    length = min(_WINDOW_FRAMES, len(strength))
    windows = np.lib.stride_tricks.sliding_window_view(strength, length)[::_WINDOW_STEP]
    centred = windows - windows.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, n=2 * length, axis=1)
    total = np.fft.irfft(np.square(np.abs(spectrum)).sum(axis=0))[:length]
    overlap = length - np.arange(length)
    unbiased: Floats = total / overlap * length / max(total[0], _TINY)
    return unbiased


def _tempo(correlation: Floats) -> tuple[float, float]:
    lags = np.arange(1, len(correlation))
    bpm = 60 * FRAMES_PER_SECOND / lags
    likely = np.exp(-0.5 * np.square(np.log2(bpm / _LIKELY_BPM) / _LIKELY_OCTAVES))
    peaks, _ = signal.find_peaks(correlation)
    peaks = peaks[(peaks <= len(correlation) // 2) & (correlation[peaks] > 0)]
    peaks = peaks[(bpm[peaks - 1] >= _SLOWEST_BPM) & (bpm[peaks - 1] <= _FASTEST_BPM)]
    if not peaks.size:
        return _LIKELY_BPM, 0.0
    best = peaks[np.argmax(correlation[peaks] * likely[peaks - 1])]
    lag = best + _parabola_top(*correlation[best - 1 : best + 2])
    tempo = np.clip(60 * FRAMES_PER_SECOND / lag, _SLOWEST_BPM, _FASTEST_BPM)
    return float(tempo), float(min(correlation[best], 1.0))


def _parabola_top(left: float, middle: float, right: float) -> float:
    """Where, between −0.5 and 0.5, a parabola through a peak and its neighbours is highest."""
    curvature = left - 2 * middle + right
    return 0.5 * (left - right) / curvature if curvature < 0 else 0.0
