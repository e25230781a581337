"""A trial on the patient's phone: each session follows what chance assigned, and one can leave."""

import pytest

from tests.factories import trial_of
from tests.phone.patient import Patient
from tests.phone.surgery import Surgery
from therapy.models import ListeningSession, PlaylistLog, Trial
from therapy.trials.selectors import Ending, ends_of, running_trial

pytestmark = [pytest.mark.browser, pytest.mark.system]

TAKING_PART = "Your sessions are part of a comparison that you agreed to."


@pytest.fixture
def trial(app: Patient, clinic: Surgery) -> Trial:
    """Of three tracks at once, beside the usual path, which the phone has heard of."""
    begun = trial_of(clinic.patient, clinic.patient.plans.get(), sessions=4)
    app.hand_over()
    app.until_it_reads(TAKING_PART)
    return begun


def followed(clinic: Surgery) -> list[str | None]:
    """The arms of the sessions that the server has, oldest first."""
    sessions = ListeningSession.objects.filter(patient=clinic.patient).order_by("started_at")
    return list(sessions.values_list("assignment__arm", flat=True))


def test_sessions_without_a_network_follow_one_after_the_other(
    app: Patient, clinic: Surgery, trial: Trial
) -> None:
    clinic.network.weather = "gone"
    app.sit()
    app.begin_and_pause()
    app.reload()
    app.until_it_reads("Your last session was broken off.")
    app.feel(-10, 10)
    app.tap("common.next")
    app.leave()
    app.reload()
    app.sees("home.title")
    app.sit()
    clinic.network.weather = "fine"
    app.hand_over()
    assert followed(clinic) == ["a", "b", "a"]
    first, direct, _ = PlaylistLog.objects.filter(patient=clinic.patient).order_by("made_at")
    ways = [
        {(entry.waypoint_valence, entry.waypoint_arousal) for entry in log.entries.all()}
        for log in (first, direct)
    ]
    assert len(ways[0]) > 1
    assert ways[1] == {(0.5, -0.5)}, "at the target from the first track on"
    assert running_trial(clinic.patient) == trial
    app.until_it_reads(TAKING_PART)
    assert not {"linear", "direct"} & set(app.text().lower().split())


def test_who_leaves_without_a_network_leaves_at_once_and_for_good(
    app: Patient, clinic: Surgery, trial: Trial
) -> None:
    app.sit()
    clinic.network.weather = "gone"
    app.links("home.stopComparing").click()
    app.tap("consent.no.experiments")
    app.sees("settings.title")
    app.go("home")
    app.sees("home.title")
    app.until_it_is_gone(TAKING_PART)
    app.sit()
    clinic.network.weather = "fine"
    app.hand_over()
    assert followed(clinic) == ["a", None]
    end = ends_of([trial])[trial.id]
    assert end is not None
    assert end.ending is Ending.WITHDRAWN
