"""The patient's app in two tabs, and in one that is lost while music plays."""

import pytest
from playwright.sync_api import BrowserContext

from tests.phone.on_server import has
from tests.phone.patient import Patient
from tests.phone.surgery import Surgery
from therapy.models import ListeningSession

pytestmark = [pytest.mark.browser, pytest.mark.system]


def test_a_session_in_one_tab_is_neither_ended_nor_doubled_by_another(
    app: Patient, clinic: Surgery, context: BrowserContext
) -> None:
    clinic.network.weather = "gone"
    app.begin_and_pause()
    other = Patient(context, clinic.network.url)
    other.open()
    other.sees("home.title")
    other.try_to_begin()
    other.sees("session.elsewhere")
    other.tap("after.home")
    other.sees("home.title")
    other.reload()
    other.sees("home.title")

    app.tap("session.play")
    app.answer_after()
    waiting = app.waiting()
    clinic.network.weather = "fine"
    other.try_to_hand_over()
    app.hand_over()
    arrived = has(clinic.patient)
    assert set(arrived) == waiting
    assert set(arrived.values()) == {1}
    assert ListeningSession.objects.get(patient=clinic.patient).ending == "completed"
    other.go("history")
    other.until_it_reads("3 pieces heard")
    other.go("home")
    other.sit()


@pytest.mark.parametrize("how", ["reloaded", "closed"])
def test_a_session_whose_page_was_lost_ended_when_it_played_last(
    how: str, app: Patient, clinic: Surgery, context: BrowserContext
) -> None:
    app.begin_and_pause()
    if how == "reloaded":
        app.reload()
    else:
        app.page.close()
        app = Patient(context, clinic.network.url)
        app.open()
    app.until_it_reads("Your last session was broken off.")
    app.feel(-10, 10)
    app.tap("common.next")
    app.leave()
    app.reload()
    app.sees("home.title")
    app.hand_over()
    session = ListeningSession.objects.get(patient=clinic.patient)
    assert (session.ending, session.stop_reason) == ("stopped", "")
    assert session.ended_at is not None
    assert (session.ended_at - session.started_at).total_seconds() < 30
    phases = session.mood_ratings.values_list("phase", flat=True)
    assert sorted(phases) == ["after", "before"]
