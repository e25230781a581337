"""Tables as CSV: RFC 4180, UTF-8 without a byte order mark, a header, CRLF."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from therapy.interchange.tables.columns import Kind, Row, Table

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection)."""
APOSTROPHE = "'"


@contextmanager
def csv_file(path: Path, table: Table) -> Iterator[Callable[[Sequence[Row]], None]]:
    """Write the table's file; gives what writes some of its rows."""
    shown = [SHOWN.get(column.kind, str) for column in table.columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\r\n")
        rows.writerow([column.name for column in table.columns])

        def write(block: Sequence[Row]) -> None:
            for row in block:
                rows.writerow(
                    "" if cell is None else show(cell)
                    for show, cell in zip(shown, row, strict=True)
                )

        yield write


def guarded(text: str) -> str:
    """The text with an apostrophe before it, where a spreadsheet would calculate it. So that it can
    be undone, one that begins with an apostrophe gets another."""
    return APOSTROPHE + text if text.startswith((*FORMULA, APOSTROPHE)) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` was given."""
    return cell.removeprefix(APOSTROPHE)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _boolean(value: bool) -> str:
    return "true" if value else "false"


SHOWN: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: guarded,
    Kind.PATIENT: guarded,  # a code may begin with '-'
    Kind.BOOLEAN: _boolean,
    Kind.INSTANT: _instant,
    Kind.NUMBER: repr,  # the shortest text that is read back as the same number
}
