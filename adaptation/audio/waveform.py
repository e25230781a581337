"""The outline of a recording: how far the signal swings, from its start to its end."""

from __future__ import annotations

import numpy as np

from adaptation.audio.arrays import Samples

COLUMNS = 400
"""More than a page is wide in places that one can tell apart."""

_STEPS_PER_SECOND = 100


class WaveformMeter:
    """Takes a recording block by block (shape [n, channels], whole seconds but for the last)."""

    def __init__(self, *, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._peaks: list[Samples] = []

    def add(self, block: Samples) -> None:
        """Keep the largest swing of every hundredth of a second, of whichever channel."""
        steps = max(len(block) * _STEPS_PER_SECOND // self._sample_rate, 1)
        starts = np.arange(steps) * len(block) // steps
        self._peaks.append(np.maximum.reduceat(np.abs(block).max(axis=1), starts))

    def waveform(self) -> tuple[float, ...]:
        """The largest swing in each of at most `COLUMNS` equal stretches, 0 .. 1 of full scale."""
        peaks = np.concatenate(self._peaks)
        columns = min(COLUMNS, len(peaks))
        highest = np.maximum.reduceat(peaks, np.arange(columns) * len(peaks) // columns)
        return tuple(round(min(float(peak), 1.0), 3) for peak in highest)
