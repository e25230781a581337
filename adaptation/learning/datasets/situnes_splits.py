"""The splits of SiTunes that its authors publish: three settings, ten seeds each.

Grigorev et al., "SiTunes: A Situational Music Recommendation Dataset with Physiological and
Psychological Signals", CHIIR 2024. The files are read as published, but for three defects: the
`.item` files lack tracks of their own setting, so tracks come from `music_metadata`; setting 3's
test files name four columns `emo_pre_valence`, so the mood before comes from Stage3's table; and
a row of that table is found by listener, track and time, for the files carry no row number.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from adaptation.learning.datasets import situnes
from adaptation.learning.datasets.bad_data import BadData
from adaptation.learning.datasets.situnes import SiTunes, SiTunesTrack
from adaptation.learning.ratings import Floats, Whole

SETTINGS = (1, 2, 3)
SEEDS = tuple(range(101, 111))
ACTIVITY_TYPES = ("still", "act2still", "walking", "none", "sleeping", "running")
SITUATION = (
    *("morning", "afternoon", "evening"),
    *("relative_HB_mean", "activity_intensity_mean", "activity_step_mean"),
    *("relative_HB_std", "activity_intensity_std", "activity_step_std"),
    *ACTIVITY_TYPES,
    *("weather_sunny", "weather_cloudy", "weather_rainy", "weather2", "weather3", "weather4"),
    *("GPS1", "GPS2", "GPS3"),
)

_LISTENER, _TRACK, _TIME = "user_id:token", "item_id:token", "timestamp:float"
_SITUATION_COLUMNS = tuple(f"{name}:float" for name in SITUATION)
_BEFORE = ("emo_pre_valence:float", "emo_pre_arousal:float")
_AFTER = ("emo_post_valence:float", "emo_post_arousal:float")
_AFTER_IN_LAB = ("emo_valence:float", "emo_arousal:float")

Key = tuple[int, int, int]  # listener, track, time


@dataclass(frozen=True)
class Part:
    """N rows of a split; moods are (valence, arousal) in −1..1."""

    listener: Whole  # [N], index into Splits.listeners
    track: Whole  # [N], index into Splits.tracks
    rating: Floats  # [N], 1..5
    time: Floats  # [N], seconds since 1970
    before: Floats  # [N, 2]; NaN in stage 1, where it was not asked
    after: Floats  # [N, 2]
    situation: Floats  # [N, len(SITUATION)]; NaN in stage 1, which was in the lab

    def __len__(self) -> int:
        return len(self.listener)


@dataclass(frozen=True)
class Split:
    setting: int
    seed: int
    train: Part
    valid: Part
    test: Part


@dataclass(frozen=True)
class Splits:
    """Splits of one setting. Listeners and tracks are all that the data set has."""

    listeners: tuple[str, ...]  # U, as the authors number them
    tracks: tuple[SiTunesTrack, ...]  # I
    features: Floats  # [I, F], in the order of situnes.SCHEMA
    splits: tuple[Split, ...]


def read(folder: Path, setting: int, seeds: Sequence[int] = SEEDS) -> Splits:
    """The setting's splits in the data set's folder, which holds `recbole_splits`. Raises BadData
    that names the file, and the line or column, at fault."""
    data = situnes.read(folder)
    reader = _Reader(data)
    splits = tuple(_split(folder, setting, seed, reader) for seed in seeds)
    tracks = tuple(data.tracks.values())
    features = np.stack([situnes.features_of(track) for track in tracks]).astype(float)
    return Splits(tuple(data.listeners), tracks, features, splits)


def _split(folder: Path, setting: int, seed: int, reader: "_Reader") -> Split:
    name = f"setting{setting}-{seed}"
    train, valid, test = (
        reader.part(folder / "recbole_splits" / name / f"{name}.{part}.inter")
        for part in ("train", "valid", "test")
    )
    return Split(setting, seed, train, valid, test)


class _Reader:
    """Reads `.inter` files, with what they leave out looked up in the tables of the stages."""

    def __init__(self, data: SiTunes) -> None:
        self.listener = {int(key): place for place, key in enumerate(data.listeners)}
        self.track = {int(key): place for place, key in enumerate(data.tracks)}
        self.before: dict[Key, tuple[float, float]] = {
            (int(log.listener), int(log.item), int(log.heard_at.timestamp())): log.before
            for log in data.logs
            if log.stage == 3 and log.before is not None
        }

    def part(self, path: Path) -> Part:
        table = _Table.read(path)
        in_lab = _AFTER_IN_LAB[0] in table.names
        rows = len(table.values)
        return Part(
            listener=table.places(_LISTENER, self.listener, "no listener of the stages"),
            track=table.places(_TRACK, self.track, "not in music_metadata"),
            rating=table.column("rating:float"),
            time=table.column(_TIME),
            before=np.full((rows, 2), np.nan) if in_lab else self._before(table),
            after=table.columns(_AFTER_IN_LAB if in_lab else _AFTER),
            situation=np.full((rows, len(SITUATION)), np.nan)
            if in_lab
            else table.columns(_SITUATION_COLUMNS),
        )

    def _before(self, table: "_Table") -> Floats:
        """From the file, unless it does not say which of its columns is which."""
        if all(table.names.count(name) == 1 for name in _BEFORE):
            return table.columns(_BEFORE)
        numbers = table.columns((_LISTENER, _TRACK, _TIME)).astype(np.int64).tolist()
        keys: list[Key] = [(listener, track, time) for listener, track, time in numbers]
        missing = [key for key in keys if key not in self.before]
        if missing:
            listener, track, time = missing[0]
            raise BadData(
                f"{table.path}: its columns of the mood before are ambiguous, and Stage3 has no "
                f"row of listener {listener}, track {track} at {time}."
            )
        return np.array([self.before[key] for key in keys])


@dataclass(frozen=True)
class _Table:
    path: Path
    names: list[str]
    values: Floats  # [N, columns]

    @classmethod
    def read(cls, path: Path) -> "_Table":
        """A tab-separated table of numbers with its header; names may occur more than once."""
        if not path.is_file():
            raise BadData(f"{path} is missing. Is this the folder of the SiTunes data set?")
        with path.open(newline="", encoding="utf-8") as lines:
            reader = csv.reader(lines, delimiter="\t")
            names = next(reader, [])
            rows = [_numbers(row, len(names), path, reader.line_num) for row in reader]
        if not rows:
            raise BadData(f"{path} has no rows.")
        return cls(path, names, np.array(rows))

    def column(self, name: str) -> Floats:
        """Raises BadData where the column is missing or there are several."""
        if self.names.count(name) != 1:
            raise BadData(f"{self.path} has {self.names.count(name)} columns {name}, not one.")
        return self.values[:, self.names.index(name)]

    def columns(self, names: Sequence[str]) -> Floats:
        return np.column_stack([self.column(name) for name in names])

    def places(self, name: str, of: Mapping[int, int], otherwise: str) -> Whole:
        """Where each row's number stands. Raises BadData for one that has no place."""
        numbers = self.column(name).astype(np.int64).tolist()
        unknown = set(numbers) - set(of)
        if unknown:
            raise BadData(f"{self.path}: {name} {min(unknown)} is {otherwise}.")
        return np.array([of[number] for number in numbers], np.int64)


def _numbers(row: list[str], width: int, path: Path, line: int) -> list[float]:
    if len(row) != width:
        raise BadData(f"{path}, line {line}: {len(row)} values under {width} columns.")
    try:
        return [float(value) for value in row]
    except ValueError as problem:
        raise BadData(f"{path}, line {line}: {problem}.") from problem
