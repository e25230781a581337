"""Bringing feature tables into a catalogue, line by line."""

import csv

from adaptation.ingestion import Ingested, Source, store_row
from therapy.catalogue.services import TrackRow
from therapy.management.progress import Progress
from therapy.models import Catalogue, FeatureSchema, Track

TABLE_SUFFIX = ".csv"
TEXT_COLUMNS = ("artist", "tags", "rights", "lyrics")


def is_table(source: Source) -> bool:
    return source.path.suffix.lower() == TABLE_SUFFIX


def ingest_table(
    *, catalogue: Catalogue, schema: FeatureSchema, source: Source, progress: Progress
) -> Ingested:
    """Store the tracks of a CSV: id, title, duration_seconds (may be empty), artist, tags
    (separated by ;), rights and lyrics if it has them, and one column for each feature.

    A missing column refuses the whole table; a bad line is refused alone, by its number, and so is
    one with the id of a line before it.
    """
    outcome = Ingested()
    try:
        with source.path.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            missing = [
                column
                for column in ("id", "title", "duration_seconds", *schema.columns)
                if column not in (reader.fieldnames or [])
            ]
            if missing:
                reason = f"No column {', '.join(missing)}. Schema {schema} needs them all."
                outcome.refused.append((source.name, reason))
                return outcome
            rows = [(reader.line_num, line) for line in reader]
    except (UnicodeDecodeError, csv.Error) as problem:
        outcome.refused.append((source.name, f"This is not a CSV file in UTF-8: {problem}."))
        return outcome
    except OSError as problem:
        outcome.refused.append((source.name, f"The file cannot be read: {problem.strerror}."))
        return outcome
    met: dict[str, int] = {}
    for done, (number, line) in enumerate(rows, start=1):
        name = f"{source.name}, line {number}"
        progress(done, len(rows), name)
        try:
            row = _row_of(line, schema)
        except ValueError as problem:
            outcome.refused.append((name, str(problem)))
            continue
        first = met.setdefault(row.external_id, number)
        if first != number:
            outcome.refused.append((name, f"Its id, {row.external_id}, is that of line {first}."))
            continue
        outcome.add(store_row(catalogue, schema, row, name))
    return outcome


def _row_of(line: dict[str, str | None], schema: FeatureSchema) -> TrackRow:
    texts = {column: (line.get(column) or "").strip() for column in TEXT_COLUMNS}
    duration = (line["duration_seconds"] or "").strip()
    return TrackRow(
        external_id=(line["id"] or "").strip(),
        title=(line["title"] or "").strip(),
        values={column: _number(line[column], column) for column in schema.columns},
        duration_seconds=_number(duration, "duration_seconds") if duration else None,
        artist=texts["artist"],
        tags=[tag.strip() for tag in texts["tags"].split(";") if tag.strip()],
        rights=texts["rights"],
        lyrics=texts["lyrics"] or Track.Lyrics.UNKNOWN,
    )


def _number(text: str | None, column: str) -> float:
    try:
        return float(text or "")
    except ValueError:
        raise ValueError(f"{column} is '{text or ''}', which is not a number.") from None
