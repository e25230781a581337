"""The feature schemas that this version knows, and what their columns mean to listeners.

The directions are for simulated listeners only. They follow the reviews of Gabrielsson & Lindström
(2010, in Juslin & Sloboda, *Handbook of Music and Emotion*, ch. 14) and Eerola, Friberg & Bresin
(2013, doi 10.3389/fpsyg.2013.00487): loud, fast, dense and bright music sounds excited; major
mode and a livelier tempo sound pleasant, roughness unpleasant.
"""

from typing import Final

from adaptation.audio import FEATURES
from adaptation.learning.datasets import situnes
from adaptation.learning.schema import Feature, FeatureSchema

_AROUSAL: Final = {
    "integrated_loudness": 0.6,
    "tempo": 0.6,
    "onset_rate": 0.8,
    "spectral_centroid_mean": 0.4,
    "spectral_flux_mean": 0.4,
    "sensory_dissonance": 0.2,
}
_VALENCE: Final = {
    "mode": 0.8,
    "tempo": 0.3,
    "onset_rate": 0.2,
    "sensory_dissonance": -0.4,
    "key_clarity": 0.2,
}
_TRANSITION: Final = {
    "integrated_loudness": 0.3,
    "tempo": 0.3,
    "onset_rate": 0.2,
    "key_fifths_cos": 0.2,
    "key_fifths_sin": 0.2,
    "spectral_centroid_mean": 0.2,
}
_RESOLUTION: Final = {
    "integrated_loudness": 1.0,  # LU; ours, about the smallest change of level that is noticed
    "tempo": 4.0,  # bpm; ours, a few per cent of a usual tempo
}


def _audio_schema() -> FeatureSchema:
    known = {feature.name for feature in FEATURES}
    strangers = (
        _AROUSAL.keys() | _VALENCE.keys() | _TRANSITION.keys() | _RESOLUTION.keys()
    ) - known
    if strangers:
        raise LookupError(f"No audio feature is called {', '.join(sorted(strangers))}.")
    return FeatureSchema(
        "attune-audio",
        1,
        tuple(
            Feature(
                feature.name,
                feature.unit,
                feature.description,
                arousal=_AROUSAL.get(feature.name, 0.0),
                valence=_VALENCE.get(feature.name, 0.0),
                transition=_TRANSITION.get(feature.name, 0.0),
                resolution=_RESOLUTION.get(feature.name, 0.0),
            )
            for feature in FEATURES
        ),
    )


ATTUNE_AUDIO: Final = _audio_schema()
SCHEMAS: Final = {schema.label: schema for schema in (ATTUNE_AUDIO, situnes.SCHEMA)}
