"""Soft percussion from filtered noise: brushes, a shaker and a felt-beatered drum."""

import numpy as np

from adaptation.composing.score import BRUSH, SHAKER, SOFT_KICK
from adaptation.composing.synthesis import (
    LOUDNESS_EXPONENT,
    Signal,
    envelope,
    filtered,
    frames,
    noise,
)


def percussion(key: int, seconds: float, velocity: float, sample_rate: int) -> Signal:
    """One stroke [n] of a General MIDI percussion key; it rings its own time, not ``seconds``.

    Raises ValueError for a key that this small kit lacks.
    """
    strokes = {SOFT_KICK: _soft_kick, BRUSH: _brush, SHAKER: _shaker}
    if key not in strokes:
        known = ", ".join(str(known) for known in strokes)
        raise ValueError(f"Percussion key {key} is not in the kit; use one of {known}.")
    return np.asarray(velocity**LOUDNESS_EXPONENT * strokes[key](sample_rate), dtype=np.float32)


def _soft_kick(sample_rate: int) -> Signal:
    length = frames(0.32, sample_rate)
    time = np.arange(length) / sample_rate
    # The pitch falls from 95 to 52 Hz; its integral is the phase.
    phase = 2 * np.pi * (52 * time + 43 * 0.03 * (1 - np.exp(-time / 0.03)))
    body = np.asarray(np.sin(phase) * np.exp(-time * 14), dtype=np.float32)
    return body * envelope(length, attack=0.006, release=0.08, sample_rate=sample_rate)


def _brush(sample_rate: int) -> Signal:
    """A short swish: noise that swells and dies."""
    length = frames(0.22, sample_rate)
    time = np.arange(length) / sample_rate
    swish = filtered(noise(length, seed=BRUSH), (900, 4200), "bandpass", sample_rate=sample_rate)
    shape = np.exp(-time * 17).astype(np.float32)
    soft = envelope(length, attack=0.012, release=0.08, sample_rate=sample_rate)
    return 0.5 * swish * shape * soft


def _shaker(sample_rate: int) -> Signal:
    length = frames(0.09, sample_rate)
    grains = filtered(noise(length, seed=SHAKER), (3000, 6500), "bandpass", sample_rate=sample_rate)
    soft = envelope(length, attack=0.025, release=0.06, sample_rate=sample_rate)
    return 0.25 * grains * soft
