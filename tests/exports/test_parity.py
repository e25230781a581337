"""The gate: what deviates from PyTorch beyond its tolerance does not pass, with the figure."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adaptation.learning.bases import Base
from exports import parity
from exports.converted import Converted
from exports.graphs import GraphSpec, Inputs, adapt_graph, playlist_graph
from exports.parity import TOLERANCES, OutOfTolerance, Parity, random_cases
from tests.exports.tampering import with_another_bias, with_other_weights
from tests.trained import Graphs
from worker.jobs import JobRefused

Outputs = dict[str, Any]


def measured(spec: GraphSpec, graph: Converted) -> Parity:
    cases = random_cases(spec, 15, seed=1)
    return parity.measure(spec, graph.run, cases, tolerance=TOLERANCES[graph.format])


def refused(spec: GraphSpec, graph: Converted, *, exact_order: bool = False) -> float:
    """The deviation that the refusal names."""
    with pytest.raises(OutOfTolerance) as caught:
        parity.gate(measured(spec, graph), what="This graph", exact_order=exact_order)
    words = str(caught.value)
    found = re.fullmatch(
        r"This graph deviates from PyTorch by (\S+) in 15 cases; at most (\S+) is allowed\. "
        r"It was not published\.",
        words,
    )
    assert found, words
    assert float(found[2]) == pytest.approx(TOLERANCES[graph.format])
    return float(found[1])


def test_what_was_converted_passes(base: Base, graphs: Graphs) -> None:
    for spec in (adapt_graph(base), playlist_graph(base)):
        for form in ("onnx", "coreml-float32"):
            found = measured(spec, graphs[spec.name, form])
            assert parity.gate(found, what="It", exact_order=True) is found
            assert (found.cases, found.same_order) == (15, 15)
            assert 0 <= found.deviation <= found.tolerance == 2e-6


@pytest.mark.parametrize("by", [0.3, 0.01, 1e-4])
def test_a_changed_onnx_file_is_refused_with_the_figure(
    base: Base, graphs: Graphs, by: float
) -> None:
    tampered = with_another_bias(graphs["playlist", "onnx"], by=by)
    assert refused(playlist_graph(base), tampered) > by / 10


@pytest.mark.parametrize("form", ["coreml-float32", "coreml-float16"])
def test_a_changed_core_ml_weight_file_is_refused_with_the_figure(
    base: Base, graphs: Graphs, form: str
) -> None:
    tampered = with_other_weights(graphs["playlist", form], by=0.5)
    assert refused(playlist_graph(base), tampered) > TOLERANCES[form]


def test_a_small_change_is_beyond_32_bits(base: Base, graphs: Graphs) -> None:
    tampered = with_other_weights(graphs["playlist", "coreml-float32"], by=1e-3)
    assert refused(playlist_graph(base), tampered) < 3e-3


def test_a_changed_adapt_graph_is_refused(base: Base, graphs: Graphs) -> None:
    assert refused(adapt_graph(base), with_another_bias(graphs["adapt", "onnx"], by=0.1)) > 1e-3


def test_a_refusal_ends_the_job_and_is_not_tried_again() -> None:
    assert issubclass(OutOfTolerance, JobRefused)


def test_another_order_is_refused_where_it_must_be_the_same() -> None:
    almost = Parity(cases=20, deviation=1e-7, tolerance=2e-6, same_order=19)
    assert parity.gate(almost, what="It", exact_order=False) is almost
    with pytest.raises(OutOfTolerance, match=r"otherwise than PyTorch in 1 of 20 cases"):
        parity.gate(almost, what="It", exact_order=True)


@pytest.mark.parametrize("deviation", [2.1e-6, float("inf"), float("nan")])
def test_beyond_the_tolerance_nothing_passes(deviation: float) -> None:
    found = Parity(cases=20, deviation=deviation, tolerance=2e-6, same_order=20)
    with pytest.raises(OutOfTolerance, match="was not published"):
        parity.gate(found, what="It", exact_order=False)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda outputs: outputs | {"scores": outputs["scores"] + np.float32(1e-3)},
        lambda outputs: outputs | {"scores": outputs["scores"] * np.float32("nan")},
        lambda outputs: outputs | {"scores": outputs["scores"] + np.float32("inf")},
        lambda outputs: outputs | {"scores": outputs["scores"][:-1]},
        lambda outputs: outputs | {"waypoints": outputs["waypoints"] + np.float32(1e-3)},
        lambda outputs: outputs | {"terms": outputs["terms"] + np.float32(1e-3)},
        lambda outputs: outputs | {"path": outputs["path"] + np.float32(1e-3)},
        lambda outputs: outputs | {"deviation": outputs["deviation"] * np.float32("nan")},
    ],
    ids=["a score", "NaN", "infinity", "a track less", "waypoints", "terms", "path", "NaN later"],
)
def test_any_output_that_is_off_is_seen(base: Base, spoil: Callable[[Outputs], Outputs]) -> None:
    """Played to the measurement as if a runtime had answered so, in one case of five."""
    spec = playlist_graph(base)
    cases = list(random_cases(spec, 5, seed=2))

    def run(inputs: Inputs) -> Outputs:
        return spoil(spec.run(inputs)) if inputs is cases[3] else spec.run(inputs)

    found = parity.measure(spec, run, cases, tolerance=2e-6)
    with pytest.raises(OutOfTolerance):
        parity.gate(found, what="It", exact_order=True)


def test_where_pytorch_itself_gives_no_number_nothing_is_in_tolerance(base: Base) -> None:
    """A NaN compares false with everything, so it must not slip through as no deviation."""
    spec = adapt_graph(base)
    (inputs,) = random_cases(spec, 1, seed=2)
    broken = inputs | {"vector": np.full_like(inputs["vector"], np.nan)}
    found = parity.measure(spec, lambda _: {"adapted": inputs["vector"]}, [broken], tolerance=2e-6)
    with pytest.raises(OutOfTolerance):
        parity.gate(found, what="It", exact_order=True)
