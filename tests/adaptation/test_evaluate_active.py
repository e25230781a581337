"""`manage.py evaluate --protocol active`, with the default learner."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.adaptation.learning.datasets.neutral_files import write
from tests.adaptation.learning.learners.rating_sets import linear_set

QUICK = ("--protocol", "active", "--shots", "3", "--folds", "2", "--seeds", "0")


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Six people with three rows after the tenth, in neutral form."""
    settings.VAR = tmp_path / "var"
    (tmp_path / "data").mkdir()
    return write(tmp_path / "data", linear_set(people=6, items=20, ratings=13, targets=("liking",)))


def test_supports_are_compared_on_a_folder_of_ratings(
    capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "result.json"
    call_command("evaluate", "--data", str(folder), *QUICK, "--json", str(path))
    said, result = capsys.readouterr().out, json.loads(path.read_text())
    assert "active choice of the support" in said
    assert result["protocol"] == "active"
    assert list(result["learners"]) == ["first", "random", "active", "active-liking"]
    assert result["data"]["questions"] == 6 * 3


@pytest.mark.parametrize("option", [("--learner", "ridge"), ("--support", "random")])
def test_what_the_protocol_does_not_have_is_refused(folder: Path, option: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match=f"{option[0]} does not belong to the protocol active"):
        call_command("evaluate", "--data", str(folder), *QUICK, *option)
