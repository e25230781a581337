"""The reader of TROMPA-MER: on a small copy of its layout, and on the data set."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from adaptation.learning.datasets import trompa
from adaptation.learning.datasets.bad_data import BadData
from tests.needs import data_folder

ANNOTATIONS = [
    ["user_id", "track_id", "timestamp", "valence", "arousal", "emotion", "fav"],
    ["30", "B", "200", "1", "-1", "peace", "1"],
    ["4", "A", "100", "-1", "1", "anger", "0"],
]
_SOUND = ["0.6", "0.7", "-9.5", "0.03", "0.1", "0.2", "0.1", "116.0"]
TRACKS = [
    [
        *("track_id", "popularity", "key", "mode", "danceability", "energy", "loudness"),
        *("speechiness", "acousticness", "instrumentalness", "liveness", "tempo", "valence"),
    ],
    ["A", "38", "0", "1", *_SOUND, "0.5"],
    ["B", "12", "7", "0", *_SOUND, "0.9"],
    ["B", "12", "7", "0", *_SOUND, "0.9"],
]
USERS = [["id", "motherLanguage", "otherLanguage"], ["30", "es", "en"], ["30", "es", "ca"]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two users who annotated a track each; of one nothing is known."""
    for name, rows in zip(trompa.FILES, (ANNOTATIONS, TRACKS, USERS), strict=True):
        with (tmp_path / name).open("w", newline="") as lines:
            csv.writer(lines).writerows(rows)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_annotations_are_rows_in_the_order_of_time(folder: Path) -> None:
    data = trompa.read(folder)
    assert [data.user_keys[user] for user in data.user] == ["4", "30"]
    assert [data.item_keys[item] for item in data.item] == ["A", "B"]
    assert data.answers.tolist() == [[0, -1, 1], [1, 1, -1]]
    assert data.order.tolist() == [100, 200]
    assert [target.name for target in data.targets] == ["fav", "valence", "arousal"]


def test_perceived_emotions_carry_no_mood(folder: Path) -> None:
    data = trompa.read(folder)
    assert [target.carries for target in data.targets] == [None, None, None]
    assert np.isnan(data.mood).all()


def test_people_are_grouped_by_mother_language(folder: Path) -> None:
    assert trompa.read(folder).groups == {"mother language": ["unknown", "es"]}
    change(folder / "users.csv", "30,es,en", "4,,en")
    assert trompa.read(folder).groups == {"mother language": ["unknown", "es"]}


def test_tracks_have_their_sound_and_their_key_on_the_circle(folder: Path) -> None:
    data = trompa.read(folder)
    of = dict(zip(data.feature_names, data.features.T, strict=True))
    assert of["tempo"].tolist() == [116.0, 116.0]
    assert of["musical_valence"].tolist() == [0.5, 0.9]
    assert of["key_fifths_cos"] == pytest.approx([1.0, np.cos(np.pi / 6)])
    assert of["key_fifths_sin"] == pytest.approx([0.0, 0.5])


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: change(f / "annotations.csv", "30,B", "30,C"), r"line 2: .* the track C"),
        (lambda f: change(f / "annotations.csv", "4,A", "x,A"), r"line 3: 'x' under user_id"),
        (lambda f: change(f / "annotations.csv", "-1,1,anger", "-2,1,anger"), r"line 3: valence"),
        (lambda f: change(f / "annotations.csv", "anger,0", "anger,"), r"line 3: fav is empty"),
        (lambda f: change(f / "annotations.csv", ",fav", ",liked"), "has no column fav"),
        (lambda f: change(f / "tracks.csv", "116.0", "fast"), r"line 2: 'fast' under tempo"),
        (lambda f: change(f / "tracks.csv", "B,12,7", "B,12,12"), r"line 3: key is 12, outside"),
        (lambda f: (f / "users.csv").unlink(), r"users.csv is missing"),
    ],
)
def test_bad_tables_are_refused_with_their_place(
    folder: Path, spoil: Callable[[Path], object], words: str
) -> None:
    spoil(folder)
    with pytest.raises(BadData, match=words):
        trompa.read(folder)


def test_the_data_set_has_its_size() -> None:
    data = trompa.read(data_folder() / "trompa_mer")
    assert (len(data), len(data.user_keys), len(data.item_keys)) == (4779, 196, 1158)
    assert np.isfinite(data.features).all()
    assert set(np.unique(data.answers[:, 0])) == {0, 1}
    assert set(np.unique(data.answers[:, 1:])) == {-1, 1}
    assert (np.diff(data.order) >= 0).all()
    assert np.bincount(data.user).max() == 173
    assert "ca" in data.groups["mother language"]
