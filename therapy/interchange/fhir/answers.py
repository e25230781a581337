"""What was answered to a measure, or that it was not."""

from zoneinfo import ZoneInfo

from therapy.interchange.fhir.naming import Resource, address, on_the_clock, reference
from therapy.interchange.fhir.questionnaire import canonical, choice_coding
from therapy.measures.definition import Choices, Definition, Item, Text
from therapy.sessions.models import MeasureResponse


def answers_resource(response: MeasureResponse, definition: Definition, zone: ZoneInfo) -> Resource:
    """FHIR has one word, `stopped`, for a form that was skipped and one whose time ran out; the
    extension keeps the two apart."""
    patient = reference("Patient", response.patient_id)
    resource: Resource = {
        "resourceType": "QuestionnaireResponse",
        "id": str(response.id),
        "language": response.language,
        "questionnaire": canonical(definition),
        "status": "completed",
        "subject": patient,
        "authored": on_the_clock(response.answered_at, zone),
        "author": patient,
        "source": patient,
    }
    if response.answers is None:
        resource["status"] = "stopped"
        url = address("StructureDefinition", "why-unanswered")
        resource["extension"] = [{"url": url, "valueCode": response.state}]
        return resource
    text = definition.texts.get(response.language)
    resource["item"] = [
        _answer(item, response.answers[item.id], definition, text)
        for item in definition.items
        if item.id in response.answers
    ]
    return resource


def _answer(item: Item, value: float, definition: Definition, text: Text | None) -> Resource:
    answer: Resource
    if isinstance(item.answer, Choices):
        answer = {"valueCoding": choice_coding(definition, item.answer, value, text)}
    elif item.answer.whole:
        answer = {"valueInteger": int(value)}
    else:
        answer = {"valueDecimal": value}
    answered: Resource = {"linkId": item.id}
    if text is not None:
        answered["text"] = text.items[item.id]
    return answered | {"answer": [answer]}
