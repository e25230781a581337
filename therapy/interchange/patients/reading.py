"""A CSV file with patients, read as spreadsheets write it: UTF-8, commas, semicolons or tabs."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

COLUMNS = ("code", "therapist", "time_zone", "origin")
MOST_LINES = 5_000
MOST_BYTES = 1_000_000
DELIMITERS = ";,\t"
SEPARATOR_LINE = re.compile(r"sep=[;,\t]\s*\Z", re.I)
"""What Excel understands, and what others took over from it."""
PERSONAL = re.compile(
    "name|initial|birth|born|dob|geb|age|alter|sex|gender|geschlecht|address|adresse|street|strasse"
    "|city|town|zip|plz|e?mail|phone|tele|mobil|handy|insur|versicher|ssn|nhs|mrn|diagnos|icd|prenom"
    "|nom|apellido|nacimiento|naissance",
    re.I,
)
"""Headers of columns that say who someone is, or what they have."""


@dataclass(frozen=True)
class Problem:
    """What is wrong, in words; where: a line of the file from 1, and a column. Line 0: the file."""

    line: int
    column: str
    text: str

    def __str__(self) -> str:
        where = f"Line {self.line}" if self.line else "The file"
        return f"{where}, {self.column}: {self.text}" if self.column else f"{where}: {self.text}"


@dataclass(frozen=True)
class Line:
    """One patient, as the file has them. `number` is where they stand."""

    number: int
    code: str
    therapist: str
    time_zone: str
    origin: str


class Unreadable(Exception):
    """The file has no lines that could be looked at; why, in problems."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def lines_of(content: bytes) -> tuple[list[Line], list[Problem]]:
    """The patients in the file, and the lines whose cells do not fit the header. Raises Unreadable.

    Around cells spaces are dropped, and lines without any cell; who has no time zone gets UTC, and
    who has no origin is in care.
    """
    text, first = _text(content)
    rows = _rows(text, first)
    header_at, header = next(rows, (0, []))
    places = _places(header_at, header)
    lines: list[Line] = []
    problems: list[Problem] = []
    for number, cells in rows:
        if len(lines) + len(problems) >= MOST_LINES:
            raise Unreadable(Problem(0, "", f"Has more than {MOST_LINES} patients. Split it."))
        if len(cells) != len(header):
            said = f"Has {len(cells)} cells, where the header has {len(header)}."
            problems.append(Problem(number, "", said))
            continue
        found = {name: cells[place] for name, place in places.items()}
        lines.append(
            Line(
                number,
                found["code"],
                found.get("therapist", ""),
                found.get("time_zone", "") or "UTC",
                found.get("origin", "").lower() or "care",
            )
        )
    if not lines and not problems:
        raise Unreadable(Problem(0, "", "Has a header and no patient below it."))
    return lines, problems


def as_csv(lines: Sequence[Line]) -> str:
    """The patients as a file that reads as the same."""
    text = io.StringIO(newline="")
    written = csv.writer(text, lineterminator="\n")
    written.writerow(COLUMNS)
    written.writerows(astuple(line)[1:] for line in lines)
    return text.getvalue()


def _text(content: bytes) -> tuple[str, int]:
    """The text without what comes before the header, and the number of its first line."""
    if len(content) > MOST_BYTES:
        raise Unreadable(Problem(0, "", f"Is larger than {MOST_BYTES // 1000} kB."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        raise Unreadable(
            Problem(line, "", "Is not UTF-8. In Excel, save it as 'CSV UTF-8 (comma delimited)'.")
        ) from wrong
    if "\0" in text:
        raise Unreadable(Problem(0, "", "Has null characters: it is no CSV file."))
    beginning, newline, rest = text.partition("\n")
    if SEPARATOR_LINE.match(beginning):
        return rest, 2
    return beginning + newline + rest, 1


def _rows(text: str, first: int) -> Iterator[tuple[int, list[str]]]:
    """Each row's first line and its cells. Raises Unreadable where quotes do not close."""
    header = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = first
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]  # no-break spaces too
            if any(cells):
                yield number, cells
            number = first + reader.line_num
    except csv.Error as wrong:
        raise Unreadable(Problem(number, "", f"Cannot be read: {wrong}.")) from wrong


def _places(line: int, header: Sequence[str]) -> dict[str, int]:
    """By column, its place. Raises Unreadable for headers that are not ours."""
    names = ["_".join(cell.lower().split()) for cell in header]
    problems = [
        Problem(line, cell or "a column without a header", _why_not(names[place]))
        for place, cell in enumerate(header)
        if names[place] not in COLUMNS
    ]
    problems += [
        Problem(line, name, "Is there twice.") for name in COLUMNS if names.count(name) > 1
    ]
    if "code" not in names:
        problems.append(Problem(line, "code", f"Is missing. There are: {', '.join(COLUMNS)}."))
    if problems:
        raise Unreadable(*problems)
    return {name: place for place, name in enumerate(names)}


def _why_not(name: str) -> str:
    if PERSONAL.search(name):
        return (
            "Looks like personal data. Patients are known here by their codes alone: take the "
            "column out, and keep who is who where nobody else reads it."
        )
    return f"Is no column of ours. There are: {', '.join(COLUMNS)}."
