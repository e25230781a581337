"""A simulated listener's phone against a real server."""

from io import StringIO
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from adaptation.schemas import ATTUNE_AUDIO
from adaptation.services import store_schema
from tests.factories import token_of
from tests.people import People, settle
from therapy.catalogue.services import ensure_catalogue, store_track
from therapy.models import ListeningSession, MoodRating, Patient, TrackRating
from therapy.people.services import create_clinic, create_patient, create_staff, issue_device_token
from therapy.plans.services import prescribe

pytestmark = pytest.mark.django_db(transaction=True)


def sit(server: Any, token: str, *arguments: str) -> str:
    output = StringIO()
    address = ["--server", server.url, "--token", token]
    call_command("simulate_phone", *address, *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def token() -> str:
    """The phone of a simulated patient in a clinic of twelve tracks."""
    schema, catalogue = store_schema(ATTUNE_AUDIO), ensure_catalogue(slug="made-up", name="Made up")
    chance = np.random.default_rng(0)
    for number in range(12):
        values = dict(zip(ATTUNE_AUDIO.columns, map(float, chance.normal(size=43)), strict=True))
        store_track(
            catalogue=catalogue,
            external_id=str(number),
            schema=schema,
            values=values,
            title=f"Track {number}",
            duration_seconds=60.0,
            tags=["harp"] if number % 2 else ["piano"],
        )
    clinic = create_clinic(slug="sim", name="Sim", feature_schema=schema, catalogues=[catalogue])
    staff, _ = create_staff(clinic=clinic, email="t@example.org")
    patient = create_patient(clinic=clinic, code="S-1", origin=Patient.Origin.SIMULATED)
    prescribe(patient=patient, by=staff.user, excluded_tags=["harp"])
    return issue_device_token(patient=patient)[1]


def test_its_sittings_arrive_whole(live_server: Any, token: str) -> None:
    said = sit(live_server, token, "--sittings", "2", "--tracks", "3")
    assert said.count("3 tracks chosen by chance, 3 track ratings and 4 mood ratings sent") == 2
    sessions = ListeningSession.objects.all()
    assert len(sessions) == 2
    for session in sessions:
        assert session.ended_at is not None
        moods = MoodRating.objects.filter(session=session).values_list("phase", flat=True)
        assert list(moods) == ["before", "during", "during", "after"]
        assert session.track_ratings.count() == 3


def test_it_plays_nothing_that_the_plan_excludes(live_server: Any, token: str) -> None:
    sit(live_server, token, "--sittings", "3")
    assert TrackRating.objects.exists()
    assert not [r for r in TrackRating.objects.select_related("track") if "harp" in r.track.tags]


def test_made_up_ratings_never_go_to_a_person(live_server: Any) -> None:
    people: People = settle()
    token = token_of(people.annas_phone.device)
    with pytest.raises(CommandError, match="not a simulated one"):
        sit(live_server, token)
    assert not MoodRating.objects.exists()


def test_a_wrong_token_is_told_in_the_servers_words(live_server: Any) -> None:
    with pytest.raises(CommandError, match=r"/api/v1/me: .*token"):
        sit(live_server, "attune_wrong")


def test_a_server_that_is_not_there_is_told_in_words() -> None:
    with pytest.raises(CommandError, match=r"No server answers at http://127\.0\.0\.1:9"):
        call_command("simulate_phone", "--server", "http://127.0.0.1:9", "--token", "x")


@pytest.mark.parametrize("nonsense", [["--seed", "-1"], ["--tracks", "9"], ["--sittings", "0"]])
def test_nonsense_is_refused_by_its_name(nonsense: list[str]) -> None:
    with pytest.raises(CommandError, match=nonsense[0]):
        call_command("simulate_phone", "--server", "http://x", "--token", "x", *nonsense)
