"""The rows of a table, a block at a time."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from therapy.interchange.tables.columns import Column, Kind, Row, Table
from therapy.interchange.tables.naming import Names
from therapy.interchange.tables.selection import Selection

AT_ONCE = 10_000  # rows of a block, and of a row group of Parquet
READ = 2_000  # rows that the database hands over at once


class Reading:
    """Of one table. `read` counts the model's rows so far, of which some become several."""

    def __init__(self, table: Table, selection: Selection, names: Names) -> None:
        self.table = table
        self.read = 0
        self._rows = table.found(selection)
        self._own = [column for column in table.columns if column.source]
        self._readers = [_reader(column, table, names) for column in self._own]
        self._paths = [_path(column, names) for column in self._own]

    def due(self) -> int:
        """How many rows of the model there are to read."""
        return self._rows.count()

    def blocks(self) -> Iterator[Sequence[Row]]:
        """All rows, `AT_ONCE` at a time: no more are in memory. Within a transaction, for which
        PostgreSQL keeps the place in the answer."""
        rows = self._table_rows()
        while block := list(islice(rows, AT_ONCE)):
            yield block

    def _table_rows(self) -> Iterator[Row]:
        parts = self.table.parts
        paths = [*self._paths, *([parts.source] if parts else [])]
        for values in self._rows.values_list(*paths).iterator(READ):
            self.read += 1
            own = tuple(
                read(value)
                for read, value in zip(self._readers, values[: len(self._own)], strict=True)
            )
            if parts is None:
                yield own
            else:
                yield from (own + part for part in parts.split(values[-1]))


def _path(column: Column, names: Names) -> str:
    if column.kind is not Kind.PATIENT:
        return column.source
    if column.source == "self":
        return names.patient_field
    return f"{column.source}__{names.patient_field}"


def _reader(column: Column, table: Table, names: Names) -> Callable[[Any], Any]:
    """What makes the cell of the value that is stored. Empty texts are missing ones."""
    if column.made_by is not None:
        return column.made_by
    if column.kind is Kind.ID and "tracks" not in {table.name, column.refers_to}:
        return lambda key: None if key is None else names.row(key, table.name)
    makers: dict[Kind, Callable[[Any], Any]] = {
        Kind.PATIENT: names.patient,
        Kind.ID: str,
        Kind.INSTANT: _in_utc,
        Kind.NUMBER: lambda number: None if number is None else float(number),
    }
    if column.optional and column.kind in {Kind.TEXT, Kind.WORD}:
        return lambda text: text or None
    return makers.get(column.kind, lambda value: value)


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
