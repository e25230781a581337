"""Outcomes as a page says them: findings in a sentence, tables in cells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from therapy.outcomes.tables import Column, Estimate, Kind, Table, Value
from therapy.pages.plan_words import signed
from therapy.statistics.headline import Headline

NOTHING = "–"
SPAN = 0.5  # the drawing shows −.5 to .5
WIDTH, MIDDLE = 320.0, 160.0

TITLES = {"valence": "Pleasantness", "arousal": "Activation"}
SHOWN = {
    ("valence", True): "Moods after listening were more pleasant than expected.",
    ("valence", False): "Moods after listening were less pleasant than expected.",
    ("arousal", True): "People were more activated after listening than expected.",
    ("arousal", False): "People were calmer after listening than expected.",
}
NOT_SHOWN = "A difference from what was expected cannot be shown."


@dataclass(frozen=True)
class Finding:
    """The effect on one axis. Places are x in a drawing of WIDTH."""

    axis: str
    title: str
    says: str
    difference: str
    interval: str
    low: float
    at: float
    high: float
    people: str
    sessions: str
    naive: str


@dataclass(frozen=True)
class Cell:
    label: str
    text: str
    note: str = ""
    is_number: bool = True
    share: float | None = None
    """In per cent, where it is drawn."""


@dataclass(frozen=True)
class Sheet:
    table: Table
    rows: tuple[tuple[Cell, ...], ...]


def finding_of(axis: str, one: Headline) -> Finding:
    return Finding(
        axis=axis,
        title=TITLES[axis],
        says=SHOWN[axis, one.difference > 0] if one.is_shown else NOT_SHOWN,
        difference=signed(one.difference),
        interval=f"{signed(one.low)} to {signed(one.high)}",
        low=_place(one.low),
        at=_place(one.difference),
        high=_place(one.high),
        people=f"{one.people:,} people",
        sessions=f"{one.sessions:,} sessions",
        naive=signed(one.naive),
    )


def _place(value: float) -> float:
    return MIDDLE + max(-1.0, min(1.0, value / SPAN)) * MIDDLE


def sheet_of(table: Table) -> Sheet:
    rows = tuple(
        tuple(_cell(column, value) for column, value in zip(table.columns, row, strict=True))
        for row in table.rows
    )
    return Sheet(table, rows)


def _cell(column: Column, value: Value) -> Cell:
    middle = value.value if isinstance(value, Estimate) else value
    note = ""
    if isinstance(value, Estimate):
        note = f"{said(value.low, column.kind)} to {said(value.high, column.kind)}"
    return Cell(
        label=column.title,
        text=said(middle, column.kind),
        note=note,
        is_number=column.kind is not Kind.WORDS,
        share=100 * middle if column.is_drawn and isinstance(middle, float) else None,
    )


def said(value: str | float | None, kind: Kind) -> str:
    """A value as a reader expects it: +0.08, 45 %, .030, 1,204."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value[:1].upper() + value[1:]
    return WRITTEN[kind](value)


def _chance(value: float) -> str:
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


WRITTEN: Final[Mapping[Kind, Callable[[float], str]]] = {
    Kind.WORDS: str,
    Kind.COUNT: "{:,}".format,
    Kind.MOOD: signed,
    Kind.EFFECT: signed,
    Kind.ERROR: "{:.3f}".format,
    Kind.SHARE: lambda value: f"{100 * value:.0f} %",
    Kind.CHANCE: _chance,
    Kind.NUMBER: _number,
}
