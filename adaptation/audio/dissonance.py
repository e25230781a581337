"""Sensory dissonance: the beating of partials that are close, but not the same.

Two partials are roughest a quarter of a critical band apart and smooth when equal or far apart
(Plomp & Levelt, JASA 38, 1965); Sethares (JASA 94, 1993) gave the curve used here. The sum over
all pairs is divided by the partials' energy as by Hutchinson & Knopoff (Interface 7, 1978), so
that loudness cancels out.
"""

from __future__ import annotations

import numpy as np

from adaptation.audio.arrays import Floats
from adaptation.audio.partials import Partials

_DECAYS = (3.51, 5.75)
_CLOSENESS = 0.24
_WIDTH_SLOPE, _WIDTH_AT_ZERO_HZ = 0.0207, 18.96
_CURVE_MAXIMUM = 0.1794
_TINY = 1e-24
_CHUNK = 512


def sensory_dissonance(partials: Partials) -> float:
    """Mean roughness of the spectra: 0 for a single tone, 0.5 for two equal ones at the roughest.

    Consonant music lies around 0.4, speech and noise around 1; there is no upper bound.
    """
    chunks = [
        _roughness(partials.frequency[start : start + _CHUNK], amplitude)
        for start in range(0, len(partials.amplitude), _CHUNK)
        if (amplitude := partials.amplitude[start : start + _CHUNK]).size
    ]
    return float(np.concatenate(chunks).mean()) if chunks else 0.0


def _roughness(frequency: Floats, amplitude: Floats) -> Floats:
    """Of each spectrum, [G]; arguments [G, partials]."""
    first, second = np.triu_indices(frequency.shape[1], k=1)
    low = np.minimum(frequency[:, first], frequency[:, second])
    distance = np.abs(frequency[:, first] - frequency[:, second])
    closeness = _CLOSENESS * distance / (_WIDTH_SLOPE * low + _WIDTH_AT_ZERO_HZ)
    curve = np.exp(-_DECAYS[0] * closeness) - np.exp(-_DECAYS[1] * closeness)
    weight = amplitude[:, first] * amplitude[:, second]
    energy = np.square(amplitude).sum(axis=1)
    rough: Floats = (weight * curve).sum(axis=1) / _CURVE_MAXIMUM / np.maximum(energy, _TINY)
    return rough
