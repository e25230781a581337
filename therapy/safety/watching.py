"""Which rules fire on what a patient's phones have reported. Reads, and decides; writes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from therapy.people.models import Patient
from therapy.plans.selectors import current_plan
from therapy.safety.drift import Course, is_worse
from therapy.safety.rules import FELT_WORSE, OVER_DOSE, SELF_HARM, WORSE_THAN_EXPECTED, Rule
from therapy.sessions.models import ListeningSession, MeasureResponse, MoodRating

NEWEST = 200  # sessions and answers that are looked at; older ones were looked at when they came


@dataclass(frozen=True)
class Firing:
    """A rule that fires, on which row, and the numbers that it compared, by names that pages show
    as they are."""

    rule: Rule
    cause: UUID
    numbers: dict[str, Any] = field(default_factory=dict)


def firings(patient: Patient) -> Iterator[Firing]:
    """Everything that fires now; what fired before fires again, on the same row."""
    yield from _answers(patient)
    sessions = list(
        ListeningSession.objects.filter(patient=patient).order_by("-started_at", "id")[:NEWEST]
    )
    yield from _stopped(sessions)
    yield from _worse(patient, sessions)
    yield from _over_dose(patient, sessions)


def _answers(patient: Patient) -> Iterator[Firing]:
    answered = MeasureResponse.objects.filter(patient=patient, safety_check=True)
    for response in answered.order_by("-answered_at")[:NEWEST]:
        yield Firing(SELF_HARM, response.id)


def _stopped(sessions: list[ListeningSession]) -> Iterator[Firing]:
    for session in sessions:
        if session.stop_reason == ListeningSession.StopReason.FELT_WORSE:
            yield Firing(FELT_WORSE, session.id)


def _worse(patient: Patient, sessions: list[ListeningSession]) -> Iterator[Firing]:
    """Of the newest sessions with both moods; it fires once on the newest of them."""
    rule = WORSE_THAN_EXPECTED
    courses = _courses(sessions)
    newest = [session for session in sessions if session.id in courses]
    newest = newest[: int(rule.parameters["sessions"])]
    plan = current_plan(patient)
    calm = plan is None or plan.target_arousal <= 0
    worse = [one for one in newest if is_worse(courses[one.id], aims_at_calm=calm, rule=rule)]
    if len(worse) >= rule.parameters["worse"] and worse[0] == newest[0]:
        numbers = {
            "worse sessions": len(worse),
            "of the last": len(newest),
            "the plan aims at calm": "yes" if calm else "no",
        }
        yield Firing(rule, newest[0].id, numbers)


def _over_dose(patient: Patient, sessions: list[ListeningSession]) -> Iterator[Firing]:
    plan = current_plan(patient)
    ended = [session for session in sessions if session.ended_at is not None]
    if plan is None or plan.most_minutes_a_week is None or not ended:
        return
    since = ended[0].started_at - timedelta(days=OVER_DOSE.parameters["days"])
    seconds = sum(
        (session.ended_at - session.started_at).total_seconds()
        for session in ended
        if session.ended_at is not None and session.started_at > since
    )
    if seconds / 60 > plan.most_minutes_a_week:
        numbers = {"minutes": round(seconds / 60, 1), "allowed": plan.most_minutes_a_week}
        yield Firing(OVER_DOSE, ended[0].id, numbers)


def _courses(sessions: list[ListeningSession]) -> dict[UUID, Course]:
    """The last mood before and after each session that has both."""
    moods: dict[UUID, dict[str, tuple[float, float]]] = {}
    phases = (MoodRating.Phase.BEFORE, MoodRating.Phase.AFTER)
    ratings = MoodRating.objects.filter(session__in=sessions, phase__in=phases)
    for rating in ratings.order_by("rated_at", "id"):
        assert rating.session_id is not None
        moods.setdefault(rating.session_id, {})[rating.phase] = (rating.valence, rating.arousal)
    return {
        session: Course(found["before"], found["after"])
        for session, found in moods.items()
        if len(found) == len(phases)
    }
