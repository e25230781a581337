"""The reader of SiTunes: on a small copy of its layout, and on the data set where it is."""

import csv
import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from adaptation.learning.datasets import situnes
from adaptation.learning.datasets.bad_data import BadData
from adaptation.learning.datasets.situnes import SiTunes
from tests.adaptation.learning.datasets.small_situnes import FILES, write
from tests.needs import data_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two tracks, two listeners, five logs."""
    return write(tmp_path)


def rewrite(path: Path, change: Callable[[list[list[str]]], object]) -> None:
    """Change the rows of a CSV file, the header among them."""
    with path.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.reader(lines))
    change(rows)
    with path.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows(rows)


def test_tracks_have_their_names_and_features(folder: Path) -> None:
    tracks = situnes.read(folder).tracks
    assert set(tracks) == {"7", "8"}  # and not −1, which pads the authors' training code
    first, second = tracks["7"], tracks["8"]
    assert (first.title, first.artist, first.genre) == ("Seven, the Song", "A Singer", "jazz")
    assert (second.title, second.artist) == ("SiTunes track 8", "")  # it has no name there
    assert first.duration_seconds == 204.2
    assert (first.values["tempo"], first.values["musical_valence"]) == (126.951, 0.503)


def test_keys_lie_on_the_circle_of_fifths(folder: Path) -> None:
    """C and G are neighbours: one twelfth of the circle apart."""
    in_c, in_g = (situnes.read(folder).tracks[item].values for item in "78")
    angles = [math.atan2(v["key_fifths_sin"], v["key_fifths_cos"]) for v in (in_c, in_g)]
    assert angles == pytest.approx([0.0, 2 * math.pi / 12])


def test_features_come_in_the_order_of_the_schema(folder: Path) -> None:
    track = situnes.read(folder).tracks["7"]
    features = situnes.features_of(track)
    assert features.shape == (len(situnes.SCHEMA.columns),)
    for place, name in enumerate(situnes.SCHEMA.columns):
        assert features[place] == np.float32(track.values[name]), name


def test_logs_come_in_time_order_whatever_the_stage(folder: Path) -> None:
    data = situnes.read(folder)
    assert [(log.stage, log.listener) for log in data.logs] == [
        (1, "1"),
        (1, "1"),
        (2, "2"),
        (2, "1"),
        (3, "1"),
    ]
    assert data.listeners == ["1", "2"]
    assert [log.stage for log in data.of_listener("1")] == [1, 1, 2, 3]
    assert data.logs[0].heard_at == datetime(2021, 6, 30, 1, 9, 8, tzinfo=UTC)


def test_the_lab_stage_has_no_mood_before(folder: Path) -> None:
    data = situnes.read(folder)
    assert [log.before is None for log in data.logs] == [log.stage == 1 for log in data.logs]
    later = data.logs[3]
    assert (later.before, later.after, later.rating) == ((0.35, -0.4575), (-0.25, 0.15), 2)


def test_a_history_is_what_the_learners_read(folder: Path) -> None:
    data = situnes.read(folder)
    history = situnes.histories(data)["1"]
    assert len(history) == 4
    assert history.weight.tolist() == [[1, 0, 0], [1, 0, 0], [1, 1, 1], [1, 1, 1]]
    assert history.mood[2].tolist() == pytest.approx([0.35, -0.4575])
    assert history.outcome[2].tolist() == pytest.approx([-0.5, -0.25, 0.15])
    np.testing.assert_array_equal(history.features[1], situnes.features_of(data.tracks["8"]))


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BadData, match=f"{name} is missing"):
        situnes.read(folder)


def test_a_folder_that_is_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="Is this the folder of the SiTunes data set"):
        situnes.read(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("name", "column"),
    [
        *(
            (FILES[0], column)
            for column in ("item_id", "tempo", "key", "duration", "pcm_zcr_sma_amean")
        ),
        (FILES[0], "general_genre"),
        *((FILES[1], column) for column in ("i_id_c", "music", "singer")),
        *((FILES[2], column) for column in ("user_id", "No.", "emo_valence")),
        *((FILES[3], column) for column in ("inter_id", "timestamp", "emo_pre_arousal")),
        (FILES[4], "emo_post_valence"),
    ],
)
def test_a_missing_column_is_named_with_its_file(folder: Path, name: str, column: str) -> None:
    def rename(rows: list[list[str]]) -> None:
        rows[0][rows[0].index(column)] = "another"

    rewrite(folder / name, rename)
    with pytest.raises(BadData, match=f"{name} has no column {column}."):
        situnes.read(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_line_with_a_word_for_a_number_is_named(folder: Path, name: str) -> None:
    def spoil(rows: list[list[str]]) -> None:
        rows[1] = ["much" for _ in rows[1]]

    rewrite(folder / name, spoil)
    with pytest.raises(BadData, match=f"{name}, line 2: .*much"):
        situnes.read(folder)


def test_a_file_that_was_cut_short_is_named(folder: Path) -> None:
    path = folder / FILES[3]
    path.write_text(path.read_text().rstrip().rsplit(",", 5)[0])
    with pytest.raises(BadData, match=f"{FILES[3]}, line 3"):
        situnes.read(folder)


def test_a_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / FILES[4]).write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(BadData, match=FILES[4]):
        situnes.read(folder)


def test_a_rated_track_that_nobody_described_is_named(folder: Path) -> None:
    rewrite(folder / FILES[0], lambda rows: rows.pop(2))
    with pytest.raises(BadData, match="Rated tracks without metadata: 8"):
        situnes.read(folder)


@pytest.fixture(scope="module")
def real() -> SiTunes:
    return situnes.read(data_folder() / "situnes")


def test_the_data_set_has_the_published_size(real: SiTunes) -> None:
    """Grigorev et al. 2024: 600 + 897 + 509 logs of 30 listeners."""
    assert len(real.tracks) == 945
    assert [sum(log.stage == stage for log in real.logs) for stage in (1, 2, 3)] == [600, 897, 509]
    assert real.listeners == [str(number) for number in range(1, 31)]


def test_the_data_set_is_in_range_and_in_order(real: SiTunes) -> None:
    moods = [log.after for log in real.logs] + [log.before for log in real.logs if log.before]
    assert np.abs(moods).max() <= 1
    assert {log.rating for log in real.logs} == {1, 2, 3, 4, 5}
    assert all((log.before is None) == (log.stage == 1) for log in real.logs)
    times = [log.heard_at for log in real.logs]
    assert times == sorted(times)
    keys = {(log.stage, log.number) for log in real.logs}
    assert len(keys) == len(real.logs)


def test_every_listeners_history_can_be_learned_from(real: SiTunes) -> None:
    histories = situnes.histories(real)
    assert sum(map(len, histories.values())) == 2006
    for listener, history in histories.items():
        assert np.isfinite(history.features).all(), listener
        in_the_lab = (history.weight == [1, 0, 0]).all(1)
        assert in_the_lab.sum() == 20, listener
        assert (history.weight[~in_the_lab] == 1).all(), listener


def test_ordinary_listening_drifts_as_the_simulation_says(real: SiTunes) -> None:
    """Plain regression on stage 2, near the mixed-model figures that simulation.py cites."""
    pairs = [(log.before, log.after) for log in real.logs if log.stage == 2 and log.before]
    before, after = (np.array(column) for column in zip(*pairs, strict=True))
    for axis, (intercept, slope) in enumerate(((0.158, 0.565), (0.032, 0.511))):
        fit = np.polyfit(before[:, axis], after[:, axis], 1)
        assert fit == pytest.approx([slope, intercept], abs=0.1)
