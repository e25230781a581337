"""Sound from first principles: decaying modes, smeared harmonics, envelopes and noise."""

from functools import lru_cache
from typing import Any

import numpy as np
import scipy.fft
import scipy.signal
from numpy.typing import NDArray

Signal = NDArray[np.float32]

#: Amplitude grows with this power of the velocity: some 5 dB for half as much again.
LOUDNESS_EXPONENT = 1.6

_BLOCK = 512
#: Partials above this share of the sample rate are left out.
_HIGHEST_SHARE = 0.42
_TABLE_SECONDS = 4.0


def frequency(pitch: float) -> float:
    """Frequency in Hz of a MIDI pitch in equal temperament, A4 = 440 Hz."""
    return float(440 * 2 ** ((pitch - 69) / 12))


def frames(seconds: float, sample_rate: int) -> int:
    """Number of sample frames in a time, at least one."""
    return max(1, round(seconds * sample_rate))


def modes(
    frequencies: NDArray[np.floating[Any]],
    amplitudes: NDArray[np.floating[Any]],
    decay_times: NDArray[np.floating[Any]],
    *,
    length: int,
    sample_rate: int,
) -> Signal:
    """Sum of exponentially decaying sines, ``length`` frames: modal synthesis (Adrien 1991).

    ``decay_times`` are the times to −60 dB in seconds. The sum is a product of two small
    matrices, since exp(a·(mB+j)) = exp(a·mB)·exp(a·j): a few operations per frame and partial.
    """
    audible = frequencies < _HIGHEST_SHARE * sample_rate
    angular = 2 * np.pi * frequencies[audible] / sample_rate
    rate = -np.log(1000) / (decay_times[audible] * sample_rate) + 1j * angular
    blocks = -(-length // _BLOCK)
    coarse = amplitudes[audible] * np.exp(np.outer(np.arange(blocks) * _BLOCK, rate))
    fine = np.exp(np.outer(rate, np.arange(_BLOCK)))
    left = np.hstack([coarse.imag, coarse.real]).astype(np.float32)
    right = np.vstack([fine.real, fine.imag]).astype(np.float32)
    return np.asarray((left @ right).ravel()[:length])


@lru_cache(maxsize=48)  # a table takes about a megabyte
def smeared_table(
    hertz: float, rolloff: float, cutoff: float, bandwidth_cents: float, sample_rate: int
) -> Signal:
    """A seamless loop [2, n] of harmonics smeared in frequency, at unit root mean square.

    Each harmonic becomes a Gaussian band with random phases and one inverse transform turns
    all of them into sound (Nasca's PADsynth). Amplitudes fall as n^−``rolloff`` and through a
    soft low-pass at ``cutoff`` Hz; bands are ``bandwidth_cents`` wide. Left and right have
    phases of their own, hence the width.
    """
    size = scipy.fft.next_fast_len(frames(_TABLE_SECONDS, sample_rate), real=True)
    bin_hertz = sample_rate / size
    spectrum = np.zeros(size // 2 + 1, dtype=np.float32)
    harmonics = np.arange(1, int(min(_HIGHEST_SHARE * sample_rate, 6000) / hertz) + 1)
    for harmonic in harmonics:
        centre = hertz * harmonic
        width = centre * (2 ** (bandwidth_cents / 1200) - 1)
        low = max(1, int((centre - 4 * width) / bin_hertz))
        high = min(len(spectrum), int((centre + 4 * width) / bin_hertz) + 2)
        bins = np.arange(low, high) * bin_hertz
        level = harmonic**-rolloff / (1 + (centre / cutoff) ** 4) ** 0.5
        # Dividing by the root of the width keeps each band's energy.
        shape = np.exp(-0.5 * ((bins - centre) / width) ** 2) / np.sqrt(width)
        spectrum[low:high] += level * shape
    spectrum = np.trim_zeros(spectrum, "b")
    rng = np.random.default_rng([round(hertz * 1000), round(cutoff), sample_rate])
    turns = np.float32(2 * np.pi) * rng.random((2, len(spectrum)), dtype=np.float32)
    loop = scipy.fft.irfft(spectrum * (np.cos(turns) + 1j * np.sin(turns)), n=size, axis=1)
    loop /= np.sqrt(np.mean(loop**2))
    return np.asarray(loop, dtype=np.float32)


def looped(table: Signal, start: int, length: int) -> Signal:
    """``length`` frames [2, n] of a loop [2, size] from frame ``start`` on."""
    size = table.shape[1]
    start %= size
    repeats = -(-(start + length) // size)
    return np.tile(table, repeats)[:, start : start + length]


def envelope(length: int, *, attack: float, release: float, sample_rate: int) -> Signal:
    """Raised-cosine attack and release in seconds around a plateau of 1, ``length`` frames."""
    shape = np.ones(length, dtype=np.float32)
    rise = min(frames(attack, sample_rate), length)
    fall = min(frames(release, sample_rate), length)
    shape[:rise] *= _half_cosine(rise)
    shape[length - fall :] *= _half_cosine(fall)[::-1]
    return shape


def _half_cosine(length: int) -> Signal:
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(length) / length)).astype(np.float32)


def noise(length: int, *, seed: int) -> Signal:
    """White Gaussian noise of unit variance; the same seed gives the same noise."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.standard_normal(length, dtype=np.float32))


def filtered(
    signal: Signal, cutoff: float | tuple[float, float], kind: str, *, sample_rate: int
) -> Signal:
    """Second-order Butterworth ``lowpass``, ``highpass`` or ``bandpass`` at ``cutoff`` Hz."""
    sections = scipy.signal.butter(2, cutoff, kind, fs=sample_rate, output="sos")
    return np.asarray(
        scipy.signal.sosfilt(sections.astype(np.float32), signal, axis=-1), dtype=np.float32
    )
