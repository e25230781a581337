"""TROMPA-MER: listeners say which emotion music expresses, and whether they like it.

Gómez-Cañón et al., "TROMPA-MER: an open dataset for personalized music emotion recognition",
Journal of Intelligent Information Systems 2023, doi 10.1007/s10844-022-00746-0. The emotions are
those that the music is perceived to express, not those that are felt. The folder holds the
published JSON and summary as tables: `annotations.csv` (user_id, track_id, timestamp, valence and
arousal as −1 or 1, fav as 0 or 1), `tracks.csv` (track_id and the features below) and `users.csv`
(id, motherLanguage; a line for each other language of a person).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from adaptation.learning.datasets.keys import on_circle_of_fifths
from adaptation.learning.datasets.tables import Line, read_lines
from adaptation.learning.ratings import RatingSet, Target

FILES = ("annotations.csv", "tracks.csv", "users.csv")
TARGETS = (
    Target("fav", 0.0, 1.0, liked_from=1.0),
    Target("valence", -1.0, 1.0),
    Target("arousal", -1.0, 1.0),
)
LICENCE = "GNU AGPL v3 (its repository)"
UNKNOWN = "unknown"

_DATA_SET = "the TROMPA-MER data set"
_AS_GIVEN = (
    *("popularity", "loudness", "danceability", "energy", "speechiness", "acousticness"),
    *("instrumentalness", "liveness", "valence", "tempo", "mode"),
)
FEATURES = (
    *("musical_valence" if name == "valence" else name for name in _AS_GIVEN),
    *("key_fifths_cos", "key_fifths_sin"),
)


@dataclass(frozen=True)
class _Annotation:
    user: str
    item: str
    timestamp: float
    answers: tuple[float, ...]


def holds(folder: Path) -> bool:
    """Whether a folder is laid out as this data set."""
    return all((folder / name).is_file() for name in FILES)


def read(folder: Path) -> RatingSet:
    """Every annotation as a row, in time order; people are grouped by mother language. Raises
    BadData."""
    features = _features(folder / "tracks.csv")
    languages = _languages(folder / "users.csv")
    given = sorted(
        _annotations(folder / "annotations.csv", features), key=lambda one: one.timestamp
    )
    item_keys = tuple(sorted(features))
    user_keys = tuple(sorted({one.user for one in given}, key=int))
    item = {key: place for place, key in enumerate(item_keys)}
    user = {key: place for place, key in enumerate(user_keys)}
    return RatingSet(
        name="TROMPA-MER",
        licence=LICENCE,
        targets=TARGETS,
        feature_names=FEATURES,
        features=np.array([features[key] for key in item_keys]),
        item_keys=item_keys,
        user_keys=user_keys,
        user=np.array([user[one.user] for one in given], dtype=np.int64),
        item=np.array([item[one.item] for one in given], dtype=np.int64),
        answers=np.array([one.answers for one in given]).reshape(len(given), len(TARGETS)),
        mood=np.full((len(given), 2), np.nan),
        order=np.array([one.timestamp for one in given]),
        series=np.zeros(len(given), dtype=np.int64),
        auxiliary=np.zeros(len(given), dtype=bool),
        groups={"mother language": [languages.get(key, UNKNOWN) for key in user_keys]},
    )


def _features(path: Path) -> dict[str, list[float]]:
    """Features by track. Tracks that stand in the table twice are the same twice."""
    columns = ("track_id", "key", *_AS_GIVEN)
    return {
        line.text("track_id"): [
            *(line.number_of(name) for name in _AS_GIVEN),
            *on_circle_of_fifths(line.number_of("key", 0, 11)),
        ]
        for line in read_lines(path, columns, data_set=_DATA_SET)
    }


def _languages(path: Path) -> dict[str, str]:
    lines = read_lines(path, ("id", "motherLanguage"), data_set=_DATA_SET)
    return {line.text("id"): line.cells["motherLanguage"].strip() or UNKNOWN for line in lines}


def _annotations(path: Path, tracks: dict[str, list[float]]) -> list[_Annotation]:
    columns = ("user_id", "track_id", "timestamp", *(target.name for target in TARGETS))
    lines = list(read_lines(path, columns, data_set=_DATA_SET))
    return [_annotation(line, tracks) for line in lines]


def _annotation(line: Line, tracks: dict[str, list[float]]) -> _Annotation:
    item = line.text("track_id")
    if item not in tracks:
        raise line.wrong(f"tracks.csv does not describe the track {item}.")
    user = line.text("user_id")
    if not user.isdecimal():
        raise line.wrong(f"'{user}' under user_id is no whole number.")
    answers = tuple(line.number_of(t.name, t.low, t.high) for t in TARGETS)
    return _Annotation(user, item, line.number_of("timestamp"), answers)
