"""Playlists as JSPF, on the page and by its address."""

import json
import math
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from tests.factories import (
    ListeningSessionFactory,
    MembershipFactory,
    PlaylistEntryFactory,
    PlaylistLogFactory,
)
from tests.people import People
from therapy.models import AccessLog, PlaylistLog, Track, User

pytestmark = pytest.mark.django_db
KEY = "https://localhost/fhir/jspf/playlist-1"


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def log(people: People) -> PlaylistLog:
    """Anna's, of two tracks, listed in no order."""
    people.anna.time_zone = "Europe/Berlin"
    people.anna.save()
    session = ListeningSessionFactory(patient=people.anna)
    made: PlaylistLog = PlaylistLogFactory(
        patient=people.anna,
        session=session,
        made_at=datetime(2026, 7, 1, 18, 30, tzinfo=UTC),
        seed=2**62 + 1,
        model_version=4,
    )
    first, second, _ = people.tracks
    Track.objects.filter(id=first.id).update(
        title="Still “water”", artist="A. N. Other", duration_seconds=61.2345
    )
    Track.objects.filter(id=second.id).update(duration_seconds=None)
    PlaylistEntryFactory(playlist=made, position=1, track=second, log_probability=math.log(0.25))
    PlaylistEntryFactory(playlist=made, position=0, track=first, waypoint_valence=0.125)
    return made


def address(log: PlaylistLog) -> str:
    return f"/patients/{log.patient_id}/playlists/{log.id}/jspf"


def playlist(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.content)["playlist"]
    return found


def test_the_playlist_is_there_in_playing_order(people: People, log: PlaylistLog) -> None:
    answer = desk(people.bob).get(address(log))
    assert answer.headers["Content-Type"] == "application/json"
    assert (
        answer.headers["Content-Disposition"]
        == 'attachment; filename="attune-harbour-ANNA-20260701-1830.jspf"'
    )
    made = playlist(answer)
    assert made["title"] == "ANNA, 2026-07-01 20:30"
    assert made["date"] == "2026-07-01T20:30:00.000+02:00"
    assert made["identifier"] == f"urn:uuid:{log.id}"
    first, second = made["track"]
    assert first["title"] == "Still “water”"
    assert (first["creator"], first["duration"], first["trackNum"]) == ("A. N. Other", 61234, 1)
    assert first["identifier"] == [f"urn:uuid:{people.tracks[0].id}"]
    assert not {"creator", "duration", "location"} & second.keys()


def test_the_extension_has_what_was_wanted_expected_and_drawn(
    people: People, log: PlaylistLog
) -> None:
    made = playlist(desk(people.bob).get(address(log)))
    (about,) = made["extension"][KEY]
    assert about["mood"] == {"valence": -0.5, "arousal": 0.5}
    assert about["target"] == {"valence": 0.5, "arousal": -0.5}
    assert (about["model_version"], about["seed"]) == (4, str(2**62 + 1))
    assert about["session"] == str(log.session_id)
    (first,), (second,) = (track["extension"][KEY] for track in made["track"])
    assert first["waypoint"] == {"valence": 0.125, "arousal": 0.5}
    assert first["predicted"] == {"valence": -0.4, "arousal": 0.4}
    assert first["deviation"] == {"valence": 0.2, "arousal": 0.25}
    assert second["probability"] == pytest.approx(0.25)
    assert second["reason"].startswith("The path wanted valence -0.50, arousal +0.50 here.")
    assert second["reason"].endswith("It was chosen with probability 0.25.")


def test_a_first_track_that_the_patient_chose_is_not_said_to_be_drawn(
    people: People, log: PlaylistLog
) -> None:
    PlaylistLog.objects.filter(id=log.id).update(chosen_first=True)
    found = playlist(desk(people.bob).get(address(log)))
    assert found["extension"][KEY][0]["chosen_first"] is True
    first, second = (track["extension"][KEY][0]["reason"] for track in found["track"])
    assert "The patient chose it among equivalent ones; it would have been drawn" in first
    assert second.endswith("It was chosen with probability 0.25.")


def test_the_patients_page_offers_it_to_who_may_take_data_out(
    people: People, log: PlaylistLog
) -> None:
    admin = MembershipFactory(clinic=people.harbour, role="admin").user
    for user, offered in ((people.alice, True), (people.bob, True), (admin, False)):
        page = desk(user).get(f"/patients/{people.anna.id}/").content.decode()
        assert "Playlist of 2 tracks" in page
        assert (f'href="{address(log)}"' in page) is offered
    assert desk(admin).get(address(log)).status_code == 403


def test_a_stranger_and_another_patients_address_find_nothing(
    people: People, log: PlaylistLog
) -> None:
    assert desk(people.charlie).get(address(log)).status_code == 404
    bobs = desk(people.bob)
    assert bobs.get(f"/patients/{people.anna.id}/playlists/{uuid.uuid4()}/jspf").status_code == 404
    carls = PlaylistLogFactory(patient=people.carl)
    crossed = f"/patients/{people.anna.id}/playlists/{carls.id}/jspf"
    assert bobs.get(crossed).status_code == 404


def test_taking_it_is_logged(people: People, log: PlaylistLog) -> None:
    desk(people.bob).get(address(log))
    entry = AccessLog.objects.get(patient_id=people.anna.id)
    assert (entry.user_id, entry.address) == (people.bob.id, "playlist-jspf")
