"""What is refused about answers to measures."""

from therapy.measures.registry import UnknownMeasure, UnknownVersion, measure
from therapy.measures.scoring import answer_problems
from therapy.records import Problems
from therapy.sessions.models import MeasureResponse


def measure_problems(response: MeasureResponse) -> Problems:
    """What is wrong with a response in the light of its definition; answers as `answers.ITEM`."""
    try:
        definition = measure(response.measure, response.version)
    except UnknownVersion as unknown:
        return {"version": [str(unknown)]}
    except UnknownMeasure as unknown:
        return {"measure": [str(unknown)]}
    problems: Problems = {}
    if response.language not in definition.texts:
        there = ", ".join(definition.texts)
        problems["language"] = [f"{definition} has no such text. There are: {there}."]
    if response.state == MeasureResponse.State.ANSWERED:
        problems |= answer_problems(definition, response.answers or {})
    elif response.answers:
        problems["answers"] = ["Only a measure that was answered has answers."]
    return problems
