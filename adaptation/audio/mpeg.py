"""Whether an MP3 file holds all the audio that it promises.

An MP3 file is a chain of frames, each of which states its own length; most encoders put a frame
in front that states how many follow (the Xing or VBRI header). libsndfile believes that count
even when half the frames are gone, and decodes as many as it finds without an error, so the
chain is walked here, headers only, before anything is decoded.

What cannot be told: a file of an encoder that states no count, cut exactly between two frames,
is a complete file.

Sources: ISO/IEC 11172-3 and 13818-3 (frame header), the published Xing and VBRI layouts,
ID3v2.4.0 structure, section 3.1 (tag size).
"""

from __future__ import annotations

from typing import NamedTuple

from adaptation.audio.containers import FileBytes
from adaptation.audio.unusable import UnusableAudio

_KBPS_MPEG1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_MPEG2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES_MPEG1 = (44_100, 48_000, 32_000)
_RATE_DIVISOR = {3: 1, 2: 2, 0: 4}  # version bits: MPEG-1, MPEG-2, MPEG-2.5
_LAYER_III = 1

_PADDING_BYTES = 65_536
"""How much padding is passed over before the first frame and, if zeros, after the last."""

_TAGS_AFTER_THE_AUDIO = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3", b"3DI")


class Mp3Stream(NamedTuple):
    """What the frame headers say. `frames` counts samples per channel, encoder padding included."""

    sample_rate: int
    frames: int


class _FrameHeader(NamedTuple):
    sample_rate: int
    samples: int
    length: int  # bytes, header included


def walk(data: FileBytes, *, longest_seconds: float) -> Mp3Stream:
    """Walk the frames of an MP3 file from the first to the last.

    Args:
        data: the whole file.
        longest_seconds: the walk stops, and refuses the file, once it is past this time.

    Raises:
        UnusableAudio: no MP3 audio, a cut or damaged chain of frames, or a file that is too long.
    """
    position = _first_frame(data)
    first = _header_at(data, position)
    if first is None:
        raise UnusableAudio(
            "The file is named .mp3, but no MP3 audio was found in it. "
            "Check that it is the file you meant, or export it again as MP3."
        )
    promised = _promised_frames(data[position : position + first.length])
    if promised is not None:
        position += first.length  # the frame that carries the count holds no audio
        _check_length(promised * first.samples, first.sample_rate, longest_seconds)
    count = 0
    while (header := _header_at(data, position)) and position + header.length <= len(data):
        count += 1
        position += header.length
        _check_length(count * first.samples, first.sample_rate, longest_seconds)
    seconds = count * first.samples / first.sample_rate
    _check_end(data, position, seconds)
    # Some encoders count the header frame too, hence the one frame of grace.
    if promised is not None and count < promised - 1:
        raise UnusableAudio(
            f"The MP3 file is cut short: its header promises {promised} frames and {count} are "
            f"there ({seconds:.1f} s). Export or upload it again."
        )
    return Mp3Stream(sample_rate=first.sample_rate, frames=count * first.samples)


def too_long(seconds: float, longest_seconds: float) -> UnusableAudio:
    """The refusal of a recording of `seconds` where `longest_seconds` are allowed."""
    return UnusableAudio(
        f"The recording is too long: more than {longest_seconds / 60:.0f} minutes "
        f"({seconds / 60:.0f} or more). Cut it into shorter tracks."
    )


def _check_length(samples: int, sample_rate: int, longest_seconds: float) -> None:
    if samples > longest_seconds * sample_rate:
        raise too_long(samples / sample_rate, longest_seconds)


def _first_frame(data: FileBytes) -> int:
    """The offset of the first frame that another one follows; the file's length if none."""
    start = _after_leading_tags(data)
    for position in range(start, min(start + _PADDING_BYTES, len(data))):
        header = _header_at(data, position)
        if header and _header_at(data, position + header.length):
            return position
    return len(data)


def _after_leading_tags(data: FileBytes) -> int:
    position = 0
    while data[position : position + 3] == b"ID3" and position + 10 <= len(data):
        flags = data[position + 5]
        size = 0
        for byte in data[position + 6 : position + 10]:
            size = size << 7 | byte & 0x7F
        footer = 10 if flags & 0x10 else 0
        position += 10 + size + footer
    return position


def _header_at(data: FileBytes, position: int) -> _FrameHeader | None:
    head = data[position : position + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version = head[1] >> 3 & 3
    bitrate_index = head[2] >> 4
    rate_index = head[2] >> 2 & 3
    if version == 1 or head[1] >> 1 & 3 != _LAYER_III or bitrate_index in (0, 15) or rate_index > 2:
        return None
    is_mpeg1 = version == 3
    kbps = (_KBPS_MPEG1 if is_mpeg1 else _KBPS_MPEG2)[bitrate_index]
    sample_rate = _RATES_MPEG1[rate_index] // _RATE_DIVISOR[version]
    samples = 1152 if is_mpeg1 else 576
    padding = head[2] >> 1 & 1
    length = samples // 8 * kbps * 1000 // sample_rate + padding
    return _FrameHeader(sample_rate=sample_rate, samples=samples, length=length)


def _promised_frames(frame: bytes) -> int | None:
    """The number of frames that a Xing, Info or VBRI header states, if `frame` carries one."""
    for name in (b"Xing", b"Info"):
        at = frame.find(name, 4, 48)
        if at >= 0:
            has_count = int.from_bytes(frame[at + 4 : at + 8], "big") & 1
            return int.from_bytes(frame[at + 8 : at + 12], "big") if has_count else None
    if frame[36:40] == b"VBRI":
        return int.from_bytes(frame[50:54], "big")
    return None


def _check_end(data: FileBytes, position: int, seconds: float) -> None:
    """Refuse a file in which neither its end, a tag nor padding follows the last whole frame."""
    rest = data[position : position + 16]
    if not rest or rest.startswith(_TAGS_AFTER_THE_AUDIO):
        return
    if _header_at(data, position) or len(data) - position < 4:
        raise UnusableAudio(
            f"The MP3 file is cut short: its last frame, after {seconds:.1f} s, is incomplete. "
            "Export or upload it again."
        )
    if len(data) - position > _PADDING_BYTES or any(data[position:]):
        raise UnusableAudio(
            f"The MP3 file is damaged: after {seconds:.1f} s the audio data stop making sense. "
            "Export or upload it again."
        )
