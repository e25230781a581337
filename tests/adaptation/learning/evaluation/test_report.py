"""The tables fit the page and say what they are of; the JSON is whole."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adaptation.learning.evaluation import report
from adaptation.learning.evaluation.few_shot import FewShot, evaluate
from adaptation.learning.ratings import RatingSet
from tests.adaptation.learning.evaluation.known import (
    Known,
    empty_store,
    known_set,
    quiet,
    recipe_for,
)

LEARNERS = {
    "offset": Known(off=1.0),
    "ridge": Known(off=0.9),
    "relation-network": Known(off=0.2, better=-0.1),
}


def result(folder: Path, data: RatingSet, protocol: FewShot) -> dict[str, Any]:
    return evaluate(
        data,
        list(LEARNERS),
        protocol,
        store=empty_store(folder),
        progress=quiet,
        recipe_of=lambda name: recipe_for(LEARNERS[name])(name),
    )


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    return result(tmp_path, known_set(users=12), FewShot((0, 1, 2), folds=3, seeds=(0, 1)))


def section(table: str, target: str, title: str) -> list[str]:
    """The lines of one block: its title, then its rows."""
    of_target = table.partition(f"== {target}")[2].partition("\n== ")[0]
    blocks = (part.strip().splitlines() for part in of_target.split("\n\n"))
    return next(block for block in blocks if block[0].startswith(title))


def test_the_title_says_what_and_how_much(told: dict[str, Any]) -> None:
    title = " ".join(report.as_table(told).split("== ")[0].split())
    assert title == (
        "known (licence: made up), few-shot 12 users, 5 items, 96 rows; 12 tasks of 12 users, "
        "48 rows asked for 3 folds over users, seeds 0, 1; K of the first 2 ratings are given, "
        "the other rows are asked for. ± is a standard error, brackets hold 95 %: users drawn "
        "again 1,000 times."
    )


def test_a_measure_stands_with_its_learner_and_number_of_ratings(told: dict[str, Any]) -> None:
    block = section(report.as_table(told), "liking", "Root-mean-square error")
    assert block[1].split("K = ")[1:] == ["0        ", "1        ", "2"]
    assert block[2].split() == ["offset", *("1.000", "±.000") * 3]
    assert block[4].split()[:3] == ["relation-network", ".200", "±.000"]
    assert block[4].split()[5] == ".400"


def test_harm_and_clear_differences_are_marked(told: dict[str, Any]) -> None:
    table = report.as_table(told)
    harm = section(table, "liking", "Squared error less its own at K = 0")
    assert harm[2].split() == ["offset", *(".0000", "±.0000") * 2]
    assert harm[4].split() == ["relation-network", ".0500", "±.0000!", ".1200", "±.0000!"]
    told["against_no_ratings"]["offset"]["liking"]["1"] |= {"value": 0.01, "standard_error": 0.02}
    unclear = section(report.as_table(told), "liking", "Squared error less its own at K = 0")
    assert unclear[2].split()[:3] == ["offset", ".0100", "±.0200"]
    clear = section(table, "liking", "Squared error less offset's")
    assert clear[2].split()[:4] == ["ridge", "-.1900", "[-.1900,", "-.1900]*"]


@pytest.mark.parametrize("shots", [(0, 1, 2), (0,), tuple(range(12))])
def test_no_line_is_wider_than_the_page_and_nothing_is_cut(
    tmp_path: Path, shots: tuple[int, ...]
) -> None:
    targets = known_set().targets
    data = replace(
        known_set(users=12, rows=20),
        name="A set with a long name " * 5,
        targets=(replace(targets[0], name="liking"), targets[1]),
    )
    made = result(tmp_path, data, FewShot(shots, folds=3, seeds=(0,)))
    table = report.as_table(made)
    assert max(map(len, table.splitlines())) <= 100
    for shot in shots:
        assert f"K = {shot}" in table


def test_large_numbers_and_undefined_ones_fit(told: dict[str, Any]) -> None:
    of = told["learners"]["offset"]["liking"]["0"]
    of["rmse"] = {"value": 4321.5678, "standard_error": 12.3456}
    of["r2"] = {"value": None, "standard_error": None}
    of["mae"] = {"value": -0.00001, "standard_error": 0.9999}
    table = report.as_table(told)
    assert section(table, "liking", "Root-mean-square")[2].split()[1:3] == ["4322", "±12.35"]
    assert section(table, "liking", "R² of the answer")[2].split()[1:3] == ["–", "±–"]
    assert section(table, "liking", "Mean absolute error")[2].split()[1:3] == [".000", "±1.000"]


def test_groups_of_a_few_users_are_in_the_json_alone(tmp_path: Path) -> None:
    data = known_set(users=12)
    data = replace(data, groups={"language": ["es"] * 7 + ["ca"] * 3 + ["en"] * 2})
    table = report.as_table(result(tmp_path, data, FewShot((0, 2), folds=3, seeds=(0,))))
    block = section(table, "liking", "Root-mean-square error at K = 2 by language")
    assert block[0].endswith("(users); 2 smaller groups are in the JSON")
    assert block[1].strip() == "es (7)"
    assert block[2].split() == ["offset", "1.000", "±.000"]


def test_the_json_holds_the_whole_result_and_no_nan(tmp_path: Path, told: dict[str, Any]) -> None:
    path = tmp_path / "result.json"
    path.write_text("older")
    report.write_json(path, told)
    assert json.loads(path.read_text()) == json.loads(json.dumps(told))
    assert "NaN" not in path.read_text()
    assert [each.name for each in tmp_path.glob("*result*")] == ["result.json"]


def test_a_result_that_is_no_json_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text("older")
    with pytest.raises(ValueError, match="JSON"):
        report.write_json(path, {"value": float("nan")})
    assert path.read_text() == "older"
