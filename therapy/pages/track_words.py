"""What was measured of a track, in words: the few features that people have words for."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from therapy.pages.plan_words import signed

MAJOR_BY_FIFTHS = ("C", "G", "D", "A", "E", "B", "F♯", "D♭", "A♭", "E♭", "B♭", "F")
MINOR_BY_FIFTHS = ("A", "E", "B", "F♯", "C♯", "G♯", "D♯", "B♭", "F", "C", "G", "D")
TEMPI = ((60, "very slow"), (80, "slow"), (110, "moderate"), (140, "lively"), (math.inf, "fast"))
"""Ours; 60 to 80 bpm is what calming music is usually made at."""
BRIGHTNESS = ("spectral_centroid_mean", "brightness")
UNCLEAR = 0.05  # of the mode's −1..1: neither major nor minor fits better


@dataclass(frozen=True)
class Said:
    """One feature: `value` with its unit, and a remark on what it means."""

    name: str
    value: str
    remark: str = ""


def in_words(values: Mapping[str, float], true_peak: float | None) -> list[Said]:
    """The features of a track by name, as far as they are among these: tempo, loudness and its
    range, true peak, brightness, onsets, key and mode."""
    said = [
        _tempo(values),
        _number(values, "integrated_loudness", "Loudness", "LUFS", "over the whole track"),
        _number(values, "loudness_range", "Loudness range", "LU", "between soft and loud passages"),
        None if true_peak is None else Said("True peak", f"{signed(true_peak, 1)} dBTP"),
        _brightness(values),
        _number(values, "onset_rate", "Onsets", "a second", "notes or sounds that begin"),
        _key(values),
    ]
    return [one for one in said if one is not None]


def _number(
    values: Mapping[str, float], column: str, name: str, unit: str, remark: str
) -> Said | None:
    if column not in values:
        return None
    shown = f"{values[column]:.1f}".replace("-", "−")
    return Said(name, f"{shown} {unit}", remark)


def _tempo(values: Mapping[str, float]) -> Said | None:
    if "tempo" not in values:
        return None
    bpm = values["tempo"]
    word = next(word for below, word in TEMPI if bpm < below)
    return Said("Tempo", f"{bpm:.0f} bpm", f"{word}; half or twice as much may be felt")


def _brightness(values: Mapping[str, float]) -> Said | None:
    found = next((values[name] for name in BRIGHTNESS if name in values), None)
    if found is None:
        return None
    return Said("Brightness", f"{found:.0f} Hz", "the middle of its spectrum")


def _key(values: Mapping[str, float]) -> Said | None:
    """The key that fits best: its place on the circle of fifths, and major or minor."""
    if "mode" not in values:
        return None
    mode = values["mode"]
    remark = f"mode {signed(mode)}, from −1 (minor) to +1 (major)"
    if abs(mode) < UNCLEAR:
        return Said("Key and mode", "neither major nor minor", remark)
    mood = "major" if mode > 0 else "minor"
    cosine, sine = values.get("key_fifths_cos", 0.0), values.get("key_fifths_sin", 0.0)
    if math.hypot(cosine, sine) < 0.5:
        return Said("Key and mode", mood, remark)
    fifths = round(math.degrees(math.atan2(sine, cosine)) / 30) % 12
    tonic = (MAJOR_BY_FIFTHS if mode > 0 else MINOR_BY_FIFTHS)[fifths]
    return Said("Key and mode", f"{tonic} {mood}", remark)
