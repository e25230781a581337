"""From a file to the numbers that describe the music in it.

The file is decoded once; each block goes to the loudness meter, the peak meter and the mono mix.
The mix is brought to the programme loudness of EBU R 128 and transformed once; everything else
is read from that one spectrum. So a recording and a louder copy of it differ in their loudness
and true peak only.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from adaptation.audio.arrays import Samples
from adaptation.audio.decoding import AudioHeader, decode, inspect
from adaptation.audio.definitions import FEATURES, PITCH_CLASSES, Outline, TrackAnalysis
from adaptation.audio.dissonance import sensory_dissonance
from adaptation.audio.fingerprint import fingerprint
from adaptation.audio.loudness import Loudness, LoudnessMeter
from adaptation.audio.mixing import MonoMix
from adaptation.audio.partials import Partials
from adaptation.audio.peaks import PeakMeter
from adaptation.audio.rhythm import rhythm
from adaptation.audio.spectrum import Frames, analyse_spectrum
from adaptation.audio.timbre import low_energy_rate, timbre
from adaptation.audio.tonality import chroma, find_key
from adaptation.audio.unusable import UnusableAudio
from adaptation.audio.waveform import WaveformMeter

_PROGRAMME_LUFS = -23.0
_FAINTEST_MIX = 1e-4
"""Root mean square of a mix at −23 LUFS below which its channels have cancelled each other."""


@dataclass(frozen=True)
class _Decoded:
    """What one pass over the samples left; `mono` is the mix at `_PROGRAMME_LUFS`."""

    seconds: float
    loudness: Loudness
    peaks: PeakMeter
    waveform: tuple[float, ...]
    mono: Samples


def analyse_file(path: Path) -> TrackAnalysis:
    """What `adaptation.audio.analyse` documents."""
    header = inspect(path)
    decoded = _decode_once(header)
    frames, partials = analyse_spectrum(decoded.mono)
    measured = {
        **_dynamics(decoded, frames),
        **_rhythm(frames),
        **timbre(frames),
        **_tonality(partials),
    }
    return TrackAnalysis(
        duration_seconds=decoded.seconds,
        sample_rate=header.sample_rate,
        true_peak_dbtp=decoded.peaks.true_peak_dbtp(),
        values=_in_order(measured),
        content_sha256=_sha256(path),
        outline=_outline(decoded),
    )


def outline_of_file(path: Path) -> Outline:
    """What `adaptation.audio.outline_of` documents."""
    return _outline(_decode_once(inspect(path)))


def _outline(decoded: _Decoded) -> Outline:
    return Outline(waveform=decoded.waveform, fingerprint=fingerprint(decoded.mono))


def _decode_once(header: AudioHeader) -> _Decoded:
    rate, channels = header.sample_rate, header.channels
    loudness = LoudnessMeter(sample_rate=rate, channels=channels)
    peaks = PeakMeter(sample_rate=rate, channels=channels)
    waveform = WaveformMeter(sample_rate=rate)
    mix = MonoMix(sample_rate=rate, channels=channels)
    frames = 0
    for block in decode(header):
        frames += len(block)
        for consumer in (loudness, peaks, waveform, mix):
            consumer.add(block)
    programme = loudness.loudness()
    mono = mix.samples()
    mono *= 10 ** ((_PROGRAMME_LUFS - programme.integrated) / 20)
    _check_not_cancelled(mono)
    return _Decoded(
        seconds=frames / rate,
        loudness=programme,
        peaks=peaks,
        waveform=waveform.waveform(),
        mono=mono,
    )


def _check_not_cancelled(mono: Samples) -> None:
    if math.sqrt(float(np.vdot(mono, mono)) / len(mono)) < _FAINTEST_MIX:
        raise UnusableAudio(
            "Mixed to mono, next to nothing of the recording is left below 11 kHz: most likely the "
            "polarity of one channel is inverted. Invert it back and export the recording again."
        )


def _dynamics(decoded: _Decoded, frames: Frames) -> dict[str, float]:
    return {
        "integrated_loudness": decoded.loudness.integrated,
        "loudness_range": decoded.loudness.range,
        "short_term_loudness_sd": decoded.loudness.short_term_sd,
        "crest_factor": decoded.peaks.crest_factor_db(),
        "low_energy_rate": low_energy_rate(frames),
    }


def _rhythm(frames: Frames) -> dict[str, float]:
    measured = rhythm(frames)
    return {
        "tempo": measured.tempo,
        "tempo_confidence": measured.tempo_confidence,
        "onset_rate": measured.onset_rate,
    }


def _tonality(partials: Partials) -> dict[str, float]:
    profile = chroma(partials)
    key = find_key(profile)
    cosine, sine = key.fifths
    return {
        **{f"chroma_{name}": float(x) for name, x in zip(PITCH_CLASSES, profile, strict=True)},
        "mode": key.mode,
        "key_fifths_cos": cosine,
        "key_fifths_sin": sine,
        "key_clarity": key.clarity,
        "sensory_dissonance": sensory_dissonance(partials),
    }


def _in_order(measured: dict[str, float]) -> dict[str, float]:
    values = {feature.name: measured[feature.name] for feature in FEATURES}
    not_finite = [name for name, value in values.items() if not math.isfinite(value)]
    if not_finite:
        raise UnusableAudio(
            f"No number could be found for {', '.join(not_finite)}. The recording is unlike any "
            "music; please report it together with the file."
        )
    return values


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
