"""Partials: the peaks of the spectrum, from which pitch and dissonance are read.

A partial's frequency is read between the bins of the transform by a parabola through the
logarithms of a peak and its two neighbours (Smith & Serra, PARSHL, ICMC 1987), for the bins
themselves are wider than a semitone in the bass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adaptation.audio.arrays import Floats

_LOWEST_HZ = 55.0
_HIGHEST_HZ = 5_000.0
_MOST_PARTIALS = 32
_BELOW_STRONGEST_DB = 50.0
_AUDIBLE_BELOW_LOUDEST_DB = 60.0
_TINY = 1e-12


@dataclass(frozen=True)
class Partials:
    """The partials of G averaged spectra, at most 32 each.

    Attributes:
        frequency: [G, 32], Hz, in 55 .. 5000; arbitrary where the amplitude is 0.
        amplitude: [G, 32], linear; 0 where a spectrum has fewer partials.
    """

    frequency: Floats
    amplitude: Floats


def find_partials(magnitude: Floats, *, bin_hz: float) -> Partials:
    """The strongest peaks of each spectrum, those within 50 dB of its strongest.

    Args:
        magnitude: [bins, G].
        bin_hz: the width of a bin, Hz.
    """
    low, high = int(_LOWEST_HZ / bin_hz), int(_HIGHEST_HZ / bin_hz)
    left, middle, right = (magnitude[low + shift : high + shift] for shift in (-1, 0, 1))
    floor = middle.max(axis=0) * 10 ** (-_BELOW_STRONGEST_DB / 20)
    is_peak = (middle > left) & (middle >= right) & (middle > floor)
    heights = np.where(is_peak, middle, 0.0)
    rows = np.argpartition(heights, -_MOST_PARTIALS, axis=0)[-_MOST_PARTIALS:]
    a, b, c = (
        np.log(np.take_along_axis(part, rows, axis=0) + _TINY) for part in (left, middle, right)
    )
    curvature = np.minimum(a - 2 * b + c, -_TINY)
    offset = np.clip(0.5 * (a - c) / curvature, -0.5, 0.5)
    return Partials(
        frequency=((low + rows + offset) * bin_hz).T,
        amplitude=np.take_along_axis(heights, rows, axis=0).T,
    )


def concatenate(parts: list[Partials]) -> Partials:
    """One after the other."""
    return Partials(
        frequency=np.concatenate([part.frequency for part in parts]),
        amplitude=np.concatenate([part.amplitude for part in parts]),
    )


def audible_only(partials: Partials) -> Partials:
    """Without the spectra whose strongest partial is 60 dB or more below the strongest of all."""
    strongest = partials.amplitude.max(axis=1)
    kept = strongest > strongest.max() * 10 ** (-_AUDIBLE_BELOW_LOUDEST_DB / 20)
    return Partials(frequency=partials.frequency[kept], amplitude=partials.amplitude[kept])
