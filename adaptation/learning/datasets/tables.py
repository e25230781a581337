"""Reading CSV tables of which nothing is taken on trust: what is wrong is said with its place."""

import csv
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from adaptation.learning.datasets.bad_data import BadData

Row = TypeVar("Row")


@dataclass(frozen=True)
class Line:
    """One line of a table: its cells by column."""

    path: Path
    number: int  # as an editor counts
    cells: dict[str, str]

    def wrong(self, problem: str) -> BadData:
        return BadData(f"{self.path}, line {self.number}: {problem}")

    def text(self, column: str) -> str:
        """What stands there. Raises BadData where nothing does."""
        text = self.cells[column].strip()
        if not text:
            raise self.wrong(f"{column} is empty. Fill it in or take the line out.")
        return text

    def value(self, column: str, low: float = -math.inf, high: float = math.inf) -> float:
        """The number there, NaN where nothing stands. Raises BadData outside low..high."""
        return self.number_of(column, low, high) if self.cells[column].strip() else math.nan

    def number_of(self, column: str, low: float = -math.inf, high: float = math.inf) -> float:
        """The number there. Raises BadData for anything else, and outside low..high."""
        text = self.text(column)
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise self.wrong(f"'{text}' under {column} is no number.")
        if not low <= number <= high:
            raise self.wrong(f"{column} is {number:g}, outside {low:g}..{high:g}.")
        return number


def read_rows(
    path: Path, columns: Sequence[str], row_of: Callable[[dict[str, str]], Row], *, data_set: str
) -> Iterator[Row]:
    """What `row_of` makes of the cells of every line; a ValueError of its names the line. Raises
    BadData."""
    for line in read_lines(path, columns, data_set=data_set):
        try:
            yield row_of(line.cells)
        except ValueError as problem:
            raise line.wrong(f"{problem}.") from problem


def read_lines(path: Path, columns: Sequence[str], *, data_set: str) -> Iterator[Line]:
    """Every line of a table that has these columns among others. Raises BadData."""
    if not path.is_file():
        raise BadData(f"{path} is missing. Is this the folder of {data_set}?")
    with path.open(newline="", encoding="utf-8-sig") as text:  # spreadsheets write a mark first
        reader = csv.DictReader(text)
        try:
            _check_header(path, list(reader.fieldnames or []), columns)
            for cells in reader:
                line = Line(path, reader.line_num, cells)
                _check_length(line)
                yield line
        except UnicodeDecodeError as problem:
            raise BadData(f"{path} is no UTF-8 text: {problem}. Save it as UTF-8.") from problem
        except csv.Error as problem:
            raise BadData(f"{path}, line {reader.line_num}: {problem}.") from problem


def _check_header(path: Path, header: list[str], columns: Sequence[str]) -> None:
    missing = [name for name in columns if name not in header]
    if missing:
        raise BadData(f"{path} has no column {', '.join(missing)}.")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise BadData(f"{path} has the column {', '.join(twice)} twice. Rename one.")


def _check_length(line: Line) -> None:
    if None in line.cells:  # where csv puts what is beyond the header
        raise line.wrong("it has more cells than the header. Quote cells that hold commas.")
    if None in line.cells.values():
        raise line.wrong("it has fewer cells than the header. Was the file cut short?")
