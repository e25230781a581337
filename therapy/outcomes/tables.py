"""The one shape of everything that is told: a table, and how it was computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Kind(StrEnum):
    """What a column holds, and so how it is written."""

    WORDS = "words"
    COUNT = "count"
    MOOD = "mood"  # a difference on −1..1
    EFFECT = "effect"  # in standard deviations
    ERROR = "error"  # on −1..1, without a sign
    SHARE = "share"  # 0..1
    NUMBER = "number"
    CHANCE = "chance"  # a p-value, or what became of it


@dataclass(frozen=True)
class Estimate:
    """With its 95 % interval."""

    value: float
    low: float
    high: float


Value: TypeAlias = str | int | float | Estimate | None
"""None: nothing can be said."""


@dataclass(frozen=True)
class Column:
    key: str
    title: str
    kind: Kind = Kind.COUNT
    has_interval: bool = False
    is_drawn: bool = False
    """A share of which a reader sees a bar as well."""


@dataclass(frozen=True)
class How:
    """How the numbers of a table came about."""

    formula: str
    counted: str
    """Who and what is in, and what is left out."""
    source: str


@dataclass(frozen=True)
class Table:
    """`rows` have a value for each column. `lead`: what it says, before any number."""

    key: str
    title: str
    lead: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    how: How
    empty: str = "Nothing was reported yet."
    """Said where there are no rows."""


Flat: TypeAlias = str | int | float | None


def flat(table: Table) -> tuple[list[str], list[list[Flat]]]:
    """The head and the rows as a file has them: an interval in columns of its own."""
    head: list[str] = []
    for column in table.columns:
        head.append(column.key)
        if column.has_interval:
            head += [f"{column.key}_low", f"{column.key}_high"]
    return head, [_flat_row(table.columns, row) for row in table.rows]


def _flat_row(columns: Sequence[Column], row: Sequence[Value]) -> list[Flat]:
    cells: list[Flat] = []
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, Estimate):
            cells += [value.value, value.low, value.high]
        else:
            cells += [value, None, None] if column.has_interval else [value]
    return cells
