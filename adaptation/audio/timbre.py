"""Timbre: the colour of the sound, as means over the audible frames.

Sources: Peeters, A Large Set of Audio Features (2004), for the spectral shape; Tzanetakis &
Cook, IEEE Trans. Speech Audio Process. 10 (2002), for flux and the low-energy rate; Davis &
Mermelstein, IEEE Trans. ASSP 28 (1980), for the cepstral coefficients.
"""

from __future__ import annotations

import librosa

from adaptation.audio.definitions import CEPSTRAL_COEFFICIENTS
from adaptation.audio.spectrum import Frames


def timbre(frames: Frames) -> dict[str, float]:
    """The spectral shape and the cepstral coefficients 1 to 13.

    Coefficient 0, the mean level, is left out: loudness is measured elsewhere, and better.
    """
    audible = frames.audible
    centroid = frames.centroid[audible]
    cepstrum = librosa.feature.mfcc(S=frames.mel_db, n_mfcc=CEPSTRAL_COEFFICIENTS + 1)
    means = cepstrum[1:, audible].mean(axis=1)
    return {
        "spectral_centroid_mean": float(centroid.mean()),
        "spectral_centroid_sd": float(centroid.std()),
        "spectral_flux_mean": float(frames.flux[audible].mean()),
        "spectral_rolloff_mean": float(frames.rolloff[audible].mean()),
        "spectral_flatness_mean": float(frames.flatness[audible].mean()),
        **{f"mfcc_{index}": float(mean) for index, mean in enumerate(means, start=1)},
    }


def low_energy_rate(frames: Frames) -> float:
    """The share of frames, 0 .. 1, whose root mean square is below the mean of all frames."""
    return float((frames.rms < frames.rms.mean()).mean())
