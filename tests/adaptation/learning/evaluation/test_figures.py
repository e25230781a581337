"""The figures are whole SVG, the same for the same JSON, and say whom they are of."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from adaptation.learning.evaluation import figures
from adaptation.learning.evaluation.figure_curves import spread
from adaptation.learning.evaluation.figure_style import looks_of
from adaptation.learning.evaluation.told import NotReadable
from tests.adaptation.learning.evaluation.results import MISSING, some_bins, some_result

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def told() -> dict[str, Any]:
    return some_result()


def texts(figure: bytes) -> list[str]:
    """What is written in a figure."""
    return [
        "".join(text.itertext()).strip()
        for text in ElementTree.fromstring(figure).iter(f"{SVG}text")
    ]


def test_there_is_a_figure_for_each_question(told: dict[str, Any]) -> None:
    drawn = figures.draw(told)
    assert list(drawn) == ["cold-start", "calibration", "less-offset", "less-ridge"]
    for figure in drawn.values():
        written = " ".join(texts(figure))
        assert "known (real listeners): " in written
        assert "12 people, left out in turn." in written
        assert {"liking, 1 to 5", "valence, −1 to 1", "relation-kernel"} <= set(texts(figure))


def test_no_figure_is_wider_than_a_phone(told: dict[str, Any]) -> None:
    for figure in figures.draw(told).values():
        width = ElementTree.fromstring(figure).attrib["width"]
        assert float(width.removesuffix("pt")) <= 320


def test_simulated_listeners_are_called_so(told: dict[str, Any]) -> None:
    told["data"]["name"] = "400 simulated listeners"
    assert all("SIMULATED" in " ".join(texts(figure)) for figure in figures.draw(told).values())
    told["data"] |= {"name": "Ward 3", "simulated": True}
    assert all("SIMULATED" in " ".join(texts(figure)) for figure in figures.draw(told).values())


def test_the_same_json_gives_the_same_bytes_in_another_process(
    told: dict[str, Any], tmp_path: Path
) -> None:
    code = (
        "import hashlib, json, sys; from adaptation.learning.evaluation import figures; "
        "told = json.load(open(sys.argv[1])); "
        "print(*(hashlib.sha256(f).hexdigest() for f in figures.draw(told).values()))"
    )
    path = tmp_path / "result.json"
    path.write_text(json.dumps(told))
    runs = [
        subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout
    assert len(runs[0].stdout.split()) == 4


def test_a_figure_does_not_say_when_or_where_it_was_drawn(told: dict[str, Any]) -> None:
    for figure in figures.draw(told).values():
        assert b"<dc:date>" not in figure
        assert b"Matplotlib" not in figure


def test_what_is_not_defined_is_left_out(told: dict[str, Any]) -> None:
    told["learners"]["ridge"]["liking"]["0"]["rmse"] = MISSING
    told["differences"]["ridge"]["offset"]["liking"]["0"]["mse"] |= {"low": None, "high": None}
    told["learners"]["ridge"]["liking"]["2"]["coverage_80"] = MISSING
    assert all(b"nan" not in figure.lower() for figure in figures.draw(told).values())


def test_a_target_that_nobody_answered_has_no_panel(told: dict[str, Any]) -> None:
    for learner in told["learners"].values():
        del learner["valence"]
    assert all("valence, −1 to 1" not in texts(figure) for figure in figures.draw(told).values())


def test_the_curve_of_likings_is_drawn_where_it_was_measured(told: dict[str, Any]) -> None:
    words = "liking: liked, as often as said? K = 2"
    told["reliability"] = {}
    assert words not in texts(figures.draw(told)["calibration"])
    told["reliability"] = {"relation-kernel": {"liking": {"2": some_bins()}}}
    assert words in texts(figures.draw(told)["calibration"])


def test_a_name_is_not_read_as_mathematics(told: dict[str, Any]) -> None:
    told["data"]["name"] = "5 $ and $_x"
    assert "5 $ and $_x (real listeners)" in " ".join(texts(figures.draw(told)["cold-start"]))


def test_with_more_learners_than_colours_only_the_compared_keep_theirs() -> None:
    learners = ["offset", "relation-kernel", *(f"learner {number}" for number in range(8))]
    looks = looks_of({"learners": learners, "differences": {"learner 0": {"offset": {}}}})
    others = {looks[name].colour for name in learners[2:]}
    assert len(others) == 1
    assert len({looks["offset"].colour, looks["relation-kernel"].colour} | others) == 3
    few = looks_of({"learners": learners[:6], "differences": {}})
    assert len({look.colour for look in few.values()}) == 6


@pytest.mark.parametrize("result", [[], {"protocol": "situnes-1"}])
def test_other_json_is_refused_with_what_it_lacks(result: Any) -> None:
    with pytest.raises(NotReadable, match="it lacks data, settings, learners"):
        figures.draw(result)


def test_labels_are_spread_near_to_where_they_are_wanted() -> None:
    wanted = np.array([0.5, 0.51, 0.1, 0.52])
    places = spread(wanted, gap=0.1, low=0.0, high=1.0)
    assert places[2] == 0.1
    np.testing.assert_allclose(places[[0, 1, 3]], [0.5, 0.6, 0.7])
    crowded = spread(np.full(4, 0.98), gap=0.1, low=0.0, high=1.0)
    np.testing.assert_allclose(crowded, [0.7, 0.8, 0.9, 1.0])
    too_many = spread(np.zeros(3), gap=1.0, low=0.0, high=1.0)
    np.testing.assert_allclose(too_many, [0, 1, 2])
