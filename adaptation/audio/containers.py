"""Which files are read, and whether a WAV or Ogg file holds all the audio that it promises.

libsndfile reads a cut WAV or Ogg file to where it ends and reports no error, so what the
containers say about their own length is checked here, before anything is decoded. A cut FLAC
file needs no check of its own: its header states the number of samples, and the decoder either
reports an error or delivers fewer. MP3 has its own module, `mpeg`.
"""

from __future__ import annotations

import mmap
import struct

from adaptation.audio.unusable import UnusableAudio

SUPPORTED_SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")

FileBytes = bytes | mmap.mmap

# Writers that cannot seek back (a pipe, say) leave one of these where the length belongs.
_LENGTHS_NEVER_FILLED_IN = (0, 0xFFFFFFFF)

_OGG_CAPTURE = b"OggS"
_OGG_HEADER_BYTES = 27
_OGG_END_OF_STREAM = 0x04


def check_wav(data: FileBytes) -> None:
    """Refuse a RIFF/WAVE file whose `data` chunk is longer than the rest of the file.

    Source: Microsoft & IBM, Multimedia Programming Interface and Data Specifications 1.0 (1991).

    Raises:
        UnusableAudio: the file is cut short, states no length, or has no `data` chunk.
    """
    position = 12  # after "RIFF", the size and "WAVE"
    while position + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, position)
        position += 8
        if name == b"data":
            _check_data_chunk(promised=size, present=len(data) - position)
            return
        position += size + size % 2  # chunks start at even offsets
    raise UnusableAudio(
        "The WAV file has no audio in it: it ends before its data chunk. "
        "It was probably cut short; export or upload it again."
    )


def _check_data_chunk(*, promised: int, present: int) -> None:
    if promised in _LENGTHS_NEVER_FILLED_IN and present > 0:
        raise UnusableAudio(
            "The WAV file does not say how long it is, so nobody can tell whether it is complete. "
            "Open it in an audio editor and save it again."
        )
    if present < promised:
        raise UnusableAudio(
            f"The WAV file is cut short: it promises {promised} bytes of audio and holds {present}."
            " Export or upload it again."
        )


def check_ogg(data: FileBytes) -> None:
    """Refuse an Ogg file whose last page is incomplete or is not marked as the end.

    Source: RFC 3533, section 6 (page format; bit 0x04 of the flags marks the last page).

    Raises:
        UnusableAudio: the file is cut short, within a page or between two pages.
    """
    last = data.rfind(_OGG_CAPTURE)
    header = data[last : last + _OGG_HEADER_BYTES] if last >= 0 else b""
    if len(header) == _OGG_HEADER_BYTES and header[5] & _OGG_END_OF_STREAM:
        segments = header[26]
        start = last + _OGG_HEADER_BYTES
        lengths = data[start : start + segments]
        end = start + segments + sum(lengths)
        if len(lengths) == segments and end <= len(data):
            return
    raise UnusableAudio(
        "The Ogg file is cut short: its last page is incomplete or is not marked as the end of "
        "the stream. Export or upload it again."
    )
