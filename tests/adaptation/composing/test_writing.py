"""Files are level, below full scale, repeatable and never half-written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile
from numpy.typing import NDArray

from adaptation.composing import STARTER_CATALOGUE, Piece, Score, level, write_piece
from adaptation.composing.writing import HIGHEST_PEAK, LOUDNESS

CALM = replace(STARTER_CATALOGUE[0], seconds=30.0)
LIVELY = replace(max(STARTER_CATALOGUE, key=lambda piece: piece.arousal), seconds=30.0)


def silence(*, seed: int, valence: float, arousal: float, seconds: float) -> Score:
    return Score(tempo=60, key=0, mode="ionian", beats_per_bar=4, beats=seconds, parts=())


def crests(*, count: int, sample_rate: int) -> NDArray[np.float32]:
    """Quiet tone with rare tall clicks: far more peak than its loudness allows."""
    time = np.arange(10 * sample_rate) / sample_rate
    samples = 0.01 * np.sin(2 * np.pi * 440 * time)
    samples[:: len(samples) // count] = 0.9
    return np.repeat(samples[:, None], 2, axis=1).astype(np.float32)


@pytest.mark.parametrize("piece", [CALM, LIVELY], ids=["calm", "lively"])
def test_a_written_piece_is_level_stereo_and_below_full_scale(piece: Piece, tmp_path: Path) -> None:
    path = write_piece(piece, tmp_path)
    samples, rate = soundfile.read(path)
    assert soundfile.info(path).subtype == "VORBIS"
    assert samples.shape == (round(piece.seconds * rate), 2)
    assert abs(pyloudnorm.Meter(rate).integrated_loudness(samples) - LOUDNESS) < 0.5
    assert 20 * np.log10(np.abs(samples).max()) <= HIGHEST_PEAK
    assert np.abs(samples[-rate // 20 :]).max() < 1e-3


def test_writing_again_gives_the_same_samples_and_leaves_one_file(tmp_path: Path) -> None:
    first, _ = soundfile.read(write_piece(CALM, tmp_path / "new" / "folder"))
    second, _ = soundfile.read(write_piece(CALM, tmp_path / "new" / "folder"))
    np.testing.assert_array_equal(first, second)
    files = [path.name for path in (tmp_path / "new" / "folder").iterdir()]
    assert files == [f"{CALM.slug}.ogg"]


def test_a_write_that_fails_at_the_last_step_leaves_nothing_behind(tmp_path: Path) -> None:
    in_the_way = tmp_path / f"{CALM.slug}.ogg"
    (in_the_way / "occupied").mkdir(parents=True)
    with pytest.raises(OSError, match=CALM.slug):
        write_piece(CALM, tmp_path)
    assert list(tmp_path.iterdir()) == [in_the_way]


def test_a_composer_that_fails_leaves_the_older_file_as_it_was(tmp_path: Path) -> None:
    older = tmp_path / f"{CALM.slug}.ogg"
    older.write_bytes(b"the older file")
    with pytest.raises(ValueError, match="silent"):
        write_piece(CALM, tmp_path, composer=silence)
    assert older.read_bytes() == b"the older file"
    assert list(tmp_path.iterdir()) == [older]


def test_tall_peaks_are_bent_under_the_ceiling_at_the_right_loudness() -> None:
    levelled = level(crests(count=20, sample_rate=32000), sample_rate=32000)
    assert np.abs(levelled).max() <= 10 ** (HIGHEST_PEAK / 20)
    loudness = pyloudnorm.Meter(32000).integrated_loudness(levelled)
    assert abs(loudness - LOUDNESS) < 0.5
