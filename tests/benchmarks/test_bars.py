"""What was measured stands beside the best that is known."""

from typing import Any

import pytest

from benchmarks import bars

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
    assert (found.value, found.error, found.seeds) == (0.7, 0.02, 3)
    assert found.who == "relation-kernel"


def test_every_method_of_a_published_protocol_has_a_line() -> None:
    methods = {name: {"without": {"auc": ESTIMATE}} for name in ("relation-kernel", "crossed-gp")}
    methods["logistic"] = methods["crossed-gp"]
    result = {"protocol": "situnes-1", "seeds": list(range(10)), "methods": methods}
    found = bars.measured([result])
    assert [(one.bar.what, one.who, one.seeds) for one in found] == [
        ("setting 1, AUC", "relation-kernel", 10),
        ("setting 1, AUC", "crossed-gp", 10),
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
    expected = ["0.738", "0.760", "0.700", "±", "0.020", "below", "3", "relation-kernel"]
    assert first.split()[-8:] == expected
    assert second.startswith("liking, AUC within a person, K = 10")
