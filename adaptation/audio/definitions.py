"""What is measured of a recording: the features, in the order of the schema, and the rest.

Models are trained on vectors in this order. To add, drop or redefine a feature is to make a new
version of the schema "attune-audio"; this is version 1.
"""

from __future__ import annotations

from dataclasses import dataclass

CEPSTRAL_COEFFICIENTS = 13

PITCH_CLASSES = (
    "c", "c_sharp", "d", "d_sharp", "e", "f", "f_sharp", "g", "g_sharp", "a", "a_sharp", "b",
)  # fmt: skip


@dataclass(frozen=True)
class FeatureDefinition:
    """What one number of a recording says.

    Attributes:
        name: as in `TrackAnalysis.values`, in snake case.
        unit: "LUFS", "Hz" and so on; "1" for a number without a unit.
        description: a sentence for a human.
    """

    name: str
    unit: str
    description: str


def _pitch_class(name: str) -> FeatureDefinition:
    spoken = name.replace("_sharp", "♯").upper()
    return FeatureDefinition(
        f"chroma_{name}", "1", f"Mean strength of pitch class {spoken}, 0 to 1."
    )


_DYNAMICS = (
    FeatureDefinition(
        "integrated_loudness", "LUFS", "Gated loudness of the whole recording (ITU-R BS.1770)."
    ),
    FeatureDefinition(
        "loudness_range", "LU", "Spread of the short-term loudness, LRA (EBU Tech 3342)."
    ),
    FeatureDefinition(
        "short_term_loudness_sd", "LU", "Standard deviation of the short-term loudness (3 s)."
    ),
    FeatureDefinition("crest_factor", "dB", "True peak over the root mean square."),
    FeatureDefinition(
        "low_energy_rate", "1", "Share of frames that are softer than the mean, 0 to 1."
    ),
)

_RHYTHM = (
    FeatureDefinition("tempo", "bpm", "Beats per minute, 30 to 240; may be off by an octave."),
    FeatureDefinition(
        "tempo_confidence", "1", "How regularly the onsets repeat at that tempo, 0 to 1."
    ),
    FeatureDefinition("onset_rate", "1/s", "Onsets of notes or sounds per second."),
)

_TIMBRE = (
    FeatureDefinition("spectral_centroid_mean", "Hz", "Brightness: mean spectral centroid."),
    FeatureDefinition("spectral_centroid_sd", "Hz", "How much the brightness moves."),
    FeatureDefinition(
        "spectral_flux_mean", "1", "Change of the spectrum from frame to frame, 0 to √2."
    ),
    FeatureDefinition(
        "spectral_rolloff_mean", "Hz", "Frequency below which 85 % of the magnitude lie."
    ),
    FeatureDefinition(
        "spectral_flatness_mean", "dB", "Noisiness, −100 (tones) to 0 (a flat spectrum)."
    ),
    *(
        FeatureDefinition(
            f"mfcc_{index}", "dB", f"Mean mel-frequency cepstral coefficient {index}."
        )
        for index in range(1, CEPSTRAL_COEFFICIENTS + 1)
    ),
)

_TONALITY = (
    *(_pitch_class(name) for name in PITCH_CLASSES),
    FeatureDefinition("mode", "1", "From −1 (minor) to 1 (major), by key profiles."),
    FeatureDefinition(
        "key_fifths_cos", "1", "Place on the circle of fifths, cosine; C major and A minor at 1."
    ),
    FeatureDefinition(
        "key_fifths_sin", "1", "Place on the circle of fifths, sine; A major and F♯ minor at 1."
    ),
    FeatureDefinition("key_clarity", "1", "How well the best key fits, 0 to 1."),
    FeatureDefinition(
        "sensory_dissonance",
        "1",
        "Roughness of close partials, 0 for a pure tone, about 1 for noise.",
    ),
)

FEATURES: tuple[FeatureDefinition, ...] = (*_DYNAMICS, *_RHYTHM, *_TIMBRE, *_TONALITY)


@dataclass(frozen=True)
class Outline:
    """What no model reads of a recording.

    Attributes:
        waveform: the largest swing in each of up to 400 equal stretches, 0 .. 1 of full scale.
        fingerprint: 4 bytes for every 46 ms (adaptation/audio/fingerprint.py).
    """

    waveform: tuple[float, ...]
    fingerprint: bytes


@dataclass(frozen=True)
class TrackAnalysis:
    """What is known of a recording after it was analysed.

    Attributes:
        duration_seconds: of the decoded samples.
        sample_rate: of the file, Hz.
        true_peak_dbtp: dB relative to full scale, oversampled (ITU-R BS.1770, Annex 2).
        values: one finite number for each of `FEATURES`, in their order.
        content_sha256: of the file's bytes, 64 hexadecimal digits.
        outline: how it looks, and by what it is found again.
    """

    duration_seconds: float
    sample_rate: int
    true_peak_dbtp: float
    values: dict[str, float]
    content_sha256: str
    outline: Outline
