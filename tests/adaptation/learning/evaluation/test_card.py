"""A card says what was measured, and finds by itself where adapting does not help."""

from typing import Any

import pytest

from adaptation.learning.evaluation import card, release_card
from adaptation.learning.evaluation.markdown import table
from adaptation.learning.evaluation.release import Release
from adaptation.learning.evaluation.told import NotReadable
from tests.adaptation.learning.evaluation.releases import some_release
from tests.adaptation.learning.evaluation.results import MISSING, some_result

WHERE = "## Where adapting does not help"


@pytest.fixture
def told() -> dict[str, Any]:
    return some_result()


def written(told: dict[str, Any], learner: str = "relation-kernel", **with_: Release) -> str:
    return card.of_evaluation(told, learner=learner, **with_)


def part(written: str, title: str) -> str:
    """What stands under a title."""
    return written.partition(f"{title}\n\n")[2].partition("\n\n## ")[0]


def rows(block: str) -> list[list[str]]:
    """The cells of a table's rows."""
    lines = [line for line in block.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_it_says_of_whom_and_how(told: dict[str, Any]) -> None:
    said = written(told)
    assert said.startswith("# Model card: relation-kernel\n\n")
    assert ["Data set", "known"] in rows(part(said, "## Data"))
    assert ["Licence", "made up"] in rows(part(said, "## Data"))
    assert ["People", "12, of whom 12 were asked"] in rows(part(said, "## Data"))
    assert "3 folds, seeds 0, 1" in part(said, "## Protocol")


def test_every_measure_stands_with_its_error_for_every_number_of_ratings(
    told: dict[str, Any],
) -> None:
    told["learners"]["relation-kernel"]["liking"]["1"]["rmse"] = {
        "value": 0.5,
        "standard_error": 0.25,
    }
    told["learners"]["relation-kernel"]["liking"]["2"]["rmse"] = MISSING
    liking = part(written(told), "## How well it answers").partition("### valence")[0]
    assert liking.startswith("### liking, 1 to 5, liked from 4")
    cells = {row[0]: row[1:] for row in rows(liking)}
    assert cells["Root-mean-square error"] == ["0.200 ± 0.000", "0.500 ± 0.250", "–"]
    assert {"Mean absolute error", "R² of the answer", "AUC of liked within a person"} <= set(cells)
    assert {f"Share in the {share} % interval" for share in (50, 80, 95)} <= set(cells)


def test_where_it_is_worse_is_computed(told: dict[str, Any]) -> None:
    """Every rating makes it worse than it was, and it stays better than mean and offset."""
    found = rows(part(written(told), WHERE))
    assert [row[:3] for row in found] == [
        [target, given, "its own at K = 0"] for target in ("liking", "valence") for given in "12"
    ]
    assert [row[4] for row in found] == ["worse"] * 4
    assert found[0][3] == "+0.0500 ± 0.0000"


@pytest.mark.parametrize(
    ("value", "error", "verdict"),
    [(-0.3, 0.2, None), (-0.1, 0.2, "no better"), (0.1, 0.2, "no better"), (0.3, 0.2, "worse")],
)
def test_one_standard_error_decides(
    told: dict[str, Any], value: float, error: float, verdict: str | None
) -> None:
    to_offset = told["differences"]["relation-kernel"]["offset"]["liking"]["2"]["mse"]
    to_offset |= {"value": value, "standard_error": error}
    found = {tuple(row[:3]): row[4] for row in rows(part(written(told), WHERE))}
    assert found.get(("liking", "2", "mean and offset")) == verdict


def test_where_it_is_better_everywhere_nothing_is_listed(told: dict[str, Any]) -> None:
    for by_shots in told["against_no_ratings"]["relation-kernel"].values():
        for difference in by_shots.values():
            difference |= {"value": -0.1, "standard_error": 0.01}
    assert part(written(told), WHERE).startswith("Nowhere: ")


def test_a_comparison_that_was_not_run_is_not_passed_over(told: dict[str, Any]) -> None:
    del told["learners"]["offset"], told["differences"]["relation-kernel"]["offset"]
    assert "Not compared with mean and offset" in part(written(told), WHERE)


def test_small_groups_are_left_out_and_counted(told: dict[str, Any]) -> None:
    assert rows(part(written(told), "## By group"))[0][0] == "first (6)"
    told["groups"]["half"]["second"]["users"] = 4
    said = part(written(told), "## By group")
    assert [row[0] for row in rows(said)] == ["first (6)"]
    assert "Groups of fewer than 5 people are left out: 1." in said


def test_limits_are_on_every_card(told: dict[str, Any]) -> None:
    for said in (written(told), release_card.of_release(some_release(simulated=False))):
        assert "never use it to diagnose" in part(said, "## Limits of use")
        assert "simulated" not in part(said, "## Limits of use")
    told["data"]["simulated"] = True
    for said in (written(told), release_card.of_release(some_release(simulated=True))):
        assert "no evidence that it helps anybody" in part(said, "## Limits of use")


def test_a_bases_card_tells_its_weights_from_the_learner_that_was_evaluated(
    told: dict[str, Any],
) -> None:
    said = written(told, release=some_release())
    assert said.startswith("# Model card: harbour 3\n")
    assert "they are not of the released base's own weights" in said
    assert "## What each prediction rests on" in said


def test_a_learner_that_was_not_evaluated_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(
        NotReadable,
        match=r"no learner 'tanp'\. Choose with --learner: offset, ridge, relation-kernel",
    ):
        written(told, "tanp")


def test_a_cell_cannot_break_the_table() -> None:
    assert table(("a",), [("x | y\nz",)]) == ["| a |\n| --- |\n| x \\| y z |"]
    assert table(("a",), []) == []
