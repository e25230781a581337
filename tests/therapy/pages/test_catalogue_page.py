"""The catalogue page and the sound that it plays."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import CatalogueFactory, MembershipFactory, TrackFactory, UserFactory
from tests.people import People, described_track
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import rows, words
from therapy.models import Track
from therapy.pages.catalogue import TRACKS_A_PAGE

pytestmark = pytest.mark.django_db

SOUND = bytes(range(256)) * 8


@pytest.fixture
def sounding(people: People) -> Track:
    """The first of Harbour's tracks, with sound."""
    track = people.tracks[0]
    track.audio.save("sound.wav", ContentFile(SOUND), save=False)
    track.audio_sha256 = "ab" * 32
    track.save()
    return track


def test_a_track_is_shown_with_its_numbers(alices: Client, people: People) -> None:
    described_track(
        people.tracks[0].catalogue,
        title="Slow tide",
        artist="Trio",
        tempo=63.4,
        loudness=-21.46,
        duration_seconds=187.0,
        tags=["harp", "rain"],
        explicit=True,
    )
    (row,) = [row for row in rows(alices.get("/catalogue/")) if "Slow tide" in row]
    assert "Slow tide Trio explicit no lyrics harp rain 3:07 63 −21.5" in row
    assert "integrated loudness −21.46 LUFS" in row
    assert "brightness 1500 Hz" in row
    assert row.endswith("no audio here")


def test_what_was_not_measured_is_called_unknown(alices: Client, people: People) -> None:
    TrackFactory(catalogue=people.tracks[0].catalogue, title="Bare", duration_seconds=None)
    (row,) = [row for row in rows(alices.get("/catalogue/")) if "Bare" in row]
    assert "unknown unknown unknown not measured" in row


def test_each_clinic_sees_its_own_catalogues_only(people: People, signed_in: SignedIn) -> None:
    alices = words(signed_in(people.alice).get("/catalogue/"))
    charlies = words(signed_in(people.charlie).get("/catalogue/"))
    assert people.tracks[0].title in alices
    assert people.strange_track.title not in alices
    assert people.strange_track.title in charlies
    assert people.tracks[0].title not in charlies


def test_a_track_is_listed_once_for_a_user_of_two_clinics_that_share_it(
    alices: Client, people: People
) -> None:
    catalogue = people.tracks[0].catalogue
    other = MembershipFactory(user=people.alice).clinic
    other.catalogues.add(catalogue)
    listed = [row for row in rows(alices.get("/catalogue/")) if people.tracks[0].title in row]
    assert len(listed) == 1


@pytest.mark.parametrize("search", ["TIDE", "trio", "harp"])
def test_a_search_looks_in_title_artist_and_tags(
    alices: Client, people: People, search: str
) -> None:
    described_track(people.tracks[0].catalogue, title="Slow tide", artist="Trio", tags=["harp"])
    shown = words(alices.get("/catalogue/", {"search": search}))
    assert "Slow tide" in shown
    assert people.tracks[0].title not in shown


def test_a_search_without_a_match_says_how_to_see_everything(alices: Client) -> None:
    shown = words(alices.get("/catalogue/?search=zzz"))
    assert "No title, artist or tag contains “zzz”" in shown
    assert "Show all tracks" in shown


def test_one_of_several_catalogues_can_be_chosen(alices: Client, people: People) -> None:
    rain = CatalogueFactory(slug="rain", name="Rain sounds")
    people.harbour.catalogues.add(rain)
    described_track(rain, title="Drizzle")
    shown = words(alices.get("/catalogue/?catalogue=rain"))
    assert "1 track in Rain sounds" in shown
    assert people.tracks[0].title not in shown


def test_empty_catalogues_say_what_to_do_next(signed_in: SignedIn, db: None) -> None:
    member = MembershipFactory()
    without = words(signed_in(member.user).get("/catalogue/"))
    assert "Your clinic was not given a catalogue so far." in without
    member.clinic.catalogues.add(CatalogueFactory(name="Bare shelf"))
    empty = words(signed_in(member.user).get("/catalogue/"))
    assert "Bare shelf: no tracks so far." in empty
    assert "manage.py ingest" in empty
    nowhere = words(signed_in(UserFactory()).get("/catalogue/"))
    assert "Your account belongs to no clinic yet" in nowhere


def test_pages_divide_a_long_catalogue(alices: Client, people: People) -> None:
    for number in range(TRACKS_A_PAGE):
        TrackFactory(catalogue=people.tracks[0].catalogue, title=f"Z {number:02}")
    total = TRACKS_A_PAGE + len(people.tracks)
    assert f"1–{TRACKS_A_PAGE} of {total} tracks" in words(alices.get("/catalogue/"))
    assert len(rows(alices.get("/catalogue/?page=2"))) == 1 + len(people.tracks)


def test_hostile_titles_and_tags_are_text(alices: Client, people: People) -> None:
    described_track(
        people.tracks[0].catalogue, title="<script>x</script>", tags=['"><script>', "</ul>"]
    )
    html = alices.get("/catalogue/").content.decode()
    assert "<script" not in html
    assert "&lt;/ul&gt;" in html


def test_the_number_of_queries_does_not_grow_with_the_tracks(
    alices: Client, people: People
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alices.get("/catalogue/").status_code == 200
        return len(captured)

    few = queries()
    for _ in range(12):
        described_track(people.tracks[0].catalogue)
    assert queries() == few


def test_the_sound_is_played_from_this_site_in_pieces(alices: Client, sounding: Track) -> None:
    address = reverse("track-audio", args=[sounding.id])
    assert (
        f'<audio controls preload="none" src="{address}"'
        in alices.get("/catalogue/").content.decode()
    )
    whole: Any = alices.get(address)
    assert b"".join(whole.streaming_content) == SOUND
    assert whole.headers["Content-Type"] == "audio/wav"
    part: Any = alices.get(address, headers={"Range": "bytes=10-19"})
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == SOUND[10:20]


def test_a_stranger_cannot_hear_it_and_learns_nothing(
    people: People, sounding: Track, signed_in: SignedIn
) -> None:
    charlies = signed_in(people.charlie)
    assert charlies.get(reverse("track-audio", args=[sounding.id])).status_code == 404


def test_a_track_without_sound_is_not_found(alices: Client, people: People) -> None:
    assert alices.get(reverse("track-audio", args=[people.tracks[1].id])).status_code == 404
