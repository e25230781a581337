"""Does a converted graph still say what PyTorch says? Measured on random cases, not assumed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exports.graphs import Floats, GraphSpec, Inputs
from worker.refusals import JobRefused

Run = Callable[[Inputs], dict[str, NDArray[Any]]]

TOLERANCES: Final = {"onnx": 2e-6, "coreml-float32": 2e-6, "coreml-float16": 3e-3}
"""Largest allowed deviation from PyTorch, by format; of numbers beyond 1, by their share: sums over
many ratings grow, and with them what 32 bits can tell apart."""

MOST_TRACKS: Final = 60
"""Of the catalogues that graphs are measured on."""

GATED: Final = {"playlist": ("scores", "waypoints"), "adapt": ("adapted",)}
"""Outputs that must lie within the tolerance whatever was chosen. The others follow the choice of
tracks; the order of a 32-bit graph must be the same, so they are compared along the same path."""


class OutOfTolerance(JobRefused):
    """A conversion deviates too far from PyTorch; it must not be delivered."""


@dataclass(frozen=True)
class Parity:
    """What was measured: over how many cases, the largest deviation, and in how many cases the
    whole playlist came out in the same order."""

    cases: int
    deviation: float
    tolerance: float
    same_order: int

    def as_json(self) -> dict[str, float]:
        return {
            "cases": self.cases,
            "deviation": self.deviation,
            "tolerance": self.tolerance,
            "same_order": self.same_order,
        }


def random_cases(
    graph: GraphSpec, count: int, *, seed: int, vector: Floats | None = None
) -> Iterator[Inputs]:
    """Random inputs, in catalogues of random sizes, for random patients or the one of `vector`."""
    generator = np.random.default_rng(seed)
    for _ in range(count):
        yield graph.sample(int(generator.integers(1, MOST_TRACKS)), generator, vector)


def measure(graph: GraphSpec, run: Run, cases: Iterable[Inputs], *, tolerance: float) -> Parity:
    """Run the converted graph beside PyTorch on every case."""
    deviation, same_order, count = 0.0, 0, 0
    for inputs in cases:
        truth, converted = graph.run(inputs), run(inputs)
        count += 1
        same = "order" not in truth or np.array_equal(truth["order"], converted["order"])
        same_order += same
        compared = set(truth) - {"order", "log_probability"} if same else GATED[graph.name]
        deviation = max(deviation, *(_deviation(truth[n], converted[n]) for n in compared))
    return Parity(count, deviation, tolerance, same_order)


def together(measured: Sequence[Parity]) -> Parity:
    """Several measurements of one tolerance as one."""
    return Parity(
        cases=sum(one.cases for one in measured),
        deviation=max(one.deviation for one in measured),
        tolerance=measured[0].tolerance,
        same_order=sum(one.same_order for one in measured),
    )


def gate(parity: Parity, *, what: str, exact_order: bool) -> Parity:
    """The measurement itself if it may pass. Raises OutOfTolerance with the figure."""
    if not parity.deviation <= parity.tolerance:
        raise OutOfTolerance(
            f"{what} deviates from PyTorch by {parity.deviation:.2e} in {parity.cases} cases; "
            f"at most {parity.tolerance:.0e} is allowed. It was not published."
        )
    if exact_order and parity.same_order < parity.cases:
        raise OutOfTolerance(
            f"{what} orders the playlist otherwise than PyTorch in "
            f"{parity.cases - parity.same_order} of {parity.cases} cases. It was not published."
        )
    return parity


def _deviation(truth: NDArray[Any], converted: NDArray[Any]) -> float:
    """Largest difference, or share of a number beyond 1; infinite where a shape or a number is
    wrong."""
    if truth.shape != converted.shape or not np.isfinite([truth, converted]).all():
        return float("inf")
    difference = np.abs(truth.astype(np.float64) - converted)
    return float((difference / np.maximum(1.0, np.abs(truth))).max(initial=0.0))
