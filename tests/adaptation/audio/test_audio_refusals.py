"""What cannot be analysed is refused with a reason, never analysed in part."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adaptation.audio import SUPPORTED_SUFFIXES, UnusableAudio, analyse
from tests.adaptation.audio.signals import Signal, noise, sine, stereo, write

RATE = 22_050
HOURS = 3_600

# MPEG-2, layer III, 8 kbit/s, 22.05 kHz, mono, no checksum: 26 bytes, 576 samples.
MP3_FRAME = bytes([0xFF, 0xF3, 0x10, 0xC0]).ljust(26, b"\0")
MP3_FRAME_SECONDS = 576 / RATE

forty_examples = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def music(seconds: float = 5.0) -> Signal:
    return sine(440, seconds, rate=RATE, dbfs=-12) + noise(seconds, rate=RATE, level=0.01)


def refusal(path: Path) -> str:
    with pytest.raises(UnusableAudio) as caught:
        analyse(path)
    return caught.value.reason


def forbid_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*args: object, **options: object) -> None:
        raise AssertionError("the file was decoded")

    monkeypatch.setattr(soundfile.SoundFile, "read", read)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Five good seconds in every format."""
    folder = tmp_path_factory.mktemp("whole")
    return {
        suffix: write(folder / f"music{suffix}", music(), rate=RATE).read_bytes()
        for suffix in SUPPORTED_SUFFIXES
    }


@pytest.mark.parametrize("suffix", SUPPORTED_SUFFIXES)
def test_the_whole_file_is_accepted(tmp_path: Path, whole: dict[str, bytes], suffix: str) -> None:
    path = tmp_path / f"good{suffix}"
    path.write_bytes(whole[suffix])
    assert analyse(path).duration_seconds == pytest.approx(5.0, abs=0.1)


@pytest.mark.parametrize("suffix", SUPPORTED_SUFFIXES)
def test_an_empty_file_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"empty{suffix}"
    path.touch()
    assert "empty" in refusal(path)


@pytest.mark.parametrize("suffix", SUPPORTED_SUFFIXES)
def test_text_under_an_audio_name_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"letter{suffix}"
    path.write_text("Dear therapist, the music you sent does not play. " * 200)
    assert f"named {suffix}" in refusal(path)


@pytest.mark.parametrize("suffix", SUPPORTED_SUFFIXES)
def test_random_bytes_are_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"garbage{suffix}"
    path.write_bytes(np.random.default_rng(5).bytes(200_000))
    assert refusal(path)


@pytest.mark.parametrize("name", ["song.m4a", "song.txt", "song"])
def test_an_unsupported_suffix_is_refused_and_the_supported_ones_are_named(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"whatever")
    assert ".wav, .flac, .ogg, .mp3" in refusal(path)


def test_the_case_of_the_suffix_does_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path / "music.wav", music(), rate=RATE).rename(tmp_path / "MUSIC.WAV")
    assert analyse(path).sample_rate == RATE


@pytest.mark.parametrize(("inside", "named"), [(".flac", ".wav"), (".wav", ".mp3")])
def test_one_format_under_the_name_of_another_is_refused(
    tmp_path: Path, whole: dict[str, bytes], inside: str, named: str
) -> None:
    path = tmp_path / f"disguised{named}"
    path.write_bytes(whole[inside])
    assert f"named {named}" in refusal(path)


