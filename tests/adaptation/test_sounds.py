"""Waveforms and fingerprints of tracks that came in before there were any."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from adaptation.sounds import look_at_sounds, unlooked_at
from tests.adaptation.audio.signals import noise, write
from therapy.models import Track, TrackSound

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_of_this_test")]


def look() -> int:
    return look_at_sounds(report=lambda share, note: None)


def test_what_is_missing_is_looked_at_and_copies_are_told(tmp_path: Path) -> None:
    for name, seed, kind in (("one", 1, "wav"), ("copy", 1, "ogg"), ("other", 2, "wav")):
        write(tmp_path / f"{name}.{kind}", noise(6, seed=seed), rate=22_050)
    call_command("ingest", str(tmp_path), catalogue="ours", keep_copies=True)
    TrackSound.objects.all().delete()
    assert look() == 3
    recordings = dict(TrackSound.objects.values_list("track__title", "recording"))
    assert recordings["one"] == recordings["copy"] != recordings["other"]
    assert not unlooked_at().exists()


def test_audio_that_changed_is_looked_at_again_and_broken_audio_is_passed_over(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "one.wav", noise(6), rate=22_050)
    call_command("ingest", str(path), catalogue="ours")
    track = Track.objects.get()
    track.audio.save("new.wav", ContentFile(b"no audio at all"), save=False)
    track.audio_sha256 = "ab" * 32
    track.save()
    assert look() == 1
    assert TrackSound.objects.get().audio_sha256 != track.audio_sha256
