"""The only writer of answers to measures."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from therapy.measures import registry
from therapy.measures.scoring import UnusableAnswers, score, tidy
from therapy.sessions.arrivals import Arrival
from therapy.sessions.models import MeasureResponse
from therapy.sessions.once import store_once


def record_measure_response(
    *,
    arrival: Arrival,
    id: uuid.UUID,
    measure: str,
    version: int,
    language: str,
    state: str,
    answered_at: datetime,
    answers: Mapping[str, float] | None = None,
    session_id: uuid.UUID | None = None,
) -> MeasureResponse:
    """What became of a measure that was shown. Scores are computed now, by the version that was
    shown, and stay as they are.

    answers: item id → value; none, or empty, unless `state` is answered.
    Raises ValidationError by field (`answers.phq9-3`), ConflictError.
    """
    response = MeasureResponse(
        id=id,
        session_id=session_id,
        measure=measure,
        version=version,
        language=language,
        state=state,
        answers=dict(answers) if answers else None,
        answered_at=answered_at,
    )
    _fill_in_scores(response)
    return store_once(response, arrival=arrival)


def _fill_in_scores(response: MeasureResponse) -> None:
    """Scores of what can be scored; the rest is refused, in words, before it is stored."""
    if response.state != MeasureResponse.State.ANSWERED:
        return
    try:
        definition = registry.measure(response.measure, response.version)
        response.answers = tidy(definition, response.answers or {})
        scored = score(definition, response.answers)
    except (registry.UnknownMeasure, UnusableAnswers):
        return
    response.scores = {key: asdict(one) for key, one in scored.scores.items()}
    response.safety_check = scored.needs_safety_check
