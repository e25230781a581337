"""Audio features: from a recording to the numbers that the learners see. No Django here."""

from pathlib import Path

from adaptation.audio.containers import SUPPORTED_SUFFIXES
from adaptation.audio.definitions import FEATURES, FeatureDefinition, Outline, TrackAnalysis
from adaptation.audio.unusable import UnusableAudio

__all__ = [
    "FEATURES",
    "SUPPORTED_SUFFIXES",
    "FeatureDefinition",
    "Outline",
    "TrackAnalysis",
    "UnusableAudio",
    "analyse",
    "outline_of",
]


def analyse(path: Path) -> TrackAnalysis:
    """Measure every feature of a recording.

    Args:
        path: a file with one of `SUPPORTED_SUFFIXES`, 3 s to 30 min long, mono or stereo.

    Raises:
        UnusableAudio: the file cannot be analysed; the reason says why and what to do.
        OSError: there is no such file or it cannot be read.
    """
    # SciPy takes a second to import and librosa several: not for whoever wants the names only.
    from adaptation.audio.features import analyse_file

    return analyse_file(path)


def outline_of(path: Path) -> Outline:
    """How a recording looks and by what it is found again, without measuring its features.

    Raises as `analyse` does.
    """
    from adaptation.audio.features import outline_of_file

    return outline_of_file(path)
