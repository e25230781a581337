"""What says what the columns mean: for people as CSV, text and Markdown, for programs as a Data
Package with Table Schemas (datapackage.org, version 2)."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from therapy.interchange.tables.columns import Column, Kind, Table
from therapy.interchange.tables.declared import TABLES

DATA_PACKAGE = "https://datapackage.org/profiles/2.0/datapackage.json"
TYPES = {
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.INSTANT: "datetime",
    Kind.DATE: "date",
}
"""Of Table Schema; what is not here is a string."""
MEDIA_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
DICTIONARY = (
    *("table", "column", "type", "unit", "lowest", "highest", "words", "may_be_missing"),
    *("refers_to", "meaning", "source"),
)


@dataclass(frozen=True)
class File:
    """A file of an export. `rows` is None where it is no table."""

    name: str
    bytes: int
    sha256: str
    rows: int | None = None


def dictionary_csv() -> str:
    """A line for each column of each table."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(DICTIONARY)
    lines.writerows(_lines())
    return text.getvalue()


def dictionary_markdown() -> str:
    """The same, to be read."""
    said = []
    for table in TABLES:
        said += [
            f"### `{table.name}`",
            "",
            f"{table.meaning} Key: {', '.join(f'`{name}`' for name in table.key)}.",
            "",
            "| column | type | range | |",
            "|---|---|---|---|",
            *(
                f"| `{column.name}` | {column.kind}{_refers(column)} | {_range(column)} "
                f"| {column.meaning} |"
                for column in table.columns
            ),
            "",
        ]
    return "\n".join(said).rstrip() + "\n"


def data_package(*, name: str, form: str, made_at: str, files: Mapping[str, File]) -> Any:
    """The descriptor of the tables, whose files are given by the tables' names."""
    return {
        "$schema": DATA_PACKAGE,
        "name": name,
        "created": made_at,
        "resources": [_resource(table, form, files[table.name]) for table in TABLES],
    }


def _resource(table: Table, form: str, file: File) -> Any:
    return {
        "name": table.name,
        "path": file.name,
        "type": "table",
        "format": form,
        "mediatype": MEDIA_TYPES[form],
        "encoding": "utf-8",
        "description": table.meaning,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "schema": {
            "fields": [_field(column, table) for column in table.columns],
            "missingValues": [""],
            "primaryKey": list(table.key),
            "foreignKeys": [
                {
                    "fields": [column.name],
                    "reference": {"resource": column.refers_to, "fields": [_key_of(column)]},
                }
                for column in table.columns
                if column.refers_to
            ],
        },
    }


def _key_of(column: Column) -> str:
    (key,) = next(table.key for table in TABLES if table.name == column.refers_to)
    return key


def _field(column: Column, table: Table) -> Any:
    constraints: dict[str, Any] = {} if column.optional else {"required": True}
    if table.key == (column.name,):
        constraints["unique"] = True
    if column.lowest is not None:
        constraints["minimum"] = column.lowest
    if column.highest is not None:
        constraints["maximum"] = column.highest
    if column.words:
        constraints["enum"] = list(column.words)
    said = {"name": column.name, "type": TYPES.get(column.kind, "string")}
    unit = {"unit": column.unit} if column.unit else {}
    return said | unit | {"description": column.meaning, "constraints": constraints}


def _lines() -> Iterator[tuple[str, ...]]:
    for table in TABLES:
        for column in table.columns:
            yield (
                *(table.name, column.name, column.kind.value, column.unit),
                *(_bound(column.lowest), _bound(column.highest), " | ".join(column.words)),
                *("yes" if column.optional else "no", column.refers_to),
                *(column.meaning, _source(column, table)),
            )


def _source(column: Column, table: Table) -> str:
    path = column.source or (table.parts.source if table.parts else "")
    return f"{table.model.__name__}.{path.replace('__', '.')}"


def _bound(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _refers(column: Column) -> str:
    return f" of `{column.refers_to}`" if column.refers_to else ""


def _range(column: Column) -> str:
    if column.words:
        return ", ".join(f"`{word}`" for word in column.words)
    lowest, highest = _bound(column.lowest), _bound(column.highest)
    between = f"{lowest} to {highest}" if lowest and highest else f"from {lowest}" if lowest else ""
    return f"{between} {column.unit}".strip().replace("-", "−")
