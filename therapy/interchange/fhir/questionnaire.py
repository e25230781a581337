"""The forms that answers belong to, so that an importing system need not know them."""

from therapy.interchange.fhir.loinc import ANSWERS, ITEMS, PANELS
from therapy.interchange.fhir.naming import LOINC, Resource, address
from therapy.measures.definition import ENGLISH, Choices, Definition, Item, Text

ORDINAL_VALUE = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def canonical(definition: Definition) -> str:
    """How answers name the version that they were given to."""
    return f"{address('Questionnaire', definition.key)}|{definition.version}"


def questionnaire_id(definition: Definition) -> str:
    return f"{definition.key}-{definition.version}"


def questionnaire_resource(definition: Definition) -> Resource:
    """The definition in English, with LOINC's codes where there are any."""
    text = definition.texts[ENGLISH]
    resource: Resource = {
        "resourceType": "Questionnaire",
        "id": questionnaire_id(definition),
        "language": ENGLISH,
        "url": address("Questionnaire", definition.key),
        "version": str(definition.version),
        "title": definition.title,
        "status": "active",
        "subjectType": ["Patient"],
        "description": text.instruction,
        "copyright": f"{definition.licence.terms} ({definition.licence.according_to})",
        "item": [_question(item, definition, text) for item in definition.items],
    }
    if panel := PANELS.get(definition.key):
        resource["code"] = [{"system": LOINC, "code": panel}]
    return resource


def choice_coding(
    definition: Definition, choices: Choices, value: float, text: Text | None
) -> Resource:
    """One answer to choose, with its number, which scores are made of, as its ordinal value."""
    place = choices.values.index(int(value))
    coding: Resource = {
        "extension": [{"url": ORDINAL_VALUE, "valueDecimal": choices.values[place]}]
    }
    if definition.key in PANELS:
        coding |= {"system": LOINC, "code": ANSWERS[choices.key][place]}
    else:
        system = address("CodeSystem", f"{definition.key}-{choices.key}")
        coding |= {"system": system, "code": str(choices.values[place])}
    if text is not None:
        coding["display"] = text.labels[choices.key][place]
    return coding


def _question(item: Item, definition: Definition, text: Text) -> Resource:
    question: Resource = {"linkId": item.id}
    if code := ITEMS.get(item.id):
        question["code"] = [{"system": LOINC, "code": code}]
    question |= {"text": text.items[item.id], "required": not item.optional}
    if isinstance(item.answer, Choices):
        options = [
            {"valueCoding": choice_coding(definition, item.answer, value, text)}
            for value in item.answer.values
        ]
        return question | {"type": "choice", "answerOption": options}
    return question | {"type": "integer" if item.answer.whole else "decimal"}
