"""Loudness of a programme: integrated, its range, and how much it moves.

Everything is measured on the file's own channels at its own sample rate, from the mean squares
of the K-weighted signal in steps of a tenth of a second; the windows of the standards, 0.4 s and
3 s, are runs of such steps. So the samples are filtered once and none are kept.

Sources: ITU-R BS.1770-5, Annex 1 (K-weighting, gating); EBU Tech 3341 (short-term loudness);
EBU Tech 3342 (loudness range). The coefficients of the K-weighting for any sample rate come from
pyloudnorm's filters after De Man, which reproduce those that BS.1770 prints for 48 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyloudnorm.iirfilter import IIRfilter
from scipy import signal

from adaptation.audio.arrays import Samples
from adaptation.audio.unusable import UnusableAudio

_STEPS_PER_SECOND = 10
_MOMENTARY_STEPS = 4
_SHORT_TERM_STEPS = 30

_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_RANGE_GATE_LU = -20.0
_RANGE_PERCENTILES = (10, 95)


@dataclass(frozen=True)
class Loudness:
    """The loudness of a whole recording.

    Attributes:
        integrated: LUFS.
        range: LU, the loudness range LRA.
        short_term_sd: LU, standard deviation of the gated short-term loudness.
    """

    integrated: float
    range: float
    short_term_sd: float


class LoudnessMeter:
    """Takes a recording block by block and tells its loudness at the end.

    Blocks are of shape [n, channels]; each but the last holds a whole number of seconds.
    """

    def __init__(self, *, sample_rate: int, channels: int) -> None:
        self._sample_rate = sample_rate
        self._sections = _k_weighting(sample_rate)
        self._state = np.zeros((len(self._sections), 2, channels))
        self._powers: list[NDArray[np.float64]] = []

    def add(self, block: Samples) -> None:
        """Measure the next block; an incomplete step at the very end is left out (BS.1770)."""
        weighted, self._state = signal.sosfilt(self._sections, block, axis=0, zi=self._state)
        edges = self._step_edges(len(block))
        if len(edges) < 2:
            return
        squares = np.square(weighted[: edges[-1]]).sum(axis=1)
        self._powers.append(np.add.reduceat(squares, edges[:-1]) / np.diff(edges))

    def loudness(self) -> Loudness:
        """The loudness of all blocks so far.

        Raises:
            UnusableAudio: no 0.4 s of the recording are louder than −70 LUFS.
        """
        powers = np.concatenate([np.empty(0), *self._powers])
        integrated = _integrated(_moving_mean(powers, _MOMENTARY_STEPS))
        if integrated is None:
            raise UnusableAudio(
                "The recording is silent: nothing in it is louder than −70 LUFS. "
                "Check that the right file or the right input was recorded."
            )
        short_term = _gated_short_term(_moving_mean(powers, _SHORT_TERM_STEPS))
        if not short_term.size:
            return Loudness(integrated, 0.0, 0.0)
        low, high = np.percentile(short_term, _RANGE_PERCENTILES)
        return Loudness(integrated, float(high - low), float(np.std(short_term)))

    def _step_edges(self, frames: int) -> NDArray[np.int64]:
        """Where the steps begin and end, in samples: as even as a whole number of them allows."""
        steps = frames * _STEPS_PER_SECOND // self._sample_rate
        return np.arange(steps + 1) * self._sample_rate // _STEPS_PER_SECOND


def _k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """Second-order sections, shape [2, 6]."""
    shelf = IIRfilter(
        3.99984385397, 0.7071752369554193, 1681.9744509555319, sample_rate, "high_shelf_DeMan"
    )
    high_pass = IIRfilter(
        0.0, 0.5003270373253953, 38.13547087613982, sample_rate, "high_pass_DeMan"
    )
    return np.array([[*stage.b, *stage.a] for stage in (shelf, high_pass)], dtype=np.float64)


def _moving_mean(powers: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    if len(powers) < steps:
        return np.empty(0)
    windows: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(powers, steps)
    means: NDArray[np.float64] = windows.mean(axis=-1)
    return means


def _lufs(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Loudness of channel-summed mean squares; left and right have weight 1 (BS.1770)."""
    lufs: NDArray[np.float64] = -0.691 + 10 * np.log10(np.maximum(power, np.finfo(float).tiny))
    return lufs


def _above(powers: NDArray[np.float64], gate: float) -> NDArray[np.float64]:
    return powers[_lufs(powers) > gate]


def _integrated(momentary: NDArray[np.float64]) -> float | None:
    audible = _above(momentary, _ABSOLUTE_GATE_LUFS)
    if not audible.size:
        return None
    relative_gate = float(_lufs(audible.mean())) + _RELATIVE_GATE_LU
    return float(_lufs(_above(audible, relative_gate).mean()))


def _gated_short_term(short_term: NDArray[np.float64]) -> NDArray[np.float64]:
    """Short-term loudness, LUFS, of the windows that EBU Tech 3342 lets count."""
    audible = _above(short_term, _ABSOLUTE_GATE_LUFS)
    if not audible.size:
        return np.empty(0)
    return _lufs(_above(audible, float(_lufs(audible.mean())) + _RANGE_GATE_LU))
