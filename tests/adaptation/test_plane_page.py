"""All tracks of a catalogue in the plane of valence and arousal."""

from collections.abc import Callable

import pytest
from django.test import Client

from adaptation.models import TrackPlace
from adaptation.places import place_tracks
from tests.factories import MembershipFactory, TrackFactory
from tests.people import described_track
from tests.practice import Practice
from tests.therapy.pages.reading import rows, words
from therapy.models import Track

pytestmark = pytest.mark.django_db
PAGE = "/catalogue/plane/"


@pytest.fixture
def desk(practice: Practice) -> Client:
    client = Client()
    client.force_login(MembershipFactory(clinic=practice.clinic, role="therapist").user)
    return client


@pytest.fixture
def place(practice: Practice) -> Callable[[], int]:
    return lambda: place_tracks(report=lambda share, note: None)


def test_every_track_is_a_dot_that_leads_to_it_and_a_line_of_the_table(
    desk: Client, practice: Practice, place: Callable[[], int]
) -> None:
    assert "No track is placed yet" in words(desk.get(PAGE))
    place()
    answer = desk.get(PAGE)
    html = answer.content.decode()
    assert html.count('class="dot"') == len(practice.tracks)
    lines = rows(answer)[1:]
    for track, line in zip(sorted(practice.tracks, key=lambda one: one.title), lines, strict=True):
        lies = TrackPlace.objects.get(track=track)
        valence, arousal = (f"{x:+.2f}".replace("-", "−") for x in (lies.valence, lies.arousal))
        assert line == f"{track.title} {valence} {arousal}"
        x = 30 + (lies.valence + 1) * 160
        y = 330 - (lies.arousal + 1) * 160
        assert f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="5"/>' in html
        assert html.count(f'href="/catalogue/{track.id}/"') == 2
    assert "simulated base" in words(answer)
    assert "No person said this." in words(answer)


def test_it_is_filtered_as_the_list_is(
    desk: Client, practice: Practice, place: Callable[[], int]
) -> None:
    place()
    Track.objects.filter(id=practice.tracks[0].id).update(tags=["harp"])
    (line,) = rows(desk.get(PAGE, {"search": "harp"}))[1:]
    assert line.startswith(practice.tracks[0].title)
    assert "No track matches" in words(desk.get(PAGE, {"search": "zzz"}))
    assert f'href="{PAGE}?search=harp"' in desk.get("/catalogue/?search=harp").content.decode()


def test_what_cannot_be_placed_is_counted_and_strange_tracks_are_not_there(
    desk: Client, practice: Practice, place: Callable[[], int]
) -> None:
    TrackFactory(catalogue=practice.catalogue, title="Bare")
    strange = described_track(TrackFactory().catalogue, title="A stranger's")
    place()
    said = words(desk.get(PAGE))
    assert "1 more is not placed" in said
    assert strange.title not in said


def test_without_a_clinic_or_a_base_it_says_so(practice: Practice) -> None:
    other = MembershipFactory(role="admin")
    client = Client()
    client.force_login(other.user)
    assert "No track matches" in words(client.get(PAGE))
    catalogue = TrackFactory().catalogue
    other.clinic.catalogues.add(catalogue)
    assert "There is no base that reads" in words(client.get(PAGE))
