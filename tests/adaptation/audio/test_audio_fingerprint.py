"""The same recording is found again whatever became of its file; another piece is another."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from adaptation.audio import outline_of
from adaptation.audio.fingerprint import SAME_BELOW, bit_error_rate, is_same_recording
from adaptation.composing import STARTER_CATALOGUE, write_piece
from tests.adaptation.audio.signals import Signal, noise, write

PIECES = 5


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Some of the starter's pieces as they are rendered, of all moods; not to be changed."""
    folder = tmp_path_factory.mktemp("pieces")
    step = len(STARTER_CATALOGUE) // PIECES
    return [write_piece(piece, folder) for piece in STARTER_CATALOGUE[::step][:PIECES]]


@pytest.fixture(scope="module")
def prints(pieces: list[Path]) -> list[bytes]:
    return [outline_of(path).fingerprint for path in pieces]


@pytest.fixture(scope="module")
def original(pieces: list[Path]) -> tuple[Signal, int]:
    samples, rate = soundfile.read(pieces[0], dtype="float32")
    return samples, rate


@pytest.mark.parametrize(
    ("kind", "gain", "options"),
    [
        ("wav", 0.05, {}),
        ("flac", 0.5, {}),
        ("ogg", 0.25, {"compression_level": 1.0}),
        ("mp3", 0.5, {"compression_level": 0.95}),
        ("mp3", 1.0, {"compression_level": 0.0}),
    ],
)
def test_another_format_bit_rate_and_loudness_are_the_same_recording(
    kind: str,
    gain: float,
    options: dict[str, float],
    original: tuple[Signal, int],
    prints: list[bytes],
    tmp_path: Path,
) -> None:
    samples, rate = original
    copy = write(tmp_path / f"copy.{kind}", gain * samples, rate=rate, **options)
    assert is_same_recording(prints[0], outline_of(copy).fingerprint)


def test_a_lower_sample_rate_one_channel_and_a_later_start_are_the_same_recording(
    original: tuple[Signal, int], prints: list[bytes], tmp_path: Path
) -> None:
    samples, rate = original
    lower = soxr.resample(samples.mean(axis=1)[rate:], rate, 22_050)
    copy = write(tmp_path / "copy.ogg", lower, rate=22_050)
    assert is_same_recording(prints[0], outline_of(copy).fingerprint)


def test_no_two_pieces_are_taken_for_one_however_they_are_laid_over_each_other(
    prints: list[bytes],
) -> None:
    """Cut to one length, so that it is the sound that keeps them apart."""
    for one, other in combinations(prints, 2):
        length = min(len(one), len(other))
        assert bit_error_rate(one[:length], other[:length]) > SAME_BELOW + 0.05


def test_a_piece_is_not_the_same_as_its_first_half(prints: list[bytes]) -> None:
    assert bit_error_rate(prints[0], prints[0][: len(prints[0]) // 8 * 4]) == 1.0


def test_shared_silence_makes_nothing_alike(tmp_path: Path) -> None:
    silence = np.zeros(20 * 22_050, np.float32)
    found = []
    for seed in (1, 2):
        sound = np.concatenate([noise(5, seed=seed), silence])
        found.append(outline_of(write(tmp_path / f"{seed}.wav", sound, rate=22_050)).fingerprint)
    assert bit_error_rate(*found) > SAME_BELOW
