"""Moods, and the listening sessions that they were said in."""

import uuid
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from therapy.interchange.fhir.naming import (
    Resource,
    category,
    local_coding,
    local_concept,
    on_the_clock,
    quantity,
    reference,
)
from therapy.sessions.models import ListeningSession, MoodRating

STATE_OF_MIND = "http://hl7.org/fhir/uv/phr/CodeSystem/state-of-mind-codes"
"""Of HL7's guide on personal health records, a ballot still: it has valence and no arousal."""


def valence_concept() -> Resource:
    return {
        "coding": [
            {"system": STATE_OF_MIND, "code": "valence", "display": "Valence"},
            local_coding("valence", "Valence, −1 unpleasant to 1 pleasant"),
        ],
        "text": "Valence, −1 unpleasant to 1 pleasant",
    }


def arousal_concept() -> Resource:
    return local_concept("arousal", "Arousal, −1 calm to 1 excited")


def mood_resource(rating: MoodRating, zone: ZoneInfo) -> Resource:
    """One rating: valence and arousal, each −1..1, and where in a session it was given."""
    patient = reference("Patient", rating.patient_id)
    return {
        "resourceType": "Observation",
        "id": str(rating.id),
        "status": "final",
        "category": category("survey", "Survey"),
        "code": local_concept("mood", "Mood, self-reported on the Affective Slider"),
        "subject": patient,
        "effectiveDateTime": on_the_clock(rating.rated_at, zone),
        "issued": on_the_clock(rating.received_at, zone),
        "performer": [patient],
        "component": [
            {"code": valence_concept(), "valueQuantity": quantity(rating.valence, "1")},
            {"code": arousal_concept(), "valueQuantity": quantity(rating.arousal, "1")},
            _said("phase", "Where in the session", rating.phase),
        ],
    }


def session_resource(
    session: ListeningSession,
    zone: ZoneInfo,
    *,
    members: Sequence[Resource],
    plan_id: uuid.UUID | None,
) -> Resource:
    """A sitting, which groups what was said in it. No end was received of one that is
    `preliminary`."""
    period = {"start": on_the_clock(session.started_at, zone)}
    if session.ended_at is not None:
        period["end"] = on_the_clock(session.ended_at, zone)
    patient = reference("Patient", session.patient_id)
    resource: Resource = {
        "resourceType": "Observation",
        "id": str(session.id),
        "status": "preliminary" if session.ended_at is None else "final",
        "code": local_concept("listening-session", "Session of music listening"),
        "subject": patient,
        "effectivePeriod": period,
        "issued": on_the_clock(session.received_at, zone),
        "performer": [patient],
    }
    if plan_id is not None:
        resource["basedOn"] = [reference("CarePlan", plan_id)]
    if members:
        resource["hasMember"] = list(members)
    said = [
        _said(code, title, word)
        for code, title, word in (
            ("ending", "How the session ended", session.ending),
            ("stop-reason", "Why it was stopped", session.stop_reason),
        )
        if word
    ]
    if said:
        resource["component"] = said
    return resource


def _said(code: str, title: str, word: str) -> Resource:
    value = local_concept(f"{code}-{word}", word.replace("-", " ").capitalize())
    return {"code": local_concept(code, title), "valueCodeableConcept": value}
