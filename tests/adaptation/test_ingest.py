"""`manage.py ingest`: what can be used goes in, and the rest is named with its reason."""

import csv
import math
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from adaptation import schemas
from adaptation.audio import FEATURES
from tests.adaptation.audio.signals import Signal, noise, sine, write
from tests.trained import SCHEMA
from therapy.models import Catalogue, Track, TrackFeatures, TrackSound

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_of_this_test")]

RATE = 22_050
KINDS = ("wav", "flac", "ogg", "mp3")


def music(hertz: float) -> Signal:
    """Each pitch another recording, its noise too."""
    return sine(hertz, 4, rate=RATE, dbfs=-12) + noise(4, rate=RATE, level=0.01, seed=round(hertz))


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds in every format; not to be changed."""
    folder = tmp_path_factory.mktemp("recordings")
    for number, kind in enumerate(KINDS):
        write(folder / f"some_{kind}.{kind}", music(220.0 * (number + 1)), rate=RATE)
    return folder


def ingest(*paths: Path, capsys: pytest.CaptureFixture[str], **options: str) -> list[str]:
    """The lines that the command says, its progress bar aside."""
    call_command("ingest", *map(str, paths), catalogue="ours", **options)
    return capsys.readouterr().out.splitlines()


def held() -> dict[str, Track]:
    return {track.external_id: track for track in Track.objects.filter(catalogue__slug="ours")}


def test_a_folder_goes_in_as_far_as_it_can_be_used_and_once_only(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "music"
    shutil.copytree(recordings, folder / "all kinds")
    (folder / "empty.wav").write_bytes(b"")
    (folder / "letter.wav").write_text("Dear listener, there is no music in here. " * 40)
    whole = (recordings / "some_mp3.mp3").read_bytes()
    (folder / "cut.mp3").write_bytes(whole[: len(whole) // 5])
    (folder / ".hidden.wav").write_bytes(b"not looked at")

    first = ingest(folder, capsys=capsys, name="Our music", rights="all ours")
    assert first[-1] == "Our music: 4 stored, 0 there already, 3 refused."
    refused = {line.split()[1]: line for line in first[:-1]}
    assert set(refused) == {"empty.wav:", "letter.wav:", "cut.mp3:"}
    assert all(line.split(": ", 1)[1] for line in refused.values())
    tracks = held()
    assert set(tracks) == {f"all kinds/some_{kind}.{kind}" for kind in KINDS}
    for name, track in tracks.items():
        kind = name.rsplit(".", 1)[1]
        assert track.title == f"some {kind}"
        assert track.rights == "all ours"
        assert track.duration_seconds == pytest.approx(4, abs=0.2)
        assert track.true_peak_dbtp == pytest.approx(-12, abs=3)
        assert Path(track.audio.path).read_bytes() == (folder / name).read_bytes()
        features = TrackFeatures.objects.get(track=track)
        assert str(features.schema) == "attune-audio-1"
        assert len(features.values) == len(FEATURES)
        assert all(map(math.isfinite, features.values))

    shutil.copy(recordings / "some_flac.flac", folder / "another name.flac")
    before = {name: track.audio.name for name, track in tracks.items()}
    second = ingest(folder, capsys=capsys)
    assert second[-1] == "Our music: 0 stored, 5 there already, 3 refused."
    assert {name: track.audio.name for name, track in held().items()} == before
    assert TrackFeatures.objects.count() == 4


def test_a_copy_in_another_format_is_known_unless_it_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = noise(6, rate=RATE, level=0.1, seed=5)
    write(tmp_path / "first.wav", sound, rate=RATE)
    ingest(tmp_path / "first.wav", capsys=capsys)
    copy = write(tmp_path / "copy.mp3", 0.3 * sound, rate=RATE)
    assert ingest(copy, capsys=capsys)[-1] == "ours: 0 stored, 1 there already, 0 refused."
    assert set(held()) == {"first.wav"}
    call_command("ingest", str(copy), catalogue="ours", keep_copies=True)
    sounds = TrackSound.objects.all()
    assert {one.track.external_id for one in sounds} == {"first.wav", "copy.mp3"}
    assert len({one.recording for one in sounds}) == 1
    assert len(sounds[0].waveform) == 400


def test_two_files_that_would_have_one_name_are_not_taken_for_each_other(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two discs, each with a first track: the second must not silently replace the first."""
    for disc, kind in (("one", "wav"), ("two", "flac")):
        (tmp_path / disc).mkdir()
        shutil.copy(recordings / f"some_{kind}.{kind}", tmp_path / disc / "01.wav")
    (tmp_path / "two" / "01.wav").write_bytes(
        write(tmp_path / "other.wav", music(990), rate=RATE).read_bytes()
    )
    said = ingest(tmp_path / "one", tmp_path / "two", capsys=capsys)
    assert said[-1] == "ours: 1 stored, 0 there already, 1 refused."
    assert "01.wav" in said[0]
    assert "two" in said[0]
    (track,) = held().values()
    assert Path(track.audio.path).read_bytes() == (tmp_path / "one" / "01.wav").read_bytes()


def test_when_nothing_can_be_used_the_command_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.wav").write_bytes(b"")
    with pytest.raises(CommandError, match="Nothing could be used"):
        ingest(tmp_path / "empty.wav", tmp_path / "nowhere.wav", capsys=capsys)
    said = capsys.readouterr().out
    assert "refused  empty.wav: " in said
    assert "refused  nowhere.wav: There is no such file." in said
    assert not Track.objects.exists()


def test_an_empty_folder_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="There are no files in what was named"):
        ingest(tmp_path, capsys=capsys)


