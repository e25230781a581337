"""`manage.py compose_catalogue`: pieces of our own, as sound files with their features."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from django.core.management import call_command

from adaptation import starter
from adaptation.composing import STARTER_CATALOGUE
from therapy.models import Catalogue, Track, TrackFeatures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_of_this_test")]


def compose(capsys: pytest.CaptureFixture[str]) -> str:
    call_command("compose_catalogue")
    return capsys.readouterr().out


def test_pieces_are_composed_rendered_and_measured_and_a_second_run_makes_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pieces = STARTER_CATALOGUE[:2]
    monkeypatch.setattr(starter, "STARTER_CATALOGUE", pieces)
    assert compose(capsys) == "Starter catalogue: 2 pieces.\n"
    tracks = {track.external_id: track for track in Track.objects.all()}
    assert set(tracks) == {piece.slug for piece in pieces}
    for piece in pieces:
        track = tracks[piece.slug]
        assert (track.title, track.tags) == (piece.title, list(piece.tags))
        assert (track.lyrics, track.explicit) == (Track.Lyrics.NONE, False)
        assert "CC0" in track.rights
        sound = soundfile.info(track.audio.path)
        assert sound.duration == pytest.approx(track.duration_seconds, abs=0.1)
        assert track.true_peak_dbtp is not None
        assert track.true_peak_dbtp <= -1
        assert str(TrackFeatures.objects.get(track=track).schema) == "attune-audio-1"

    def state() -> list[object]:
        tables = (Track.objects, TrackFeatures.objects, Catalogue.objects)
        return [sorted(map(str, table.values_list())) for table in tables]

    before = state()
    assert compose(capsys) == "Starter catalogue: 2 pieces.\n"
    assert state() == before

    lost = tracks[pieces[0].slug]
    sound, _ = soundfile.read(lost.audio.path)
    Path(lost.audio.path).unlink()
    Track.objects.filter(id=lost.id).update(audio="", audio_sha256="")
    compose(capsys)
    again, _ = soundfile.read(Track.objects.get(id=lost.id).audio.path)
    np.testing.assert_array_equal(again, sound)
    assert Track.objects.count() == 2
