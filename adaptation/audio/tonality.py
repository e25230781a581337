"""Pitch classes, key and mode.

The pitch classes of the partials are summed to a profile that is correlated with the profiles of
the 24 keys: how well listeners judged each of the twelve tones to fit a major or a minor key.

Sources: Gómez, Tonal Description of Music Audio Signals (2006), for the chroma of spectral peaks;
Krumhansl & Kessler, Psychological Review 89 (1982), for the profiles; Krumhansl, Cognitive
Foundations of Musical Pitch (1990), for finding a key by correlation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from adaptation.audio.arrays import Floats
from adaptation.audio.partials import Partials

_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])

_FIFTH = 7
_RELATIVE_MAJOR = 3
_REACH_SEMITONES = 2 / 3
_HARMONICS = 6
_HARMONIC_DECAY = 0.8
_TINY = 1e-12


@dataclass(frozen=True)
class Key:
    """The key that a pitch-class profile fits best.

    Attributes:
        tonic: 0 (C) .. 11 (B).
        is_minor: whether the best key is a minor one.
        clarity: 0 .. 1, the correlation of its profile with the recording's; 0 without pitches.
        mode: −1 (minor) .. 1 (major), the best major less the best minor correlation. Both are
            at least 0, for the correlations over the twelve tonics of either sum to 0.
    """

    tonic: int
    is_minor: bool
    clarity: float
    mode: float

    @property
    def fifths(self) -> tuple[float, float]:
        """Cosine and sine of the place on the circle of fifths; (0, 0) without pitches.

        C major and its relative, A minor, are at angle 0; each sharp adds 30°.
        """
        if self.clarity == 0.0:
            return 0.0, 0.0
        major_tonic = self.tonic + (_RELATIVE_MAJOR if self.is_minor else 0)
        angle = 2 * math.pi * (major_tonic * _FIFTH % 12) / 12
        return math.cos(angle), math.sin(angle)


def chroma(partials: Partials) -> Floats:
    """Mean strength of the twelve pitch classes from C to B, [12], each 0 .. 1.

    Every spectrum is scaled to 1 at its strongest pitch class, so that loud passages count no
    more than soft ones. The recording's own tuning is taken as its A.
    """
    semitones = 12 * np.log2(partials.frequency / 440.0) + 69
    semitones = semitones - _tuning(semitones, partials.amplitude)
    distance = np.abs((semitones[..., None] - np.arange(12) + 6) % 12 - 6)  # [G, partials, 12]
    nearness = np.square(np.cos(np.pi / 2 * np.minimum(distance / _REACH_SEMITONES, 1)))
    profiles = np.einsum("gp,gpc->gc", partials.amplitude, nearness)
    strongest = np.maximum(profiles.max(axis=1, keepdims=True), _TINY)
    mean: Floats = (profiles / strongest).sum(axis=0) / max(len(profiles), 1)
    return mean


def find_key(profile: Floats) -> Key:
    """The key whose profile correlates best with a pitch-class profile of shape [12]."""
    heard = _as_fundamentals(profile)
    if np.ptp(heard) < _TINY:
        return Key(tonic=0, is_minor=False, clarity=0.0, mode=0.0)
    major = _correlations(_MAJOR, heard)
    minor = _correlations(_MINOR, heard)
    best_major, best_minor = float(major.max()), float(minor.max())
    is_minor = best_minor > best_major
    return Key(
        tonic=int((minor if is_minor else major).argmax()),
        is_minor=is_minor,
        clarity=max(best_major, best_minor),
        mode=best_major - best_minor,
    )


def _as_fundamentals(profile: Floats) -> Floats:
    """Every pitch class counts for the tones, too, of which it may be a harmonic (Gómez 2006).

    The key profiles are of tones, the chroma is of partials: without this the fifths and major
    thirds among the harmonics pull every key towards the dominant and towards major. The seventh
    harmonic lies between two semitones and ends the series.
    """
    heard: Floats = np.zeros(12)
    for harmonic in range(1, _HARMONICS + 1):
        interval = round(12 * math.log2(harmonic))
        heard = heard + _HARMONIC_DECAY ** (harmonic - 1) * np.roll(profile, -interval)
    return heard


def _correlations(key_profile: Floats, profile: Floats) -> Floats:
    """Pearson's correlation with a key profile on each of the twelve tonics, [12]."""
    rotated = np.array([np.roll(key_profile, tonic) for tonic in range(12)])
    rotated -= rotated.mean(axis=1, keepdims=True)
    centred = profile - profile.mean()
    scale = np.linalg.norm(rotated, axis=1) * np.linalg.norm(centred)
    correlations: Floats = rotated @ centred / scale
    return correlations


def _tuning(semitones: Floats, amplitude: Floats) -> float:
    """How far the recording is tuned above A = 440 Hz, in −0.5 .. 0.5 semitones."""
    turns = np.sum(amplitude * np.exp(2j * np.pi * semitones))
    return float(np.angle(turns)) / (2 * np.pi)
