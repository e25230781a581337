"""Bringing recordings and feature tables into a catalogue: what is usable goes in, the rest is
named with its reason."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files import File

from adaptation import workbench
from adaptation.schemas import ATTUNE_AUDIO
from adaptation.services import store_schema
from therapy.catalogue.services import TrackRow, store_tracks
from therapy.management.progress import Progress
from therapy.models import Catalogue, FeatureSchema, Track

TABLE_SUFFIX = ".csv"
TEXT_COLUMNS = ("artist", "tags", "rights", "lyrics")


@dataclass
class Ingested:
    """What came in, and what did not: (name, reason)."""

    stored: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """A file, and the name that it gets in the catalogue: its path below what was named."""

    path: Path
    name: str


def files_below(paths: Iterable[Path]) -> Iterator[Source]:
    """The files named, and those in the folders named, hidden ones left out."""
    for path in paths:
        if not path.is_dir():
            yield Source(path, path.name)
            continue
        for inner in sorted(path.rglob("*")):
            relative = inner.relative_to(path)
            if inner.is_file() and not any(part.startswith(".") for part in relative.parts):
                yield Source(inner, relative.as_posix())


def ingest_recordings(
    *, catalogue: Catalogue, sources: Iterable[Source], rights: str, progress: Progress
) -> Ingested:
    """Analyse recordings and store them with their sound under the schema of audio features.

    A recording whose very bytes the catalogue has already is left alone.
    """
    schema = store_schema(ATTUNE_AUDIO)
    outcome = Ingested()
    named = _named(sources, outcome)
    held = dict(
        Track.objects.filter(catalogue=catalogue).values_list("audio_sha256", "external_id")
    )
    for done, analysed in enumerate(workbench.analyse_all(named), start=1):
        name = named[analysed.path]
        progress(done, len(named), name)
        if analysed.analysis is None:
            outcome.refused.append((name, analysed.refusal))
            continue
        analysis = analysed.analysis
        twin = held.get(analysis.content_sha256)
        if twin is not None:
            outcome.known.append(name if twin == name else f"{name} (the same recording as {twin})")
            continue
        with analysed.path.open("rb") as sound:
            row = TrackRow(
                external_id=name,
                title=title_of(analysed.path),
                values=analysis.values,
                duration_seconds=analysis.duration_seconds,
                true_peak_dbtp=analysis.true_peak_dbtp,
                rights=rights,
                audio=File(sound, name=analysed.path.name),
            )
            _store(catalogue, schema, row, name, outcome)
        held[analysis.content_sha256] = name
    return outcome


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
        _store(catalogue, schema, row, name, outcome)
    return outcome


def is_table(source: Source) -> bool:
    return source.path.suffix.lower() == TABLE_SUFFIX


def title_of(path: Path) -> str:
    """A readable title from a file name."""
    return path.stem.replace("_", " ").replace("  ", " ").strip()[:200] or path.name[:200]


def _named(sources: Iterable[Source], outcome: Ingested) -> dict[Path, str]:
    """The files that are there, with their names. Of two that would have one name, as two discs
    have a first track each, the second is refused: it would replace the first."""
    taken: dict[str, Path] = {}
    for source in sources:
        if not source.path.is_file():
            outcome.refused.append((source.name, "There is no such file."))
        elif taken.setdefault(source.name, source.path) != source.path:
            reason = (
                f"{source.path} would have the name of {taken[source.name]}. "
                "Name the folder that holds both."
            )
            outcome.refused.append((source.name, reason))
    return {path: name for name, path in taken.items()}


def _store(
    catalogue: Catalogue, schema: FeatureSchema, row: TrackRow, name: str, outcome: Ingested
) -> None:
    try:
        counts = store_tracks(catalogue=catalogue, schema=schema, rows=[row])
    except ValidationError as problem:
        outcome.refused.append((name, " ".join(problem.messages)))
        return
    (outcome.known if counts.unchanged else outcome.stored).append(name)


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
