"""A trial of Anna's that goes on, and sessions that follow it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.factories import ListeningSessionFactory, MoodRatingFactory
from tests.people import People
from therapy.models import Assignment, Consent, ListeningSession, SessionPlan, Trial
from therapy.people.services import record_consent
from therapy.plans.services import prescribe
from therapy.trials.services import begin_trial

DESIGN: dict[str, Any] = {
    "varied": "curve",
    "other": "direct",
    "axis": "arousal",
    "higher_is_better": False,
    "blocks": 3,
    "each": 2,
}
Mood = tuple[float, float]


def consent(people: People, *, given: bool = True, scope: str = "experiments") -> Consent:
    """Anna's word."""
    return record_consent(
        patient=people.anna, scope=scope, given=given, text_version="1", language="en"
    )


def planned(people: People, **fields: Any) -> SessionPlan:
    """A plan of Anna's with all that must be alike in both arms."""
    rules: dict[str, Any] = {
        "excluded_tags": ["siren"],
        "triggers": [{"tag": "war", "reason": "a memory"}],
        "never_tracks": [people.tracks[2]],
        "volume_ceiling": 60,
        "most_sessions_a_day": 2,
        "crisis_plan": "Call Bob.",
    }
    return prescribe(patient=people.anna, by=people.bob, **rules | fields)


def begun(people: People, **fields: Any) -> Trial:
    """A trial of 6 sessions an arm, unless told otherwise, to which Anna consents."""
    plan = fields.pop("plan", None) or planned(people)
    consent(people)
    return begin_trial(patient=people.anna, by=people.bob, plan=plan, **DESIGN | fields)


def follow(
    assignment: Assignment,
    *,
    before: Mood | None = (0.0, 0.4),
    after: Mood | None = (0.2, 0.0),
    at: datetime | None = None,
) -> ListeningSession:
    """A session that follows the assignment, a day after the one before it."""
    trial = assignment.trial
    start = at or trial.begun_at + timedelta(days=assignment.position + 1)
    session: ListeningSession = ListeningSessionFactory(
        patient=trial.patient, plan=trial.plan, assignment=assignment, started_at=start
    )
    for phase, mood in (("before", before), ("after", after)):
        if mood is not None:
            MoodRatingFactory(
                patient=trial.patient,
                session=session,
                phase=phase,
                valence=mood[0],
                arousal=mood[1],
                rated_at=start + timedelta(minutes=20 * (phase == "after")),
            )
    return session


def follow_all(trial: Trial, *, arousal: Sequence[float] | None = None) -> None:
    """Every session of the trial; without numbers, calmer by .4 where B was followed."""
    for place, assignment in enumerate(trial.assignments.order_by("position")):
        noise = 0.02 * (place % 3 - 1)
        calm = (-0.2 if assignment.arm == "b" else 0.2) + noise
        follow(assignment, after=(0.1, calm if arousal is None else arousal[place]))
