"""The list of recordings that are in the catalogue twice."""

import uuid

import pytest
from django.test import Client

from tests.people import People, described_track
from tests.therapy.pages.reading import rows, words
from therapy.catalogue.services import SoundRow, store_sound
from therapy.models import Track

pytestmark = pytest.mark.django_db
PAGE = "/catalogue/copies/"


def is_recording(recording: uuid.UUID, *tracks: Track) -> None:
    for track in tracks:
        store_sound(track, SoundRow(waveform=[0.5], fingerprint=b"1234", recording=recording))


def test_each_recording_is_listed_once_with_its_copies(alices: Client, people: People) -> None:
    first, alone, _ = people.tracks
    copy = described_track(first.catalogue, title="The copy")
    is_recording(uuid.uuid4(), first, copy)
    is_recording(uuid.uuid4(), alone)
    _, row = rows(alices.get(PAGE))
    assert first.title in row
    assert "The copy" in row
    assert alone.title not in words(alices.get(PAGE))
    assert "The same recording twice: 1" in words(alices.get("/catalogue/"))


def test_a_copy_at_another_clinic_is_nobodys_business_here(alices: Client, people: People) -> None:
    is_recording(uuid.uuid4(), people.tracks[0], people.strange_track)
    said = words(alices.get(PAGE))
    assert "No recording that you can see is in the catalogue twice" in said
    assert people.strange_track.title not in said
    assert "The same recording twice" not in words(alices.get("/catalogue/"))
