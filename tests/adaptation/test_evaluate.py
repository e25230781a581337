"""`manage.py evaluate`: what it says, what it writes, what it refuses, and that it goes on."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from adaptation.learning.learners import registry
from tests.adaptation.evaluating import LEARNERS
from tests.adaptation.learning.datasets.neutral_files import write
from tests.adaptation.learning.evaluation.known import known_set
from tests.processes import Process
from tests.waiting import until

QUICK = ("--shots", "0,2", "--folds", "3", "--seeds", "0")


@pytest.fixture(autouse=True)
def apart(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results of this test alone, and the learners of the tests."""
    settings.VAR = tmp_path / "var"
    for name, place in LEARNERS.items():
        monkeypatch.setitem(registry.RECIPES, name, place)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six users, in neutral form."""
    (tmp_path / "data").mkdir()
    return write(tmp_path / "data", known_set())


@pytest.fixture
def fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the learner `noting` notes its fits."""
    monkeypatch.setenv("FITS", str(tmp_path / "fits"))
    return tmp_path / "fits"


def evaluate(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> str:
    call_command("evaluate", "--data", str(folder), *arguments)
    return capsys.readouterr().out


def test_the_table_says_what_was_measured_of_whom(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    said = evaluate(capsys, folder, "--learner", "right", *QUICK)
    assert said.startswith("known (licence: made up), few-shot\n6 users, 5 items, 48 rows; 6 tasks")
    assert "== liking, 1..5, liked from 4" in said
    assert "    right                .000 ±.000   .000 ±.000\n" in said
    assert max(map(len, said.splitlines())) <= 100


def test_the_json_is_written_beside_the_table_or_printed_instead(
    capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "result.json"
    said = evaluate(capsys, folder, "--learner", "right", *QUICK, "--json", str(path))
    assert "== liking" in said
    printed = evaluate(capsys, folder, "--learner", "right", *QUICK, "--json", "-")
    assert json.loads(printed) == json.loads(path.read_text())
    result = json.loads(printed)
    assert result["protocol"] == "few-shot"
    assert result["settings"] == {
        "shots": [0, 2],
        "folds": 3,
        "seeds": [0],
        "random_support": False,
    }
    assert result["learners"]["right"]["liking"]["2"]["auc"]["value"] == 1


def test_learners_come_with_commas_or_again_and_again(
    capsys: pytest.CaptureFixture[str], folder: Path, fits: Path
) -> None:
    arguments = ("--learner", "right,noting", "--learner", "right", *QUICK, "--json", "-")
    assert list(json.loads(evaluate(capsys, folder, *arguments))["learners"]) == ["right", "noting"]


def test_a_support_may_be_drawn(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    said = evaluate(capsys, folder, "--learner", "right", *QUICK, "--support", "random")
    assert "K of the 2 drawn ratings are given" in " ".join(said.split())


def test_a_second_run_fits_nothing_and_fresh_fits_again(
    capsys: pytest.CaptureFixture[str], folder: Path, fits: Path
) -> None:
    first = evaluate(capsys, folder, "--learner", "noting", *QUICK)
    assert len(fits.read_text().splitlines()) == 3
    assert evaluate(capsys, folder, "--learner", "noting", *QUICK) == first
    assert len(fits.read_text().splitlines()) == 3
    evaluate(capsys, folder, "--learner", "noting", *QUICK, "--fresh")
    assert len(fits.read_text().splitlines()) == 6


def test_changed_data_are_not_reported_with_an_old_result(
    capsys: pytest.CaptureFixture[str], folder: Path, fits: Path
) -> None:
    evaluate(capsys, folder, "--learner", "noting", *QUICK)
    ratings = folder / "ratings.csv"
    ratings.write_text(ratings.read_text().replace(",5.0,", ",4.5,", 1))
    evaluate(capsys, folder, "--learner", "noting", *QUICK)
    assert len(fits.read_text().splitlines()) == 6


@pytest.mark.system
def test_killed_and_started_again_it_goes_on(
    folder: Path, fits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of six fits three are done and one has begun when the process is killed."""
    result = tmp_path / "result.json"
    arguments = ("--learner", "noting", "--shots", "0,2", "--folds", "3", "--seeds", "0,1")
    command = [sys.executable, "-m", "tests.adaptation.evaluating", "--data", str(folder)]
    command += [*arguments, "--json", str(result)]
    environment = os.environ | {"ATTUNE_VAR": str(tmp_path / "other")}
    log = tmp_path / "log"

    stuck = Process(command, log=log, environment=environment | {"STUCK_AT": "4"})
    until(lambda: fits.exists() and len(fits.read_text().splitlines()) == 4, "the fourth fit")
    stuck.stop(signal.SIGKILL)
    assert not result.exists()
    before = fits.read_text().splitlines()

    again = Process(command, log=log, environment=environment)
    assert again.popen.wait(timeout=120) == 0, again.said()
    after = fits.read_text().splitlines()[4:]
    assert len(after) == 3
    assert after[0] == before[3]
    assert len(set(before + after)) == 6

    untroubled = evaluate(capsys, folder, *arguments, "--json", "-")
    assert json.loads(result.read_text()) == json.loads(untroubled)
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()]


def test_a_plain_learner_needs_neither_pytorch_nor_a_database(folder: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from django.core.management import execute_from_command_line as execute; "
        "execute(['manage.py', *sys.argv[1:]]); "
        "print(*(name for name in ('torch', 'sklearn') if name in sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "evaluate", "--data", str(folder)]
    environment = os.environ | {
        "ATTUNE_VAR": str(tmp_path / "var"),
        "ATTUNE_DATABASE_URL": f"sqlite:///{tmp_path / 'nowhere' / 'none.sqlite3'}",
    }
    log = tmp_path / "log"
    run = Process([*command, "--learner", "offset", *QUICK], log=log, environment=environment)
    assert run.popen.wait(timeout=120) == 0, run.said()
    assert "== liking" in run.said()
    assert run.said().splitlines()[-1] == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--learner", "wright"), "no learner 'wright'. There are population, offset"),
        (("--learner", ""), "no learner ''"),
        (("--shots", "0,x"), "'x' is no whole number"),
        (("--shots", "-1"), "-1 is out of range: 0 or more"),
        (("--shots", "0,6"), "more than 6 ratings in one series, the longest has 6"),
        (("--folds", "1"), "1 is out of range: 2 or more"),
        (("--folds", "7"), "6 people have a task, too few for 7 folds"),
        (("--support", "last"), "invalid choice: 'last'"),
        (("--protocol", "situnes-4"), "invalid choice: 'situnes-4'"),
        (("--json", "/nowhere/result.json"), "/nowhere/result.json cannot be written"),
        (("--json", "/tmp"), "/tmp is a folder. Name a file in it"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    capsys: pytest.CaptureFixture[str], folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        evaluate(capsys, folder, "--learner", "right", "--folds", "3", "--shots", "2", *arguments)


def test_a_folder_without_data_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="holds no ratings that are understood"):
        evaluate(capsys, tmp_path, "--learner", "right")
    with pytest.raises(CommandError, match="is no folder"):
        evaluate(capsys, tmp_path / "nowhere", "--learner", "right")


def test_stopped_by_hand_it_says_that_it_will_go_on(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tests.adaptation.evaluating.right", stop)
    with pytest.raises(CommandError, match="What is finished is kept"):
        evaluate(capsys, folder, "--learner", "right", *QUICK)
