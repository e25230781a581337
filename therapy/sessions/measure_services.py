"""The only writer of answers to measures."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from therapy.measures import registry
from therapy.measures.scoring import UnusableAnswers, score, tidy
from therapy.people.models import Patient
from therapy.sessions.measures import MeasureResponse
from therapy.sessions.once import store_once


@transaction.atomic
def record_measure_response(
    *,
    patient: Patient,
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
        patient=patient,
        session_id=session_id,
        measure=measure,
        version=version,
        language=language,
        state=state,
        answers=dict(answers) if answers else None,
        answered_at=answered_at,
    )
    _fill_in_scores(response)
    stored, _ = store_once(response)
    return stored


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
