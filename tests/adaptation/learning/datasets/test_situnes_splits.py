"""The published splits: on a small copy of their files, and on the real ones where they are."""

from pathlib import Path

import numpy as np
import pytest

from adaptation.learning.datasets import situnes_splits
from adaptation.learning.datasets.bad_data import BadData
from adaptation.learning.datasets.situnes_splits import SITUATION
from tests.adaptation.learning.datasets import small_splits
from tests.adaptation.learning.datasets.small_situnes import START
from tests.needs import data_folder

SEED = 101


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_splits.write(tmp_path)


def test_a_part_says_who_rated_what_when(folder: Path) -> None:
    splits = situnes_splits.read(folder, 2, [SEED])
    (split,) = splits.splits
    assert (split.setting, split.seed) == (2, SEED)
    assert [len(part) for part in (split.train, split.valid, split.test)] == [24, 4, 8]
    assert [splits.listeners[place] for place in split.valid.listener] == ["1", "2", "1", "2"]
    assert [splits.tracks[place].item for place in split.valid.track] == ["7", "7", "8", "8"]
    assert split.valid.rating.tolist() == [1, 2, 3, 4]
    assert split.valid.time.tolist() == [START + 200_000 + 60 * row for row in range(4)]


def test_moods_and_situation_are_those_of_their_columns(folder: Path) -> None:
    part = situnes_splits.read(folder, 2, [SEED]).splits[0].valid
    header, *rows = small_splits.read(small_splits.path_of(folder, 2, SEED, "valid"))
    for row, cells in enumerate(rows):
        told = dict(zip(header, map(float, cells), strict=True))
        assert part.before[row].tolist() == [
            told["emo_pre_valence:float"],
            told["emo_pre_arousal:float"],
        ]
        assert part.after[row].tolist() == [
            told["emo_post_valence:float"],
            told["emo_post_arousal:float"],
        ]
        assert part.situation[row].tolist() == [told[f"{name}:float"] for name in SITUATION]


def test_the_lab_has_no_mood_before_and_no_situation(folder: Path) -> None:
    (split,) = situnes_splits.read(folder, 1, [SEED]).splits
    for part in (split.train, split.valid):
        assert np.isnan(part.before).all()
        assert np.isnan(part.situation).all()
        assert np.isfinite(part.after).all()
    assert np.isfinite(split.test.before).all()
    assert np.isfinite(split.test.situation).all()


def test_the_mood_before_of_stage_3_is_its_own_tables(folder: Path) -> None:
    """Not of the file, which names arousal valence."""
    path = small_splits.path_of(folder, 3, SEED, "test")
    header, *rows = small_splits.read(path)
    expected = [[float(cell) for cell in row[-6:-4]] for row in rows]
    first = header.index("emo_pre_valence:float")
    assert header.count("emo_pre_valence:float") == 4
    spoilt = [[*row[:first], *["0.5"] * 4, *row[first + 4 :]] for row in rows]
    small_splits.rewrite(path, [header, *spoilt])
    part = situnes_splits.read(folder, 3, [SEED]).splits[0].test
    assert part.before.tolist() == expected


def test_a_row_that_stage_3_lacks_is_named(folder: Path) -> None:
    path = small_splits.path_of(folder, 3, SEED, "test")
    header, first, *rows = small_splits.read(path)
    first[header.index("timestamp:float")] = "1"
    small_splits.rewrite(path, [header, first, *rows])
    with pytest.raises(BadData, match=r"Stage3 has no row of listener 1, track 7 at 1\."):
        situnes_splits.read(folder, 3, [SEED])


def test_tracks_come_from_the_metadata_not_from_the_item_file(folder: Path) -> None:
    """There is none here, and the published ones lack tracks."""
    assert not list(folder.rglob("*.item"))
    splits = situnes_splits.read(folder, 3, [SEED])
    assert [track.item for track in splits.tracks] == ["7", "8"]
    assert splits.features.shape == (2, 19)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("item_id:token", "9", "item_id:token 9 is not in music_metadata"),
        ("user_id:token", "5", "user_id:token 5 is no listener of the stages"),
        ("rating:float", "good", "line 2: could not convert string to float: 'good'"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, column: str, value: str, message: str) -> None:
    path = small_splits.path_of(folder, 2, SEED, "train")
    header, first, *rows = small_splits.read(path)
    first[header.index(column)] = value
    small_splits.rewrite(path, [header, first, *rows])
    with pytest.raises(BadData, match=message) as refused:
        situnes_splits.read(folder, 2, [SEED])
    assert str(path) in str(refused.value)


def test_a_line_that_was_cut_short_is_named(folder: Path) -> None:
    path = small_splits.path_of(folder, 2, SEED, "train")
    header, first, second, *rows = small_splits.read(path)
    small_splits.rewrite(path, [header, first, second[:5], *rows])
    with pytest.raises(BadData, match=r"line 3: 5 values under 32 columns\."):
        situnes_splits.read(folder, 2, [SEED])


@pytest.mark.parametrize("column", ["rating:float", "walking:float", "emo_post_valence:float"])
def test_a_missing_column_is_named(folder: Path, column: str) -> None:
    path = small_splits.path_of(folder, 2, SEED, "train")
    header, *rows = small_splits.read(path)
    renamed = ["other" if name == column else name for name in header]
    small_splits.rewrite(path, [renamed, *rows])
    with pytest.raises(BadData, match=f"has 0 columns {column}, not one"):
        situnes_splits.read(folder, 2, [SEED])


def test_a_missing_or_empty_file_is_named(folder: Path) -> None:
    with pytest.raises(BadData, match=r"setting2-102\.train\.inter is missing"):
        situnes_splits.read(folder, 2, [102])
    path = small_splits.path_of(folder, 2, SEED, "test")
    small_splits.rewrite(path, small_splits.read(path)[:1])
    with pytest.raises(BadData, match=r"setting2-101\.test\.inter has no rows"):
        situnes_splits.read(folder, 2, [SEED])


@pytest.mark.parametrize(
    ("setting", "sizes"), [(1, (480, 120, 195)), (2, (613, 87, 195)), (3, (613, 87, 509))]
)
def test_the_real_splits_are_read_whole(setting: int, sizes: tuple[int, int, int]) -> None:
    splits = situnes_splits.read(data_folder() / "situnes", setting, [101, 110])
    for split in splits.splits:
        assert (len(split.train), len(split.valid), len(split.test)) == sizes
        assert np.isfinite(split.test.before).all()
        assert (np.abs(split.test.before) <= 1).all()
