"""Tables of answers to measures, and of the flags that rules raised."""

from collections.abc import Iterator
from typing import Any

from therapy.interchange.tables.columns import (
    Column,
    Kind,
    Parts,
    Row,
    Table,
    about,
    identifier,
    instant,
    session_column,
)
from therapy.interchange.tables.of_listening import RECEIVED
from therapy.safety.models import SafetyFlag
from therapy.safety.rules import Severity
from therapy.sessions.models import MeasureResponse

_MEASURE = (
    Column(
        name="measure",
        kind=Kind.TEXT,
        meaning="The measure, by its key.",
        source="measure",
    ),
    Column(
        name="version",
        kind=Kind.INTEGER,
        meaning="Of the measure's definition.",
        source="version",
        lowest=1,
    ),
)

RESPONSES = Table(
    name="measure_responses",
    meaning="Each time that a measure was shown, also where nothing was answered.",
    model=MeasureResponse,
    at="answered_at",
    session="session",
    columns=(
        identifier("The time that it was shown."),
        *about(),
        session_column(),
        *_MEASURE,
        Column(
            name="language",
            kind=Kind.TEXT,
            meaning="Of the text that was shown, as a BCP 47 tag.",
            source="language",
        ),
        Column(
            name="state",
            kind=Kind.WORD,
            meaning="Answered; skipped: the patient said no; expired: its time ran out.",
            source="state",
            words=tuple(MeasureResponse.State.values),
        ),
        Column(
            name="safety_check",
            kind=Kind.BOOLEAN,
            meaning="The question about self-harm was answered above 0.",
            source="safety_check",
        ),
        instant("answered_at", "When it was answered, skipped, or ran out."),
        RECEIVED,
    ),
)

_RESPONSE = Column(
    name="response",
    kind=Kind.ID,
    meaning="The time that the measure was shown.",
    source="pk",
    refers_to="measure_responses",
)


def _items(answers: dict[str, Any] | None) -> Iterator[Row]:
    for item, value in (answers or {}).items():
        yield item, float(value)


def _scores(scores: dict[str, dict[str, Any]] | None) -> Iterator[Row]:
    for scale, score in (scores or {}).items():
        yield scale, float(score["value"]), score["band"]


ITEMS = Table(
    name="measure_items",
    meaning="What was answered: a row for each question of an answered measure.",
    model=MeasureResponse,
    key=("response", "item"),
    at="answered_at",
    session="session",
    parts=Parts(source="answers", split=_items),
    columns=(
        _RESPONSE,
        *about(),
        *_MEASURE,
        Column(name="item", kind=Kind.TEXT, meaning="The question, by its key in the measure."),
        Column(
            name="value",
            kind=Kind.NUMBER,
            meaning="The answer, in the measure's own range.",
        ),
    ),
)

SCORES = Table(
    name="measure_scores",
    meaning="Scores of answered measures, as they were computed when the answers arrived.",
    model=MeasureResponse,
    key=("response", "scale"),
    at="answered_at",
    session="session",
    parts=Parts(source="scores", split=_scores),
    columns=(
        _RESPONSE,
        *about(),
        *_MEASURE,
        Column(name="scale", kind=Kind.TEXT, meaning="The scale, by its key in the measure."),
        Column(name="value", kind=Kind.NUMBER, meaning="The score, in the scale's own range."),
        Column(
            name="band",
            kind=Kind.TEXT,
            meaning="What the measure's source calls such a score; missing: nothing. No diagnosis.",
            optional=True,
        ),
    ),
)

SAFETY_FLAGS = Table(
    name="safety_flags",
    meaning="Rules of safety that fired, by when.",
    model=SafetyFlag,
    at="raised_at",
    columns=(
        identifier("The flag."),
        *about(),
        Column(name="rule", kind=Kind.TEXT, meaning="The rule, by its key.", source="rule"),
        Column(
            name="rule_version",
            kind=Kind.INTEGER,
            meaning="Version of the rule.",
            source="rule_version",
            lowest=1,
        ),
        Column(
            name="severity",
            kind=Kind.WORD,
            meaning="How soon someone should look.",
            source="severity",
            words=tuple(one.value for one in Severity),
        ),
        Column(
            name="cause",
            kind=Kind.ID,
            meaning="The reported row that it fired on, of whichever table.",
            source="cause",
        ),
        instant("raised_at", "When it was raised."),
        instant("told_at", "When an email told of it; missing: none did.", optional=True),
        instant("acknowledged_at", "When someone saw to it; missing: nobody yet.", optional=True),
    ),
)
