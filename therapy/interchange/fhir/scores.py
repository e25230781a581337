"""Scores of measures, as they were computed when the answers arrived."""

import uuid
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from therapy.interchange.fhir.naming import (
    LOINC,
    Resource,
    category,
    local_coding,
    on_the_clock,
    quantity,
    reference,
)
from therapy.measures.definition import Definition, Scale
from therapy.sessions.models import MeasureResponse


def score_resources(
    response: MeasureResponse, definition: Definition, zone: ZoneInfo
) -> Iterator[Resource]:
    """One a scale; none of what was skipped or ran out, for nothing was scored."""
    for scale in definition.scales:
        scored = (response.scores or {}).get(scale.key)
        if scored is not None:
            yield _score_resource(response, definition, scale, scored, zone)


def _score_resource(
    response: MeasureResponse,
    definition: Definition,
    scale: Scale,
    scored: dict[str, Any],
    zone: ZoneInfo,
) -> Resource:
    patient = reference("Patient", response.patient_id)
    title = scale.title if len(definition.scales) == 1 else f"{definition.title}: {scale.title}"
    coding = [{"system": LOINC, "code": scale.loinc}] if scale.loinc else []
    coding.append(local_coding(f"{definition.key}-{scale.key}", title))
    resource: Resource = {
        "resourceType": "Observation",
        "id": str(uuid.uuid5(response.id, scale.key)),
        "status": "final",
        "category": category("survey", "Survey"),
        "code": {"coding": coding, "text": title},
        "subject": patient,
        "effectiveDateTime": on_the_clock(response.answered_at, zone),
        "issued": on_the_clock(response.received_at, zone),
        "performer": [patient],
        "valueQuantity": quantity(scored["value"], "{score}"),
        "derivedFrom": [reference("QuestionnaireResponse", response.id)],
    }
    if scored["band"] is not None:  # what the source calls such a score: no diagnosis, no code
        resource["interpretation"] = [{"text": scored["band"]}]
    return resource
