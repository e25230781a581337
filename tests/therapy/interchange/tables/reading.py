"""A clinic's tables, read back with what anyone has: the csv module, json and pyarrow."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.core.management import call_command

Rows = list[dict[str, Any]]


def exported(folder: Path, *options: str, clinic: str = "harbour") -> dict[str, Rows]:
    """The tables by name, as the command wrote them; texts of CSV without their guard."""
    call_command("export_tables", f"--clinic={clinic}", f"--to={folder}", *options)
    return read(folder)


def read(folder: Path) -> dict[str, Rows]:
    return {one["name"]: _rows(folder / one["path"]) for one in package(folder)["resources"]}


def package(folder: Path) -> Any:
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


def manifest(folder: Path) -> Any:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def dictionary(folder: Path) -> Rows:
    return _rows(folder / "data_dictionary.csv")


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def _rows(path: Path) -> Rows:
    if path.suffix == ".parquet":
        rows: Rows = pq.read_table(path).to_pylist()
        return rows
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))
