"""What is kept of how recordings look and sound: outlines, and which are copies of one."""

import tempfile
import uuid
from pathlib import Path, PurePath
from shutil import copyfileobj

from django.db.models import F, QuerySet

from adaptation.audio import Outline, UnusableAudio, outline_of
from adaptation.audio.fingerprint import REACH_SECONDS, bit_error_rate, is_same_recording
from therapy.catalogue.services import SoundRow, store_sound
from therapy.models import Track, TrackSound
from worker.running import ReportShare


def sound_of(outline: Outline, *, seconds: float, leaving_out: Track | None = None) -> SoundRow:
    """An outline as the catalogue keeps it, with the recording that it is: that of the track which
    it is most alike, or a new one. `seconds` is how long it is."""
    near = TrackSound.objects.filter(
        track__duration_seconds__range=(seconds - REACH_SECONDS, seconds + REACH_SECONDS)
    )
    if leaving_out is not None:
        near = near.exclude(track=leaving_out)
    copies = [
        (bit_error_rate(outline.fingerprint, bytes(print_)), recording)
        for print_, recording in near.values_list("fingerprint", "recording").order_by("id")
        if is_same_recording(outline.fingerprint, bytes(print_))
    ]
    return SoundRow(
        waveform=outline.waveform,
        fingerprint=outline.fingerprint,
        recording=min(copies)[1] if copies else uuid.uuid4(),
    )


def unlooked_at() -> QuerySet[Track]:
    """The tracks with audio whose outline is not kept, or is of audio that they had before."""
    known = TrackSound.objects.filter(audio_sha256=F("track__audio_sha256")).values("track")
    return Track.objects.exclude(audio="").exclude(id__in=known).order_by("id")


def look_at_sounds(*, report: ReportShare) -> int:
    """Keep the outline of every track that has none; how many it were. Audio that cannot be read
    is passed over."""
    tracks = list(unlooked_at())
    for done, track in enumerate(tracks):
        report(done / len(tracks), f"{done} of {len(tracks)} tracks")
        outline = _outline_of(track)
        if outline is not None:
            seconds = track.duration_seconds or 0.0
            store_sound(track, sound_of(outline, seconds=seconds, leaving_out=track))
    return len(tracks)


def _outline_of(track: Track) -> Outline | None:
    with tempfile.TemporaryDirectory(prefix="attune-sound-") as folder:
        copy = Path(folder) / f"sound{PurePath(str(track.audio)).suffix}"
        try:
            with track.audio.open("rb") as stored, copy.open("wb") as file:
                copyfileobj(stored, file)
            return outline_of(copy)
        except (UnusableAudio, OSError):
            return None
