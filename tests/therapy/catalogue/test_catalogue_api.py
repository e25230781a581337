"""GET /api/v1/catalogue, and a track's sound."""

import base64
import hashlib
import json
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.factories import FEATURES
from tests.people import People, Phone, described_track, settle
from tests.problems import problem_in
from therapy.catalogue.api import _short_values
from therapy.catalogue.selectors import FeatureTable
from therapy.models import FeatureSchema, Track
from therapy.plans.services import prescribe

pytestmark = pytest.mark.django_db

SOUND = bytes(range(256)) * 600  # more than two blocks


@pytest.fixture
def sounding(people: People) -> Track:
    track = people.tracks[0]
    track.audio.save("sound.wav", ContentFile(SOUND))
    track.audio_sha256 = "ab" * 32
    track.save()
    return track


def test_the_catalogue_says_what_the_columns_mean(phone: Phone) -> None:
    answer = phone.get("catalogue").json()
    assert answer["schema"] == {"name": "audio", "version": 1, "columns": FEATURES}


def test_tracks_come_with_their_values_in_column_order(people: People, phone: Phone) -> None:
    tracks = phone.get("catalogue").json()["tracks"]
    assert [track["id"] for track in tracks] == sorted(str(track.id) for track in people.tracks)
    first = next(track for track in tracks if track["id"] == str(people.tracks[0].id))
    assert first == {
        "id": str(people.tracks[0].id),
        "key": people.tracks[0].key_digest,
        "title": people.tracks[0].title,
        "artist": "",
        "duration": 180.0,
        "tags": [],
        "audio": None,
        "values": [60.0, -23.0, 1500.0],
    }


@pytest.mark.parametrize("address", ["catalogue", "plan"])
def test_a_phone_can_tell_that_an_answer_was_changed_on_the_way(
    address: str, people: People, phone: Phone
) -> None:
    prescribe(patient=people.anna, by=people.bob)
    answer = phone.get(address)
    digest = hashlib.sha256(answer.content).digest()
    assert answer["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest).decode()}:"
    unchanged = phone.get(address, if_none_match=answer["ETag"])
    assert unchanged.status_code == 304
    assert "Repr-Digest" not in phone.without_token().get(address), "a refusal is not kept"


def test_a_tracks_key_is_the_same_wherever_the_track_is_and_tells_no_name(
    people: People, phone: Phone
) -> None:
    """Known from outside: `printf 'ours/quiet-piece' | sha256sum`."""
    described_track(people.tracks[0].catalogue, external_id="quiet-piece", title="Quiet piece")
    tracks = phone.get("catalogue").json()["tracks"]
    (key,) = [track["key"] for track in tracks if track["title"] == "Quiet piece"]
    assert key == "6e8669e09d180ef3"
    assert len({track["key"] for track in tracks}) == len(tracks) == 4


def test_another_clinics_phone_sees_its_own_tracks_only(people: People) -> None:
    tracks = people.carls_phone.get("catalogue").json()["tracks"]
    assert [track["id"] for track in tracks] == [str(people.strange_track.id)]


def test_the_same_catalogue_is_not_sent_again(people: People, phone: Phone) -> None:
    first = phone.get("catalogue")
    again = phone.get("catalogue", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    described_track(people.tracks[0].catalogue)
    changed = phone.get("catalogue", If_None_Match=first.headers["ETag"])
    assert changed.status_code == 200
    assert len(changed.json()["tracks"]) == 4


def test_no_shared_cache_may_keep_it(phone: Phone) -> None:
    answer = phone.get("catalogue")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in answer.headers["Vary"]


@pytest.mark.parametrize("tracks", [1, 40])
def test_queries_do_not_grow_with_the_catalogue(
    tracks: int, django_assert_max_num_queries: Any
) -> None:
    phone = settle(tracks=tracks).annas_phone
    with django_assert_max_num_queries(5):  # the device, its last call, two counts, the table
        assert len(phone.get("catalogue").json()["tracks"]) == tracks


@given(arrays(np.float32, 3, elements=st.floats(width=32, allow_nan=False, allow_infinity=False)))
def test_short_numbers_give_back_the_same_float32(values: Any) -> None:
    schema, track = FeatureSchema(features=FEATURES), Track()
    table = FeatureTable(schema, (track,), values.reshape(1, 3))
    sent = json.loads(json.dumps(_short_values(table)[track.id]))
    np.testing.assert_array_equal(np.array(sent, dtype=np.float64).astype(np.float32), values)


def test_the_sound_is_where_the_catalogue_says(sounding: Track, phone: Phone) -> None:
    tracks = phone.get("catalogue").json()["tracks"]
    (address,) = [track["audio"] for track in tracks if track["audio"]]
    answer = phone.get(address.removeprefix("/api/v1/"))
    assert b"".join(answer.streaming_content) == SOUND
    assert answer.headers["Content-Type"] == "audio/wav"


def test_a_player_can_seek_whatever_it_accepts(sounding: Track, phone: Phone) -> None:
    answer = phone.get(f"tracks/{sounding.id}/audio", Range="bytes=100-199", Accept="audio/*")
    assert answer.status_code == 206
    assert b"".join(answer.streaming_content) == SOUND[100:200]
    assert answer.headers["Content-Range"] == f"bytes 100-199/{len(SOUND)}"


def test_a_range_beyond_the_end_is_refused_in_the_apis_words(sounding: Track, phone: Phone) -> None:
    answer = phone.get(f"tracks/{sounding.id}/audio", Range=f"bytes={len(SOUND)}-")
    assert problem_in(answer, 416)["code"] == "range_not_satisfiable"


def test_sound_that_is_not_there_is_not_found_in_words(
    sounding: Track, people: People, phone: Phone
) -> None:
    def words(track: Track) -> str:
        answer = phone.get(f"tracks/{track.id}/audio")
        return str(problem_in(answer, 404)["detail"])

    assert words(people.tracks[1]).startswith("This track has no audio")
    assert words(people.strange_track) == words(Track())
    sounding.audio.storage.delete(sounding.audio.name)
    assert words(sounding) == "This file is on record but no longer stored."


def test_another_clinics_phone_cannot_hear_it(sounding: Track, people: People) -> None:
    assert people.carls_phone.get(f"tracks/{sounding.id}/audio").status_code == 404
