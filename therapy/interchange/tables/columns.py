"""How a table and its columns are declared. Everything that is written of them comes from this."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from therapy.interchange.tables.selection import Selection

Row = tuple[Any, ...]
"""Cells in the order of the columns: str, int, float, bool, an aware datetime, a date, or None."""


class Kind(StrEnum):
    """What a cell is, in the words of the data dictionary."""

    PATIENT = "patient"  # a code, or a pseudonym
    ID = "id"
    TEXT = "text"
    WORD = "word"  # one of a few
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    DATE = "date"


@dataclass(frozen=True, kw_only=True)
class Column:
    """`source` is where the value lies, as a path of fields from the table's model; empty in a
    column that the table's parts fill. `made_by` makes the cell of that value, where it is not the
    value itself. Bounds are inclusive. `refers_to` names the table whose key the cell is."""

    name: str
    kind: Kind
    meaning: str
    source: str = ""
    made_by: Callable[[Any], Any] | None = None
    unit: str = ""
    lowest: float | None = None
    highest: float | None = None
    words: tuple[str, ...] = ()
    optional: bool = False
    refers_to: str = ""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """One row of the model becomes several of the table: `split` is given the value at `source`
    and gives the last cells of each, those of the columns without a source."""

    source: str
    split: Callable[[Any], Iterator[Row]]


@dataclass(frozen=True, kw_only=True)
class Table:
    """`patient` is the path to the patient, empty where rows are nobody's. `at` is the path to the
    time that decides whether a row lies in the wanted period, empty where all rows are wanted;
    `session` that to the session whose start decides instead, for rows that have one: so a rating
    is there exactly if its session is. `find` stands in for all of this."""

    name: str
    meaning: str
    model: type[models.Model]
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)
    patient: str = "patient"
    at: str = ""
    session: str = ""
    parts: Parts | None = None
    find: Callable[[Selection], QuerySet[Any]] | None = None

    def found(self, selection: Selection) -> QuerySet[Any]:
        """The model's rows that are wanted: each patient's together, in the order of time."""
        if self.find is not None:
            return self.find(selection)
        chosen = selection.patients().values("id")
        rows = self.model._default_manager.filter(**{f"{self.patient or 'pk'}__in": chosen})
        order = [name for name in (self.patient, self.at, "pk") if name]
        return rows.filter(self._in_period(selection.since, selection.until)).order_by(*order)

    def _in_period(self, since: datetime | None, until: datetime | None) -> Q:
        if not self.at:
            return Q()
        own = _between(self.at, since, until)
        if not self.session:
            return own
        by_session = _between(f"{self.session}__started_at", since, until)
        return Q(**{f"{self.session}__isnull": True}) & own | by_session


def _between(path: str, since: datetime | None, until: datetime | None) -> Q:
    """since ≤ time < until. Where neither is said: that there is a time."""
    wanted = Q(**{f"{path}__isnull": False})
    if since is not None:
        wanted &= Q(**{f"{path}__gte": since})
    if until is not None:
        wanted &= Q(**{f"{path}__lt": until})
    return wanted


def about(path: str = "patient") -> tuple[Column, Column]:
    """What every table of patients begins with. That a row is a program's stands beside each, so
    that it cannot get lost."""
    from therapy.people.models import Patient

    return (
        Column(
            name="patient",
            kind=Kind.PATIENT,
            meaning="The patient's code, or a pseudonym that only this export knows.",
            source=path,
            refers_to="patients",
        ),
        Column(
            name="origin",
            kind=Kind.WORD,
            meaning="Whose data it is: a patient's in care, a simulated listener's (a program, "
            "which says nothing about people), or someone's in a study.",
            source=f"{path}__origin",
            words=tuple(Patient.Origin.values),
        ),
    )


def identifier(meaning: str) -> Column:
    return Column(name="id", kind=Kind.ID, meaning=meaning, source="pk")


def session_column() -> Column:
    return Column(
        name="session",
        kind=Kind.ID,
        meaning="The listening session that it belongs to; missing: to none.",
        source="session_id",
        optional=True,
        refers_to="sessions",
    )


def track_column() -> Column:
    return Column(
        name="track",
        kind=Kind.ID,
        meaning="The track.",
        source="track_id",
        refers_to="tracks",
    )


def instant(name: str, meaning: str, *, optional: bool = False, source: str = "") -> Column:
    return Column(
        name=name, kind=Kind.INSTANT, meaning=meaning, source=source or name, optional=optional
    )


def affect(name: str, meaning: str) -> Column:
    """A coordinate of the affect plane."""
    return Column(
        name=name, kind=Kind.NUMBER, meaning=meaning, source=name, lowest=-1.0, highest=1.0
    )
