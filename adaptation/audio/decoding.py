"""From a file to blocks of samples, or to a refusal that says why not.

`inspect` reads headers only, so that a file which is too long, too short, cut or something else
altogether costs next to nothing; `decode` then reads the samples once, one second at a time, so
that memory does not grow with the length of the recording.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from adaptation.audio import containers, mpeg
from adaptation.audio.arrays import Samples
from adaptation.audio.unusable import UnusableAudio

SHORTEST_SECONDS = 3.0
"""One window of short-term loudness (EBU Tech 3341), without which there is no loudness range."""

LONGEST_SECONDS = 30 * 60.0

_SAMPLE_RATES = range(8_000, 192_001)
_MOST_CHANNELS = 2
_FORMATS = {".wav": ("WAV", "WAVEX"), ".flac": ("FLAC",), ".ogg": ("OGG",), ".mp3": ("MP3",)}

_MOST_FRAMES = 2**40
"""More than any recording has: libsndfile reports an unknown length as a huge one."""

_LOUDEST_SAMPLE = 16.0
"""24 dB over full scale; a float file beyond that was written without scaling."""

_MP3_PADDING_SECONDS = 0.25
"""The most that a decoder may trim as the encoder's delay and padding."""


@dataclass(frozen=True)
class AudioHeader:
    """A file that has passed every check that needs no decoding.

    Attributes:
        path: the file.
        sample_rate: Hz.
        channels: 1 or 2.
        fewest_frames: samples per channel that decoding has to deliver at the least.
    """

    path: Path
    sample_rate: int
    channels: int
    fewest_frames: int


class _Info(NamedTuple):
    format: str
    channels: int
    sample_rate: int
    frames: int


def inspect(path: Path) -> AudioHeader:
    """Check a file as far as its headers tell.

    Raises:
        UnusableAudio: the file cannot be analysed; the reason says what to do.
        OSError: there is no such file or it cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in containers.SUPPORTED_SUFFIXES:
        kind = f"Files of type “{path.suffix}”" if path.suffix else "Files without a suffix"
        raise UnusableAudio(
            f"{kind} are not read. "
            f"Convert the recording to one of {', '.join(containers.SUPPORTED_SUFFIXES)}."
        )
    if path.stat().st_size == 0:
        raise UnusableAudio("The file is empty (0 bytes). Upload it again.")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _inspect_bytes(path, suffix, data)


def _inspect_bytes(path: Path, suffix: str, data: mmap.mmap) -> AudioHeader:
    # The walk comes first, so that nothing else opens an MP3 file that is cut or too long.
    stream = mpeg.walk(data, longest_seconds=LONGEST_SECONDS) if suffix == ".mp3" else None
    info = _read_info(path)
    _check_format(suffix, info)
    if suffix == ".wav":
        containers.check_wav(data)
    if suffix == ".ogg":
        containers.check_ogg(data)
    # For MP3 libsndfile repeats the header's promise or estimates; the walk has counted.
    frames = stream.frames if stream else info.frames
    padding = _MP3_PADDING_SECONDS if stream else 0.0
    _check_duration(frames, info.sample_rate)
    return AudioHeader(
        path=path,
        sample_rate=info.sample_rate,
        channels=info.channels,
        fewest_frames=frames - int(padding * info.sample_rate),
    )


def decode(header: AudioHeader) -> Iterator[Samples]:
    """The samples of an inspected file in blocks of one second (the last may be shorter).

    Raises:
        UnusableAudio: while iterating, when the file is broken or holds less than it promises,
            or when samples are not finite or far beyond full scale.
    """
    decoded = 0
    try:
        with soundfile.SoundFile(header.path) as file:
            while len(block := file.read(header.sample_rate, dtype="float32", always_2d=True)):
                _check_samples(block)
                decoded += len(block)
                yield block
    except soundfile.SoundFileError as error:
        raise _incomplete(header, decoded) from error
    if decoded < header.fewest_frames:
        raise _incomplete(header, decoded)


def _read_info(path: Path) -> _Info:
    try:
        info = soundfile.info(path)
    except soundfile.SoundFileError as error:
        raise UnusableAudio(
            f"The file is named {path.suffix}, but it cannot be read as audio: it is something "
            "else, or its beginning is damaged. Check that it is the file you meant, or export it "
            "again."
        ) from error
    return _Info(info.format, info.channels, info.samplerate, info.frames)


def _check_format(suffix: str, info: _Info) -> None:
    if info.format not in _FORMATS[suffix]:
        raise UnusableAudio(
            f"The file is named {suffix} but holds {info.format} audio. "
            f"Give it its right suffix or convert it to {suffix}."
        )
    if info.channels > _MOST_CHANNELS:
        raise UnusableAudio(
            f"The recording has {info.channels} channels, and the file does not say reliably "
            "which is which. Mix it down to stereo."
        )
    if info.sample_rate not in _SAMPLE_RATES:
        raise UnusableAudio(
            f"The sample rate is {info.sample_rate} Hz; {_SAMPLE_RATES.start} to "
            f"{_SAMPLE_RATES.stop - 1} Hz can be analysed. Resample the recording, to 44100 Hz say."
        )


def _check_duration(frames: int, sample_rate: int) -> None:
    if frames > _MOST_FRAMES:
        raise UnusableAudio(
            "The file does not say how long it is, so nobody can tell whether it is complete. "
            "Open it in an audio editor and save it again."
        )
    seconds = frames / sample_rate
    if seconds > LONGEST_SECONDS:
        raise mpeg.too_long(seconds, LONGEST_SECONDS)
    if seconds < SHORTEST_SECONDS:
        raise UnusableAudio(
            f"The recording is too short: {seconds:.1f} s. At least {SHORTEST_SECONDS:.0f} s are "
            "needed to measure its loudness range."
        )


def _check_samples(block: Samples) -> None:
    if not bool(np.all(np.abs(block) <= _LOUDEST_SAMPLE)):  # False for NaN, too
        raise UnusableAudio(
            "The recording has samples that are not numbers or lie far beyond full scale. "
            "Export it again as 16- or 24-bit audio."
        )


def _incomplete(header: AudioHeader, decoded: int) -> UnusableAudio:
    found = decoded / header.sample_rate
    promised = header.fewest_frames / header.sample_rate
    return UnusableAudio(
        f"The file is cut short or damaged: of {promised:.1f} s only {found:.1f} s could be "
        "decoded. Export or upload it again; an MP3 file needs a constant bit rate or a header "
        "that states its length."
    )
