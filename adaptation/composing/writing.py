"""A piece as an audio file: levelled to broadcast loudness and never half-written."""

from pathlib import Path
from uuid import uuid4

import numpy as np
import pyloudnorm
import soundfile
from numpy.typing import NDArray

from adaptation.composing.catalogue import Piece
from adaptation.composing.rendering import render
from adaptation.composing.rules import compose
from adaptation.composing.score import Composer

#: Integrated loudness in LUFS (EBU R 128) and the highest sample peak in dBFS.
LOUDNESS, HIGHEST_PEAK = -23.0, -1.0

_SAMPLE_RATE = 32000
#: Lossy coding moves samples a little; the peak stays this far below its bound, in dB.
_CODING_MARGIN = 0.5
#: Above this share of the ceiling the limiter bends the wave.
_KNEE = 0.7
_ROUNDS = 4


def write_piece(piece: Piece, folder: Path, *, composer: Composer = compose) -> Path:
    """Compose, render and write a piece as ``folder/slug.ogg`` (Ogg Vorbis) and give its path.

    Loudness is −23 LUFS integrated with sample peaks at or below −1 dBFS. The folder is made if
    need be; the file appears whole or not at all, and replaces an older one. The same piece
    always gives the same samples. Raises OSError or soundfile.LibsndfileError if the folder
    cannot be written.
    """
    score = composer(
        seed=piece.seed, valence=piece.valence, arousal=piece.arousal, seconds=piece.seconds
    )
    samples = level(render(score, sample_rate=_SAMPLE_RATE), sample_rate=_SAMPLE_RATE)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{piece.slug}.ogg"
    temporary = folder / f".{piece.slug}-{uuid4().hex}.part"
    try:
        _write_vorbis(temporary, samples)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path


def level(samples: NDArray[np.float32], *, sample_rate: int) -> NDArray[np.float32]:
    """Frames [n, 2] brought to −23 LUFS, with peaks bent softly where they would be too high.

    Raises ValueError for silence, which has no loudness.
    """
    meter = pyloudnorm.Meter(sample_rate)
    ceiling = 10 ** ((HIGHEST_PEAK - _CODING_MARGIN) / 20)
    levelled = samples
    # Bending peaks takes a little loudness away, which the next round restores.
    for _ in range(_ROUNDS):
        loudness = meter.integrated_loudness(levelled)
        if not np.isfinite(loudness):
            raise ValueError("The piece is silent, so it cannot be levelled; check its score.")
        levelled = levelled * np.float32(10 ** ((LOUDNESS - loudness) / 20))
        if np.abs(levelled).max() <= ceiling:
            break
        levelled = _limit(levelled, ceiling)
    return levelled


def _limit(samples: NDArray[np.float32], ceiling: float) -> NDArray[np.float32]:
    """Samples under the ceiling: straight up to the knee, a hyperbolic tangent above."""
    knee = _KNEE * ceiling
    size = np.abs(samples)
    bent = knee + (ceiling - knee) * np.tanh((size - knee) / (ceiling - knee))
    return np.asarray(np.sign(samples) * np.where(size > knee, bent, size), dtype=np.float32)


def _write_vorbis(path: Path, samples: NDArray[np.float32]) -> None:
    """One second at a time: libvorbis keeps a whole write on its stack (libsndfile issue 1095)."""
    with soundfile.SoundFile(
        path, "w", _SAMPLE_RATE, samples.shape[1], format="OGG", subtype="VORBIS"
    ) as file:
        for start in range(0, len(samples), _SAMPLE_RATE):
            file.write(samples[start : start + _SAMPLE_RATE])
