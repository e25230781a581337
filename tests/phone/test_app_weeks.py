"""The patient's app, on its screens, through weeks without a server, through its bad days, and with
a clock that is wrong: everything that happened arrives once, at the time when it happened."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext

from tests.phone.on_server import has
from tests.phone.patient import DAY, Patient
from tests.phone.surgery import Surgery
from therapy.models import ListeningSession, MoodRating, PlaylistLog, TrackPlay

pytestmark = [pytest.mark.browser, pytest.mark.system]

DAYS = 30
MARGIN = timedelta(minutes=2)  # by so much a clock may be wrong and is still believed
A_WEEK = 7


def test_thirty_days_without_a_server_and_then_everything_is_there_once(
    clinic: Surgery, context: BrowserContext
) -> None:
    app = Patient(context, clinic.network.url, clock=True)
    app.come_in(clinic.code())
    app.hand_over()
    clinic.stop()

    begun = []
    for day in range(1, DAYS + 1):
        app.set_ahead(day)
        if day % A_WEEK in (1, 3):
            app.reload()  # else it was left open, and the phone slept
        begun.append(app.now())
        app.sit()
    waiting = app.waiting()
    assert len([kind for kind, _ in waiting if kind == "session"]) == DAYS
    assert {kind for kind, _ in waiting} == {
        *("session", "mood-rating", "track-rating", "track-play", "playlist-log"),
    }
    assert not has(clinic.patient)

    clinic.start(ahead=DAYS * DAY)
    app.hand_over()
    arrived = has(clinic.patient)
    assert set(arrived) == waiting
    assert set(arrived.values()) == {1}
    assert app.waiting() == set()

    sessions = ListeningSession.objects.filter(patient=clinic.patient).order_by("started_at")
    assert {session.ending for session in sessions} == {"completed"}
    for session, at in zip(sessions, begun, strict=True):
        assert abs(session.started_at - datetime.fromtimestamp(at, UTC)) < MARGIN
        assert session.ended_at is not None
        assert session.started_at < session.ended_at < session.started_at + MARGIN
        of_it = {"patient": clinic.patient, "session": session}
        assert MoodRating.objects.filter(**of_it).count() == 2
        assert TrackPlay.objects.filter(**of_it, ending="finished").count() == 3
        made = PlaylistLog.objects.filter(**of_it)
        assert {log.model_version for log in made} == {1}, "the model was there to the last day"
    assert app.is_offered("home.make")


def test_a_server_that_fails_for_a_day_stops_nobody_and_is_asked_less_and_less(
    app: Patient, clinic: Surgery
) -> None:
    clinic.network.weather = "500"
    app.sit()
    pauses = []
    for _ in range(5):
        app.try_to_hand_over()
        pauses.append(app.state("sync")["notBefore"] / 1000 - app.now())
    assert pauses[-1] > 5 * pauses[0]
    app.until_it_reads("wait on this phone for the next time")
    app.go("home")
    app.sees("home.title")
    asked = len(clinic.network.asked)
    app.sit()
    assert [path for path in clinic.network.asked[asked:] if path.endswith("/sync")] == []
    waiting = app.waiting()
    assert not has(clinic.patient)

    clinic.network.weather = "fine"
    app.hand_over()
    arrived = has(clinic.patient)
    assert set(arrived) == waiting
    assert set(arrived.values()) == {1}
    assert ListeningSession.objects.filter(patient=clinic.patient).count() == 2


def test_answers_that_were_lost_do_not_make_anything_twice(app: Patient, clinic: Surgery) -> None:
    clinic.network.weather = "gone"
    app.sit()
    waiting = app.waiting()
    clinic.network.weather = "unheard"
    app.try_to_hand_over()
    assert app.waiting() == waiting, "nothing is deleted before the server's word"
    clinic.network.weather = "fine"
    app.hand_over()
    arrived = has(clinic.patient)
    assert set(arrived) == waiting
    assert set(arrived.values()) == {1}


def test_a_clock_that_is_two_days_ahead_and_is_put_right_is_seen_through(
    clinic: Surgery, context: BrowserContext
) -> None:
    app = Patient(context, clinic.network.url, clock=True)
    app.open()
    app.set_ahead(2)
    app.come_in(clinic.code())
    app.hand_over()
    clinic.network.weather = "gone"
    begun = [datetime.now(UTC)]
    app.sit()
    app.set_ahead(0)
    app.reload()
    begun.append(datetime.now(UTC))
    app.sit()
    clinic.network.weather = "fine"
    app.hand_over()
    sessions = ListeningSession.objects.filter(patient=clinic.patient).order_by("started_at")
    for session, at in zip(sessions, begun, strict=True):
        assert abs(session.started_at - at) < MARGIN
    ahead = sessions[0].phone_started_at - sessions[0].started_at
    assert abs(ahead - timedelta(days=2)) < MARGIN
