"""One patient's page."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import (
    PatientFactory,
    SessionPlanFactory,
    TrackFactory,
    TrackPlayFactory,
    TrackRatingFactory,
)
from tests.people import People
from tests.therapy.pages.conftest import SignedIn
from tests.therapy.pages.reading import add_playlist, add_session, rows, words
from therapy.models import Patient
from therapy.pages import panels
from therapy.pages.patients import CHARTED_SESSIONS, RATINGS_A_PAGE, SESSIONS_A_PAGE

pytestmark = pytest.mark.django_db


def address_of(patient: Patient) -> str:
    return reverse("patient", args=[patient.id])


def test_alice_and_bob_see_anna_with_clinic_and_therapist(
    people: People, signed_in: SignedIn
) -> None:
    for user in (people.alice, people.bob):
        shown = words(signed_in(user).get(address_of(people.anna)))
        assert shown.startswith("Patients ANNA Harbour Practice · Bob")


def test_charlie_finds_nobody_exactly_as_at_an_address_of_nobody(
    people: People, signed_in: SignedIn
) -> None:
    charlies = signed_in(people.charlie)
    strange = charlies.get(address_of(people.anna))
    nobody = charlies.get(reverse("patient", args=[uuid.uuid4()]))
    assert strange.status_code == nobody.status_code == 404
    assert words(strange) == words(nobody)
    assert "ANNA" not in strange.content.decode()


def test_a_new_patients_page_says_what_will_come(alices: Client, people: People) -> None:
    shown = words(alices.get(address_of(people.anna)))
    for sentence in (
        "No session plan yet.",
        "No session has a mood both before and after yet.",
        "No session yet.",
        "No track rated yet.",
    ):
        assert sentence in shown
    assert '<svg class="mood-chart"' not in alices.get(address_of(people.anna)).content.decode()


def test_a_simulated_listener_is_called_one_at_the_top(alices: Client, people: People) -> None:
    simulated = PatientFactory(clinic=people.harbour, code="S-1", origin="simulated")
    shown = words(alices.get(address_of(simulated)))
    assert "S-1 simulated listener" in shown
    assert "a program rated the music" in shown
    assert "simulated" not in words(alices.get(address_of(people.anna)))


def test_the_current_plan_is_shown_in_words(alices: Client, people: People) -> None:
    SessionPlanFactory(patient=people.anna, version=1, target_valence=-0.9)
    plan = SessionPlanFactory(
        patient=people.anna,
        version=2,
        target_valence=0.45,
        target_arousal=-0.65,
        curve="plateau",
        track_count=6,
        minutes=25,
        tempo_max=80,
        excluded_tags=["choir"],
    )
    plan.never_tracks.add(people.tracks[0])
    shown = words(alices.get(address_of(people.anna)))
    assert "version 2" in shown
    assert "Pleasant and calm (valence +0.45, arousal −0.65)" in shown
    assert "6 tracks, about 25 minutes" in shown
    assert "which the last two tracks hold" in shown
    assert "No faster than 80 bpm" in shown
    assert "Nothing tagged choir" in shown
    assert f"Never: {people.tracks[0].title}" in shown
    assert "−0.90" not in shown


def test_the_chart_and_its_table_show_the_numbers_on_record(alices: Client, people: People) -> None:
    add_session(people.anna, day=0, before=(-0.31, 0.72), after=(0.18, -0.09))
    add_session(people.anna, day=3, before=(0.27, 0.11), after=(0.26, 0.34))
    response = alices.get(address_of(people.anna))
    shown = rows(response)
    assert "2 Mar 2026, 18:00 −0.31 +0.18 +0.20 +0.72 −0.09 −0.49" in shown
    assert "5 Mar 2026, 18:00 +0.27 +0.26 −0.05 +0.11 +0.34 +0.25" in shown
    html = response.content.decode()
    assert html.count('<svg class="mood-chart"') == 2
    assert "2 Mar 2026, 18:00: −0.31 before, +0.18 after" in html
    assert "A change from before to after is not by itself an effect of the music" in words(
        response
    )


def test_half_rated_sessions_are_listed_but_not_charted(alices: Client, people: People) -> None:
    add_session(people.anna, day=0, after=None)
    assert "No session has a mood both before and after yet." in words(
        alices.get(address_of(people.anna))
    )
    add_session(people.anna, day=1)
    html = alices.get(address_of(people.anna)).content.decode()
    assert html.count('<g class="pair">') == 2  # one session in each of two charts


def test_a_sessions_playlist_shows_path_expectation_and_liking(
    alices: Client, people: People
) -> None:
    plan = SessionPlanFactory(patient=people.anna, version=4)
    session = add_session(people.anna, plan=plan)
    add_playlist(session, people.tracks[:2], model_version=7)
    response = alices.get(address_of(people.anna))
    first, second = (
        next(row for row in rows(response) if row.startswith(f"{place}. ")) for place in (1, 2)
    )
    assert first == f"1. {people.tracks[0].title} −0.50 −0.40 ± 0.20 +0.50 +0.40 ± 0.25 no 5"
    assert second.endswith("not rated")
    shown = words(response)
    assert (
        "2 Mar 2026, 18:00 18 min nothing reported version 4 valence −0.40 → before, +0.10 after"
        in shown
    )
    assert "Playlist of 2 tracks , model version 7" in shown


@pytest.mark.parametrize(
    ("ending", "reason", "said"),
    [
        ("completed", "", "18 min heard out"),
        ("stopped", "", "18 min stopped 2 pieces"),
        ("stopped", "felt-worse", "18 min stopped: felt worse"),
        ("", "", "18 min 2 pieces"),
    ],
)
def test_a_session_says_how_it_ended_and_what_was_heard(
    alices: Client, people: People, ending: str, reason: str, said: str
) -> None:
    session = add_session(people.anna)
    session.ending, session.stop_reason = ending, reason
    session.save()
    add_playlist(session, people.tracks[:3])
    for position, (seconds, how) in enumerate([(65.0, "finished"), (3.0, "skipped")]):
        TrackPlayFactory(
            patient=people.anna,
            session=session,
            track=people.tracks[position],
            position=position,
            seconds_heard=seconds,
            ending=how,
        )
    response = alices.get(address_of(people.anna))
    shown = words(response)
    assert said in shown
    assert "2 pieces, 1:08" in shown
    for place, of_it in enumerate(("1:05", "0:03 skipped", "no"), start=1):
        line = next(row for row in rows(response) if row.startswith(f"{place}. "))
        assert f" {of_it} " in line.rpartition("±")[2]


def test_an_open_session_without_a_playlist_says_so(alices: Client, people: People) -> None:
    session = add_session(people.anna)
    session.ended_at = None
    session.save()
    shown = words(alices.get(address_of(people.anna)))
    assert "no end received" in shown
    assert "No playlist was received for this session." in shown


def test_track_ratings_are_shown_latest_first(alices: Client, people: People) -> None:
    first, second, _ = people.tracks
    session = add_session(people.anna)
    for track, liking, familiarity, at in (
        (first, 2, None, session.started_at),
        (second, 5, 4, session.ended_at),
    ):
        TrackRatingFactory(
            patient=people.anna, track=track, liking=liking, familiarity=familiarity, rated_at=at
        )
    shown = rows(alices.get(address_of(people.anna)))
    rated = [row for row in shown if row.startswith((first.title, second.title))]
    assert rated == [
        f"{second.title} 5 4 2 Mar 2026, 18:18",
        f"{first.title} 2 not asked 2 Mar 2026, 18:00",
    ]


def test_a_rating_that_was_changed_says_so(alices: Client, people: People) -> None:
    track, session = people.tracks[0], add_session(people.anna)
    for liking, at in ((5, session.started_at), (2, session.ended_at)):
        TrackRatingFactory(
            patient=people.anna, track=track, liking=liking, session=session, rated_at=at
        )
    shown = rows(alices.get(address_of(people.anna)))
    assert [row for row in shown if row.startswith(track.title)] == [
        f"{track.title} 2 not asked 2 Mar 2026, 18:18",
        f"{track.title} 5 changed later not asked 2 Mar 2026, 18:00",
    ]


def test_every_list_of_the_page_has_pages_of_its_own(alices: Client, people: People) -> None:
    for day in range(CHARTED_SESSIONS + 1):
        session = add_session(people.anna, day=day)
        TrackRatingFactory(
            patient=people.anna,
            session=session,
            track=people.tracks[0],
            rated_at=session.started_at,
        )
    response = alices.get(address_of(people.anna), {"ratings": 2})
    shown = words(response)
    assert f"1–{CHARTED_SESSIONS} of {CHARTED_SESSIONS + 1} rated sessions" in shown
    assert f"1–{SESSIONS_A_PAGE} of {CHARTED_SESSIONS + 1} sessions" in shown
    assert f"{RATINGS_A_PAGE + 1}–{2 * RATINGS_A_PAGE} of {CHARTED_SESSIONS + 1}" in shown
    assert 'href="?ratings=2&amp;sessions=2#sessions"' in response.content.decode()


def test_hostile_titles_are_text(alices: Client, people: People) -> None:
    hostile = TrackFactory(
        catalogue=people.tracks[0].catalogue, title="<img src=x onerror=alert(1)>"
    )
    plan = SessionPlanFactory(patient=people.anna, excluded_tags=["<b>bold</b>"])
    plan.never_tracks.add(hostile)
    session = add_session(people.anna, plan=plan)
    add_playlist(session, [hostile])
    html = alices.get(address_of(people.anna)).content.decode()
    assert "<img src=x" not in html
    assert "<b>" not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt;") == 3  # plan, playlist, rating


def test_the_number_of_queries_does_not_grow_with_what_the_patient_did(
    alices: Client, people: People
) -> None:
    plan = SessionPlanFactory(patient=people.anna)
    plan.never_tracks.add(people.tracks[0])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alices.get(address_of(people.anna)).status_code == 200
        return len(captured)

    add_playlist(add_session(people.anna, plan=plan), people.tracks)
    few = queries()
    for day in range(1, 7):
        add_playlist(add_session(people.anna, day=day, plan=plan), people.tracks)
    plan.never_tracks.add(*people.tracks)
    assert queries() == few


@dataclass(frozen=True)
class Weather:
    """A panel such as an upper room would register."""

    title: str = "Weather at the harbour"
    template_name: str = "therapy/parts/origin.html"

    def context(self, patient: Patient) -> dict[str, Any]:
        return {"code": patient.code}


def test_a_registered_panel_becomes_a_section_of_the_page(
    alices: Client, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panels, "_panels", [])
    panels.register(Weather())
    html = alices.get(address_of(people.anna)).content.decode()
    assert '<h2 id="weather-at-the-harbour">Weather at the harbour</h2>' in html
    assert ">Model</h2>" not in html


def test_a_title_is_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panels, "_panels", [])
    panels.register(Weather())
    with pytest.raises(ValueError, match="'Weather at the harbour' is registered already"):
        panels.register(Weather())


def test_headings_and_ids_are_each_there_once(alices: Client, people: People) -> None:
    SessionPlanFactory(patient=people.anna)
    add_playlist(add_session(people.anna), people.tracks)
    html = alices.get(address_of(people.anna)).content.decode()
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    pointed = set(re.findall(r'aria-labelledby="([^"]+)"', html))
    assert {one for names in pointed for one in names.split()} <= set(ids)