# Tables

HEADER = ["id", "title", "duration_seconds", "artist", "tags", "lyrics", "rights", *SCHEMA.columns]


@pytest.fixture(autouse=True)
def small_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands know the schema of the tests, so that a line of CSV is short."""
    monkeypatch.setitem(schemas.SCHEMAS, SCHEMA.label, SCHEMA)


def line(number: int, **changed: object) -> list[str]:
    usual = {
        "id": f"t{number}",
        "title": f"Track {number}",
        "duration_seconds": 180,
        "artist": "Someone",
        "tags": "Piano; slow",
        "lyrics": "none",
        "rights": "CC0",
        **{name: number + place / 10 for place, name in enumerate(SCHEMA.columns)},
    }
    return [str((usual | changed)[name]) for name in HEADER]


def table(path: Path, *rows: list[str], header: list[str] = HEADER) -> Path:
    with path.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows([header, *rows])
    return path


def ingest_table(path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    return ingest(path, capsys=capsys, schema=SCHEMA.label)


def test_a_table_of_features_becomes_tracks_without_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(tmp_path / "music.csv", line(1), line(2, duration_seconds="", lyrics=""))
    assert ingest_table(path, capsys)[-1] == "ours: 2 stored, 0 there already, 0 refused."
    first, second = held()["t1"], held()["t2"]
    assert (first.title, first.artist, first.tags) == ("Track 1", "Someone", ["piano", "slow"])
    assert (first.duration_seconds, first.lyrics, first.rights) == (180, "none", "CC0")
    assert (second.duration_seconds, second.lyrics) == (None, "unknown")
    assert not first.audio
    assert first.features.get().values == pytest.approx([1.0, 1.1, 1.2, 1.3, 1.4])
    assert str(first.features.get().schema) == SCHEMA.label
    assert ingest_table(path, capsys)[-1] == "ours: 0 stored, 2 there already, 0 refused."


def test_a_table_of_a_spreadsheet_begins_with_a_mark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(tmp_path / "music.CSV", line(1))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert ingest_table(path, capsys)[-1] == "ours: 1 stored, 0 there already, 0 refused."


@pytest.mark.parametrize("column", ["id", "duration_seconds", "tempo"])
def test_a_table_without_a_column_is_refused_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], column: str
) -> None:
    header = [name if name != column else "something else" for name in HEADER]
    path = table(tmp_path / "music.csv", line(1), line(2), header=header)
    with pytest.raises(CommandError, match="Nothing could be used"):
        ingest_table(path, capsys)
    assert f"refused  music.csv: No column {column}." in capsys.readouterr().out
    assert not Track.objects.exists()


def test_a_bad_line_is_refused_alone_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(
        tmp_path / "music.csv",
        line(1),
        line(2, tempo="fast"),
        line(3, tempo="nan"),
        line(4, mode="1e999"),
        line(5, id=""),
        line(6, title=" "),
        line(7, duration_seconds=-3),
        line(8, duration_seconds="long"),
        line(9, lyrics="perhaps"),
        line(10)[:-2],
        line(11),
    )
    said = ingest_table(path, capsys)
    assert said[-1] == "ours: 2 stored, 0 there already, 9 refused."
    for number, words in {
        3: "tempo is 'fast', which is not a number.",
        4: "Not a finite number: tempo.",
        5: "Not a finite number: mode.",
        8: "Must be above 0, not -3.0.",
        9: "duration_seconds is 'long', which is not a number.",
        11: "brightness is '', which is not a number.",
    }.items():
        (one,) = [text for text in said if text.startswith(f"refused  music.csv, line {number}:")]
        assert words in one
    assert set(held()) == {"t1", "t11"}


def test_an_id_that_comes_twice_in_a_table_is_refused_the_second_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Otherwise the lines would overwrite each other at every import."""
    path = table(tmp_path / "music.csv", line(1), line(2), line(3, id="t1"))
    said = ingest_table(path, capsys)
    assert said[-1] == "ours: 2 stored, 0 there already, 1 refused."
    assert said[0].startswith("refused  music.csv, line 4: ")
    assert "line 2" in said[0]
    assert held()["t1"].title == "Track 1"
    assert ingest_table(path, capsys)[-1] == "ours: 0 stored, 2 there already, 1 refused."


def test_a_changed_line_changes_its_track(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest_table(table(tmp_path / "music.csv", line(1), line(2)), capsys)
    track = held()["t1"].id
    said = ingest_table(
        table(tmp_path / "music.csv", line(1, tempo=99, title="New"), line(2)), capsys
    )
    assert said[-1] == "ours: 1 stored, 1 there already, 0 refused."
    changed = held()["t1"]
    assert (changed.id, changed.title) == (track, "New")
    assert changed.features.get().values[1] == 99


@pytest.mark.parametrize("content", [b"\xff\xfe\x00i\x00d", b"", b"\x00\x01\x02"])
def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "music.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="Nothing could be used"):
        ingest_table(path, capsys)
    assert "refused  music.csv: " in capsys.readouterr().out


def test_a_catalogue_keeps_its_name_unless_another_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(tmp_path / "music.csv", line(1))
    for given, name in (("Our music", "Our music"), (None, "Our music"), ("New", "New")):
        options = {"name": given} if given else {}
        ingest(path, capsys=capsys, schema=SCHEMA.label, **options)
        assert Catalogue.objects.get().name == name


def test_a_slug_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    path = table(tmp_path / "music.csv", line(1))
    with pytest.raises(CommandError, match="slug: "):
        call_command("ingest", str(path), catalogue="not a slug")
