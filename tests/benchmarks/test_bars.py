"""What was measured stands beside the best that is known."""

from typing import Any

import pytest

from benchmarks import bars

SEEDS = tuple(range(101, 111))
ESTIMATE = {"value": 0.7, "standard_error": 0.02}


def few_shot(name: str = "SiTunes", **by_measure: Any) -> dict[str, Any]:
    return {
        "protocol": "few-shot",
        "data": {"name": name},
        "settings": {"seeds": [0, 1, 2]},
        "learners": {"relation-kernel": {"liking": {"10": by_measure}}},
    }


def test_a_bar_finds_what_was_measured_of_it() -> None:
    (found,) = bars.measured([few_shot(auc_within=ESTIMATE)])
    assert found.bar.what == "liking, AUC within a person, K = 10"
    assert (found.value, found.error, found.seeds) == (0.7, 0.02, (0, 1, 2))
    assert found.who == "relation-kernel"


def test_every_method_of_a_published_protocol_has_a_line() -> None:
    methods = {name: {"without": {"auc": ESTIMATE}} for name in ("relation-kernel", "crossed-gp")}
    methods["logistic"] = methods["crossed-gp"]
    result = {"protocol": "situnes-1", "seeds": list(SEEDS), "methods": methods}
    found = bars.measured([result])
    assert [(one.bar.what, one.who, one.seeds) for one in found] == [
        ("setting 1, AUC", "relation-kernel", SEEDS),
        ("setting 1, AUC", "crossed-gp", SEEDS),
    ]


def test_other_data_and_what_is_not_defined_are_passed_over() -> None:
    assert bars.measured([few_shot("TROMPA-MER", auc_within=ESTIMATE)]) == []
    assert bars.measured([few_shot(auc_within={"value": None, "standard_error": None})]) == []
    assert bars.measured([{"protocol": "transfer"}]) == []


@pytest.mark.parametrize(
    ("value", "higher", "lower"),
    [(0.5, "below", "moonshot"), (0.65, "floor", "floor"), (0.8, "moonshot", "below")],
)
def test_what_is_reached_depends_on_what_is_better(value: float, higher: str, lower: str) -> None:
    path = ("learners",)
    assert bars.Bar("", "few-shot", path, 0.6, 0.7).met(value) == higher
    assert bars.Bar("", "few-shot", path, 0.7, 0.6, higher_is_better=False).met(value) == lower


def test_every_moonshot_lies_beyond_its_floor() -> None:
    assert len(bars.BARS) > 20
    for bar in bars.BARS:
        assert bar.met(bar.moonshot) == "moonshot"
        assert bar.met(bar.floor) == "floor"


def test_the_table_has_a_line_for_each() -> None:
    table = bars.as_table(bars.measured([few_shot(auc_within=ESTIMATE, auc=ESTIMATE)]))
    _, first, second = table.splitlines()
    expected = ["0.738", "0.760", "0.700", "±", "0.020", "below", "relation-kernel,", "seeds"]
    assert first.split()[-9:] == [*expected, "0–2"]
    assert second.startswith("liking, AUC within a person, K = 10")


def test_a_published_figure_and_seeds_that_are_no_run_are_told() -> None:
    methods = {"crossed-gp": {"without": {"auc": ESTIMATE}}}
    result = {"protocol": "situnes-1", "seeds": [101, 105], "methods": methods}
    (line,) = bars.as_table(bars.measured([result])).splitlines()[1:]
    assert line.split()[3:5] == ["0.656", "0.688"]
    assert line.endswith("crossed-gp, seeds 101, 105")


def test_to_three_digits_the_floor_is_the_floor() -> None:
    bar = bars.Bar("", "few-shot", (), 0.753, 0.73, higher_is_better=False)
    assert bar.met(0.75349) == "floor"
    assert bar.met(0.75351) == "below"


def test_harm_is_more_than_one_standard_error() -> None:
    told = {
        "1": {"value": 0.02, "standard_error": 0.01},
        "3": {"value": 0.01, "standard_error": 0.02},
    }
    result = {"against_no_ratings": {"relation-kernel": {"valence": told}}}
    assert bars.harmful(result) == ["valence, K = 1: +0.0200 ± 0.0100"]
    assert bars.harmful({}) == []


def test_what_is_not_calibrated_is_named() -> None:
    true = {f"coverage_{share}": {"value": share / 100 + 0.024} for share in (50, 80, 95)}
    wide = true | {"coverage_80": {"value": 0.83}, "ece": {"value": 0.031, "standard_error": 0.01}}
    result = {"learners": {"relation-kernel": {"liking": {"0": true, "5": wide}}}}
    assert bars.uncalibrated(result) == [
        "liking, K = 5: 83.0 % in the 80 % interval",
        "liking, K = 5: expected calibration error 0.031 ± 0.010",
    ]
