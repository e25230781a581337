"""The page of one track: how it looks, what was measured, and who may see it."""

import re
import uuid
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from tests.factories import MembershipFactory, TrackFactory
from tests.people import People, described_track
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import words
from therapy.catalogue.services import SoundRow, store_sound
from therapy.models import FeatureSchema, Membership, Track, TrackFeatures, TrackSound
from worker.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def sounding(people: People, settings: Any, tmp_path: Any) -> Track:
    settings.MEDIA_ROOT = tmp_path / "files"
    track = people.tracks[0]
    track.audio.save("sound.wav", ContentFile(b"RIFF"), save=False)
    track.audio_sha256, track.true_peak_dbtp = "ab" * 32, -0.5
    track.tags, track.rights = ["harp"], "CC BY 4.0, the trio"
    track.save()
    return track


def page(client: Client, track: Track) -> Any:
    return client.get(reverse("track", args=[track.id]))


def draw(track: Track, *peaks: float, recording: uuid.UUID | None = None) -> None:
    store_sound(
        track, SoundRow(waveform=peaks, fingerprint=b"1234", recording=recording or uuid.uuid4())
    )


def test_it_shows_what_is_known_and_plays_from_this_site(alices: Client, sounding: Track) -> None:
    answer = page(alices, sounding)
    said = words(answer)
    for known in ("harp", "CC BY 4.0, the trio", "60 bpm", "slow", "−23.0 LUFS", "−0.5 dBTP"):
        assert known in said
    assert f'src="{reverse("track-audio", args=[sounding.id])}"' in answer.content.decode()
    assert "No base reads what was measured" in said


def test_the_waveform_is_drawn_from_what_is_kept_of_the_audio_it_has_now(
    alices: Client, sounding: Track
) -> None:
    assert "No waveform was drawn of this track yet" in words(page(alices, sounding))
    draw(sounding, 0.5, 1.0)
    html = page(alices, sounding).content.decode()
    assert 'd="M0,60 L200.0,30.0 600.0,0.0 L800,60 L600.0,120.0 200.0,90.0 Z"' in html
    TrackSound.objects.update(audio_sha256="cd" * 32)
    assert "No waveform was drawn of this track yet" in words(page(alices, sounding))


def test_missing_waveforms_are_asked_for_by_who_manages_the_catalogue(
    alices: Client, people: People, sounding: Track, signed_in: SignedIn
) -> None:
    address = reverse("track-sounds", args=[sounding.id])
    bobs = signed_in(people.bob)
    assert "Draw missing waveforms" not in words(page(bobs, sounding))
    assert bobs.post(address).status_code == 403
    assert not Job.objects.filter(kind="look_at_sounds").exists()
    assert "Draw missing waveforms" in words(page(alices, sounding))
    assert alices.post(address).headers["Location"] == reverse("track", args=[sounding.id])
    assert Job.objects.get(kind="look_at_sounds").state == Job.State.QUEUED
    said = words(page(alices, sounding))
    assert "The drawing of waveforms is waiting to start" in said
    assert "Draw missing waveforms" not in said


def test_copies_are_named_but_for_those_of_other_clinics(
    alices: Client, people: People, sounding: Track
) -> None:
    one = uuid.uuid4()
    copy = described_track(people.tracks[0].catalogue, title="The copy")
    for track in (sounding, copy, people.strange_track):
        draw(track, 0.5, recording=one)
    said = words(page(alices, sounding))
    assert "The copy" in said
    assert people.strange_track.title not in said


@pytest.mark.parametrize(
    ("loudness", "peak", "sentence"),
    [
        (-16.0, -3.0, "would be played −7.0 dB : at −23.0 LUFS, peaks at −10.0 dBTP."),
        (-23.4, -0.2, "would be played −0.8 dB : at −24.2 LUFS, peaks at −1.0 dBTP. It stays 1.2"),
        (-30.0, -9.0, "would be played as it is, at −30.0 LUFS. It stays 7.0 LU softer"),
        (-20.0, None, "would be played −3.0 dB : at −23.0 LUFS."),
    ],
)
def test_the_levelling_only_goes_down_and_leaves_room_for_peaks(
    loudness: float, peak: float | None, sentence: str, alices: Client, people: People
) -> None:
    track = described_track(people.tracks[0].catalogue, loudness=loudness, true_peak_dbtp=peak)
    said = words(page(alices, track))
    assert sentence in said
    assert "it levels nothing yet" in said


@pytest.mark.parametrize(
    ("mode", "fifths", "key"),
    [
        (0.3, (1.0, 0.0), "C major"),
        (-0.3, (1.0, 0.0), "A minor"),
        (0.2, (0.0, 1.0), "A major"),
        (-0.2, (0.0, 1.0), "F♯ minor"),
        (0.01, (1.0, 0.0), "neither major nor minor"),
        (0.4, (0.0, 0.0), "Key and mode major"),
    ],
)
def test_the_key_is_named_from_its_place_on_the_circle_of_fifths(
    mode: float, fifths: tuple[float, float], key: str, alices: Client, people: People
) -> None:
    schema = FeatureSchema.objects.create(
        name="keys",
        version=1,
        features=[
            {"name": name, "unit": "1", "description": name}
            for name in ("mode", "key_fifths_cos", "key_fifths_sin")
        ],
    )
    people.harbour.feature_schema = schema
    people.harbour.save()
    track = TrackFactory(catalogue=people.tracks[0].catalogue)
    TrackFeatures.objects.create(track=track, schema=schema, values=[mode, *fifths])
    assert key in words(page(alices, track))


def test_a_track_of_which_nothing_is_known_says_so(alices: Client, people: People) -> None:
    bare = TrackFactory(catalogue=people.tracks[0].catalogue, lyrics="unknown")
    said = words(page(alices, bare))
    for missing in ("There is no audio here", "Nothing was measured", "not stated", "not known"):
        assert missing in said


@pytest.mark.parametrize("role", Membership.Role.values)
def test_a_stranger_finds_nothing_whatever_their_role(
    role: str, people: People, sounding: Track, signed_in: SignedIn
) -> None:
    stranger = signed_in(MembershipFactory(clinic=people.hill, role=role).user)
    assert page(stranger, sounding).status_code == 404
    post = stranger.post(reverse("track-sounds", args=[sounding.id]))
    assert post.status_code in {403, 404}
    assert not Job.objects.filter(kind="look_at_sounds").exists()


def test_hostile_words_are_text(alices: Client, people: People) -> None:
    track = described_track(
        people.tracks[0].catalogue, title="<script>x</script>", tags=["</ul><b>"], rights="<i>"
    )
    html = page(alices, track).content.decode()
    assert not re.search(r"<script>|<b>|<i>", html)
