"""The mono mix at the analysis rate, made while the file is being decoded."""

from __future__ import annotations

import numpy as np
import soxr

from adaptation.audio.arrays import Samples

ANALYSIS_RATE = 22_050
"""Hz. Everything that the spectral features describe lies below half of it."""


class MonoMix:
    """Takes a recording block by block (shape [n, channels]), mixes and resamples it."""

    def __init__(self, *, sample_rate: int, channels: int) -> None:
        self._weights = np.full(channels, 1 / channels, dtype=np.float32)
        self._resampler = soxr.ResampleStream(sample_rate, ANALYSIS_RATE, 1, dtype="float32")
        self._parts: list[Samples] = []

    def add(self, block: Samples) -> None:
        """Mix the next block: the mean of its channels."""
        self._parts.append(self._resampler.resample_chunk(block @ self._weights))

    def samples(self) -> Samples:
        """The whole mix without its constant part, shape [n]; call it once, at the end."""
        rest = self._resampler.resample_chunk(np.empty(0, dtype=np.float32), last=True)
        mono: Samples = np.concatenate([*self._parts, rest])
        self._parts.clear()
        mono -= mono.mean(dtype=np.float64)
        return mono
