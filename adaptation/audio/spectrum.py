"""The one short-time Fourier transform of a recording, and what each of its frames says.

The transform is taken of the mono mix in slabs of about a minute; a slab is reduced to a few
numbers per frame and dropped, so that half an hour of music needs no more memory than that.
Rhythm, timbre and tonality are all read from these numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import librosa
import numpy as np
from numpy.typing import NDArray

from adaptation.audio.arrays import Floats, Samples
from adaptation.audio.mixing import ANALYSIS_RATE
from adaptation.audio.partials import Partials, audible_only, concatenate, find_partials

N_FFT = 4_096
HOP = 512
FRAMES_PER_SECOND = ANALYSIS_RATE / HOP

_SLAB_FRAMES = 2_560
_AVERAGED_FRAMES = 8
_MEL_BANDS = 128
_MEL_FLOOR = 1e-3
_AUDIBLE_BELOW_LOUDEST_DB = 60.0
_TINY = 1e-12


@dataclass(frozen=True)
class Frames:
    """The frames of a recording, T of them, `FRAMES_PER_SECOND` a second.

    Attributes:
        rms: [T], root mean square of the windowed samples, in an arbitrary unit.
        centroid: [T], Hz, the mean frequency weighted by magnitude.
        rolloff: [T], Hz, below which 85 % of the magnitude lie.
        flatness: [T], dB, geometric over arithmetic mean of the power; 0 for a flat spectrum.
        flux: [T], Euclidean distance to the frame before, both of unit length; 0 .. √2.
        mel_db: [128, T], dB, power in mel bands, from a floor upward.
    """

    rms: Floats
    centroid: Floats
    rolloff: Floats
    flatness: Floats
    flux: Floats
    mel_db: Floats

    @property
    def audible(self) -> NDArray[np.bool_]:
        """[T], the frames within 60 dB of the loudest: pauses and fades say nothing of timbre."""
        loudest = float(self.rms.max())
        return np.asarray(self.rms > loudest * 10 ** (-_AUDIBLE_BELOW_LOUDEST_DB / 20))


def analyse_spectrum(mono: Samples) -> tuple[Frames, Partials]:
    """Transform a mono recording once.

    Args:
        mono: [n] samples at `ANALYSIS_RATE`, at about −23 LUFS: the floor of the mel bands lies
            some 50 dB below a tone of that loudness.

    Returns:
        the frames, and the partials of every eight consecutive frames on average (0.19 s), where
        they are audible.
    """
    frames: list[Frames] = []
    partials: list[Partials] = []
    last: Floats = np.zeros((N_FFT // 2 + 1, 1), dtype=np.float32)
    for magnitude in _slabs(mono):
        frames.append(_describe(magnitude, before=last))
        partials.append(find_partials(_averaged(magnitude), bin_hz=ANALYSIS_RATE / N_FFT))
        last = magnitude[:, -1:]
    return _joined(frames), audible_only(concatenate(partials))


def _slabs(mono: Samples) -> Iterator[Floats]:
    """Magnitudes [bins, at most _SLAB_FRAMES]; frame t is centred on sample t·HOP."""
    frames = 1 + len(mono) // HOP
    for start in range(0, frames, _SLAB_FRAMES):
        stop = min(start + _SLAB_FRAMES, frames)
        first, last = start * HOP - N_FFT // 2, (stop - 1) * HOP + N_FFT // 2
        before, after = max(-first, 0), max(last - len(mono), 0)  # silence around the recording
        samples = np.pad(mono[first + before : last], (before, after))
        yield np.abs(librosa.stft(samples, n_fft=N_FFT, hop_length=HOP, center=False))


def _describe(magnitude: Floats, *, before: Floats) -> Frames:
    power = np.square(magnitude)
    unit = _unit_length(np.concatenate([before, magnitude], axis=1))
    mel = librosa.feature.melspectrogram(S=power, sr=ANALYSIS_RATE, n_mels=_MEL_BANDS)
    return Frames(
        rms=np.sqrt(power.mean(axis=0)),
        centroid=librosa.feature.spectral_centroid(S=magnitude, sr=ANALYSIS_RATE)[0],
        rolloff=librosa.feature.spectral_rolloff(S=magnitude, sr=ANALYSIS_RATE)[0],
        flatness=librosa.power_to_db(
            librosa.feature.spectral_flatness(S=power, power=1.0)[0], top_db=None
        ),
        flux=np.linalg.norm(np.diff(unit, axis=1), axis=0),
        mel_db=librosa.power_to_db(mel, amin=_MEL_FLOOR, top_db=None),
    )


def _unit_length(magnitude: Floats) -> Floats:
    lengths: Floats = np.linalg.norm(magnitude, axis=0)
    scaled: Floats = magnitude / np.maximum(lengths, _TINY)
    return scaled


def _averaged(magnitude: Floats) -> Floats:
    """Means of every eight consecutive frames, [bins, G]; a shorter rest is left out."""
    groups = magnitude.shape[1] // _AVERAGED_FRAMES
    kept = magnitude[:, : groups * _AVERAGED_FRAMES]
    mean: Floats = kept.reshape(len(magnitude), groups, _AVERAGED_FRAMES).mean(axis=2)
    return mean


def _joined(parts: list[Frames]) -> Frames:
    return Frames(
        **{
            name: np.concatenate([getattr(part, name) for part in parts], axis=-1)
            for name in Frames.__dataclass_fields__
        }
    )
