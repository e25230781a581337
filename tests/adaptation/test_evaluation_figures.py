"""`manage.py evaluation_figures`: which files it writes, and what it refuses."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.adaptation.learning.evaluation.results import some_result

FIGURES = ("cold-start", "calibration", "less-offset", "less-ridge")


@pytest.fixture
def result(tmp_path: Path) -> Path:
    path = tmp_path / "ward.json"
    path.write_text(json.dumps(some_result()))
    return path


def test_figures_are_named_after_their_file_and_what_they_show(
    capsys: pytest.CaptureFixture[str], result: Path, tmp_path: Path
) -> None:
    other = result.with_name("other.json")
    other.write_text(result.read_text())
    folder = tmp_path / "docs" / "figures"
    call_command("evaluation_figures", json=[result, other], to=folder)
    names = [f"{of}-{figure}.svg" for of in ("ward", "other") for figure in FIGURES]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    assert capsys.readouterr().out.splitlines() == [str(folder / name) for name in names]
    for figure in FIGURES:
        ward, same = (folder / f"{of}-{figure}.svg" for of in ("ward", "other"))
        assert ward.read_bytes() == same.read_bytes()


def test_what_cannot_be_drawn_is_refused_in_words(result: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.json"
    torn.write_text("{")
    published = tmp_path / "published.json"
    published.write_text('{"protocol": "situnes-1"}')
    for path, refusal in (
        (tmp_path / "none.json", "No such file"),
        (torn, "is no JSON"),
        (published, "it lacks data"),
    ):
        with pytest.raises(CommandError, match=refusal):
            call_command("evaluation_figures", json=[path], to=tmp_path / "figures")
    with pytest.raises(CommandError, match="ward"):
        call_command("evaluation_figures", json=[result], to=result)