def test_a_missing_file_is_not_called_unusable(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        analyse(tmp_path / "nowhere.wav")


@pytest.mark.parametrize("suffix", SUPPORTED_SUFFIXES)
@pytest.mark.parametrize("kept", [0.3, 0.75, 0.98])
def test_a_file_that_is_cut_short_is_refused(
    tmp_path: Path, whole: dict[str, bytes], suffix: str, kept: float
) -> None:
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(whole[suffix][: int(kept * len(whole[suffix]))])
    assert "cut short" in refusal(path)


@forty_examples
@given(suffix=st.sampled_from(SUPPORTED_SUFFIXES), kept=st.floats(0.0, 0.99))
def test_wherever_it_is_cut_it_is_refused(
    tmp_path: Path, whole: dict[str, bytes], suffix: str, kept: float
) -> None:
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(whole[suffix][: int(kept * len(whole[suffix]))])
    assert refusal(path)


@pytest.mark.parametrize("suffix", [".wav", ".ogg", ".mp3"])
def test_one_missing_byte_at_the_end_is_noticed(
    tmp_path: Path, whole: dict[str, bytes], suffix: str
) -> None:
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(whole[suffix][:-1])
    assert "cut short" in refusal(path)


@forty_examples
@given(suffix=st.sampled_from(SUPPORTED_SUFFIXES), at=st.floats(0, 0.999), seed=st.integers(0, 99))
def test_a_damaged_file_is_analysed_or_refused_but_never_breaks_anything(
    tmp_path: Path, whole: dict[str, bytes], suffix: str, at: float, seed: int
) -> None:
    damaged = bytearray(whole[suffix])
    start = int(at * len(damaged))
    damaged[start : start + 64] = np.random.default_rng(seed).bytes(64)
    path = tmp_path / f"damaged{suffix}"
    path.write_bytes(damaged)
    try:
        values = analyse(path).values
    except UnusableAudio:
        return
    assert all(np.isfinite(list(values.values())))


def test_an_mp3_whose_middle_is_missing_is_refused(tmp_path: Path, whole: dict[str, bytes]) -> None:
    data = whole[".mp3"]
    path = tmp_path / "gap.mp3"
    path.write_bytes(data[: len(data) // 3] + data[len(data) // 2 :])
    assert "damaged" in refusal(path)


def test_a_cut_mp3_without_a_frame_count_is_refused_for_its_last_frame(tmp_path: Path) -> None:
    path = tmp_path / "stream.mp3"
    path.write_bytes(MP3_FRAME * 400 + MP3_FRAME[:-5])
    assert "last frame" in refusal(path)


def test_a_variable_bit_rate_mp3_that_does_not_state_its_length_is_refused(
    tmp_path: Path,
) -> None:
    """libsndfile guesses the length from the first frames and would drop the rest unheard."""
    loud_then_silent = np.concatenate([noise(10, rate=44_100), np.zeros(441_000, np.float32)])
    path = write(tmp_path / "vbr.mp3", loud_then_silent, rate=44_100, bitrate_mode="VARIABLE")
    data = path.read_bytes()
    second_frame = data.index(data[:2], 4)
    path.write_bytes(data[second_frame:])  # without the frame that carries the count
    assert "states its length" in refusal(path)


def test_tags_around_an_mp3_do_no_harm(tmp_path: Path, whole: dict[str, bytes]) -> None:
    id3v2 = b"ID3\x04\x00\x00" + bytes([0, 0, 2, 0]) + bytes(256)
    path = tmp_path / "tagged.mp3"
    path.write_bytes(id3v2 + whole[".mp3"] + b"TAG".ljust(128, b"\0"))
    assert analyse(path).duration_seconds == pytest.approx(5.0, abs=0.1)


def test_a_constant_bit_rate_mp3_is_accepted(tmp_path: Path) -> None:
    path = write(tmp_path / "cbr.mp3", music(), rate=RATE, bitrate_mode="CONSTANT")
    assert analyse(path).duration_seconds == pytest.approx(5.0, abs=0.1)


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_a_silent_file_is_refused(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / f"silence{suffix}", np.zeros(5 * RATE, np.float32), rate=RATE)
    assert "silent" in refusal(path)


def test_a_constant_offset_is_silent(tmp_path: Path) -> None:
    ramp = np.minimum(np.arange(10 * RATE) / (5 * RATE), 1).astype(np.float32)
    assert "silent" in refusal(write(tmp_path / "offset.wav", 0.5 * ramp, rate=RATE))


@pytest.mark.parametrize("suffix", SUPPORTED_SUFFIXES)
def test_less_than_three_seconds_are_too_short(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / f"jingle{suffix}", music(2.7), rate=RATE)
    assert "too short" in refusal(path)


def test_three_seconds_are_long_enough(tmp_path: Path) -> None:
    path = write(tmp_path / "jingle.wav", music(3.0), rate=RATE)
    assert analyse(path).values["loudness_range"] == pytest.approx(0.0, abs=0.1)


def test_three_hours_of_wav_are_refused_unheard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = 3 * HOURS * RATE * 2
    path = tmp_path / "night.wav"
    with path.open("wb") as file:
        file.write(b"RIFF" + struct.pack("<I", size + 36) + b"WAVEfmt ")
        file.write(struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16))
        file.write(b"data" + struct.pack("<I", size))
        file.truncate(size + 44)  # a sparse file: it takes no room
    forbid_decoding(monkeypatch)
    assert "too long" in refusal(path)


def test_three_hours_of_flac_are_refused_unheard(
    tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "night.flac"
    path.write_bytes(with_flac_length(whole[".flac"], 3 * HOURS * RATE))
    forbid_decoding(monkeypatch)
    assert "too long" in refusal(path)


def test_three_hours_of_mp3_are_refused_unheard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "night.mp3"
    path.write_bytes(MP3_FRAME * int(3 * HOURS / MP3_FRAME_SECONDS))
    forbid_decoding(monkeypatch)
    assert "too long" in refusal(path)


def test_an_mp3_that_promises_three_hours_is_refused_by_its_first_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In a 64 kbit/s frame there is room for the count.
    large = bytes([0xFF, 0xF3, 0x80, 0xC0]).ljust(208, b"\0")
    count = b"Xing" + struct.pack(">II", 1, int(3 * HOURS / MP3_FRAME_SECONDS))
    promise = large[:13] + count + large[13 + len(count) :]
    path = tmp_path / "night.mp3"
    path.write_bytes(promise + large * 10)
    forbid_decoding(monkeypatch)
    assert "too long" in refusal(path)


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF])
def test_a_wav_that_states_no_length_is_refused(
    tmp_path: Path, whole: dict[str, bytes], length: int
) -> None:
    data = bytearray(whole[".wav"])
    at = data.index(b"data") + 4
    data[at : at + 4] = struct.pack("<I", length)
    path = tmp_path / "piped.wav"
    path.write_bytes(data)
    assert refusal(path)


def test_a_flac_that_states_no_length_is_refused(tmp_path: Path, whole: dict[str, bytes]) -> None:
    path = tmp_path / "piped.flac"
    path.write_bytes(with_flac_length(whole[".flac"], 0))
    assert "how long it is" in refusal(path)


def test_channels_that_cancel_each_other_are_refused(tmp_path: Path) -> None:
    signal = music()
    path = write(tmp_path / "inverted.wav", stereo(signal, -signal), rate=RATE)
    assert "polarity" in refusal(path)


def test_surround_sound_is_refused(tmp_path: Path) -> None:
    six = np.repeat(music()[:, None], 6, axis=1)
    assert "6 channels" in refusal(write(tmp_path / "film.wav", six, rate=RATE))


@pytest.mark.parametrize("rate", [4_000, 384_000])
def test_an_extreme_sample_rate_is_refused(tmp_path: Path, rate: int) -> None:
    path = write(tmp_path / "odd.wav", noise(3.5, rate=rate), rate=rate)
    assert f"{rate} Hz" in refusal(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, 32_768.0])
def test_samples_that_are_no_samples_are_refused(tmp_path: Path, value: float) -> None:
    signal = music()
    signal[RATE] = value
    path = write(tmp_path / "float.wav", signal, rate=RATE, subtype="FLOAT")
    assert "not numbers" in refusal(path)


def with_flac_length(data: bytes, frames: int) -> bytes:
    """With the 36-bit sample count of the STREAMINFO block replaced (RFC 9639, section 8.2)."""
    fields = int.from_bytes(data[18:26], "big")
    fields = fields >> 36 << 36 | frames
    return data[:18] + fields.to_bytes(8, "big") + data[26:]
