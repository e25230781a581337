"""A small copy of the splits that are published with SiTunes; the numbers are made up.

Two listeners, two tracks. Ratings and moods are drawn by the seed of the split.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from adaptation.learning.datasets.situnes_splits import SITUATION
from tests.adaptation.learning.datasets import small_situnes
from tests.adaptation.learning.datasets.small_situnes import START

ROWS = {"train": 24, "valid": 4, "test": 8}
BEGINNING = {"train": 100_000, "valid": 200_000, "test": 300_000}  # seconds after START
STAGE_3 = 9_000_000

KEYS = ("user_id:token", "item_id:token", "rating:float")
FIELD = (*KEYS, *(f"{name}:float" for name in SITUATION), "timestamp:float")
MOODS = tuple(
    f"emo_{when}_{axis}:float" for when in ("pre", "post") for axis in ("valence", "arousal")
)
LAB = (*KEYS, "timestamp:float", "emo_valence:float", "emo_arousal:float")
DEFECT = (*FIELD, *[MOODS[0]] * 4, *MOODS[2:])
"""The header of setting 3's test files: pre-arousal has the name of pre-valence, and both occur
twice."""

Row = list[float]


def write(folder: Path, seeds: Sequence[int] = (101,)) -> Path:
    """Write the data set and the three settings' splits below a folder, which is given back."""
    small_situnes.write(folder)
    stage_3 = _field_rows("test", np.random.default_rng(3), STAGE_3)
    _write_stage_3(folder / "Stage3" / "interactions.csv", stage_3)
    for seed in seeds:
        generator = np.random.default_rng(seed)
        parts = {part: _field_rows(part, generator) for part in ROWS}
        lab = {part: [_lab(row) for row in parts[part]] for part in ("train", "valid")}
        for part, rows in parts.items():
            _write(folder, 2, seed, part, (*FIELD, *MOODS), rows)
        for part, rows in lab.items():
            _write(folder, 1, seed, part, LAB, rows)
            _write(folder, 3, seed, part, (*FIELD, *MOODS), parts[part])
        _write(folder, 1, seed, "test", (*FIELD, *MOODS), parts["test"])
        _write(
            folder,
            3,
            seed,
            "test",
            DEFECT,
            [[*row[:-4], *row[-4:-2], *row[-4:]] for row in stage_3],
        )
    return folder


def path_of(folder: Path, setting: int, seed: int, part: str) -> Path:
    name = f"setting{setting}-{seed}"
    return folder / "recbole_splits" / name / f"{name}.{part}.inter"


def read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.reader(lines, delimiter="\t"))


def rewrite(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines, delimiter="\t").writerows(rows)


def _field_rows(part: str, generator: np.random.Generator, start: int | None = None) -> list[Row]:
    """Ratings 1..5 in turn, so that every part has both labels."""
    beginning = START + (BEGINNING[part] if start is None else start)
    return [
        [
            *(float(1 + number % 2), float(7 + number // 2 % 2), float(1 + number % 5)),
            *generator.normal(size=len(SITUATION)),
            float(beginning + 60 * number),
            *np.round(generator.uniform(-0.9, 0.9, 4), 4),
        ]
        for number in range(ROWS[part])
    ]


def _lab(row: Row) -> Row:
    return [*row[:3], row[-5], *row[-2:]]


def _write(
    folder: Path, setting: int, seed: int, part: str, header: Sequence[str], rows: list[Row]
) -> None:
    path = path_of(folder, setting, seed, part)
    path.parent.mkdir(parents=True, exist_ok=True)
    rewrite(path, [header, *rows])


def _write_stage_3(path: Path, rows: list[Row]) -> None:
    header = small_situnes.TABLES["Stage3/interactions.csv"][0]
    with path.open("w", newline="", encoding="utf-8") as lines:
        table = csv.writer(lines)
        table.writerow(header)
        for number, row in enumerate(rows, start=1):
            listener, track, rating, time = (int(row[place]) for place in (0, 1, 2, -5))
            table.writerow([number, listener, track, time, rating, 50, *row[-4:], 300, "Random"])
