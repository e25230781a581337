"""True peak and crest factor.

A sampled wave can rise above its samples between them; played through a converter or encoded
again it then clips. The true peak is read from an oversampled copy, to at least 176.4 kHz.

Source: ITU-R BS.1770-5, Annex 2. Its filter has 12 taps a phase; so has this one, a windowed
sinc that leaves the samples themselves where they are.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import signal

from adaptation.audio.arrays import Samples

_TAPS_PER_PHASE = 12
_HIGHEST_RATE = 176_400
_SILENCE = 1e-10


class PeakMeter:
    """Takes a recording block by block (shape [n, channels]) and tells its peak and crest."""

    def __init__(self, *, sample_rate: int, channels: int) -> None:
        self._factor = max(1, math.ceil(_HIGHEST_RATE / sample_rate))
        self._taps = _interpolator(self._factor)
        # The filter's past, carried from block to block; before the start there is silence.
        self._past: Samples = np.zeros((_TAPS_PER_PHASE, channels), dtype=np.float32)
        self._peak = 0.0
        self._energy = 0.0
        self._samples = 0

    def add(self, block: Samples) -> None:
        """Measure the next block."""
        self._energy += float(np.square(block, dtype=np.float64).sum())
        self._samples += block.size
        self._oversample(block)

    def true_peak_dbtp(self) -> float:
        """The highest oversampled magnitude so far, dB relative to full scale (dBTP)."""
        return _decibels(self._flushed_peak())

    def crest_factor_db(self) -> float:
        """True peak over the root mean square of all channels, dB."""
        rms = math.sqrt(self._energy / max(self._samples, 1))
        return _decibels(self._flushed_peak()) - _decibels(rms)

    def _flushed_peak(self) -> float:
        """The peak with the silence that follows the recording."""
        self._oversample(np.zeros_like(self._past))
        return self._peak

    def _oversample(self, block: Samples) -> None:
        samples = np.concatenate([self._past, block])
        self._past = samples[-_TAPS_PER_PHASE:]
        oversampled = signal.upfirdn(self._taps, samples, up=self._factor, axis=0)
        # Near the edges the filter reaches beyond the samples at hand; the last block had those
        # at the front, and the next block will have those at the back.
        margin = _TAPS_PER_PHASE * self._factor
        whole = oversampled[margin : len(samples) * self._factor]
        self._peak = max(self._peak, float(np.abs(whole).max(initial=0.0)))


def _interpolator(factor: int) -> Samples:
    if factor == 1:
        return np.ones(1, dtype=np.float32)
    taps = signal.firwin(_TAPS_PER_PHASE * factor + 1, 1 / factor, window="hann") * factor
    return np.asarray(taps, dtype=np.float32)


def _decibels(amplitude: float) -> float:
    return 20 * math.log10(max(amplitude, _SILENCE))
