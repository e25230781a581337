"""Times side by side: taken in turns, so that a noisy machine disturbs all of them alike."""

import json
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any


def side_by_side(
    work: Mapping[str, Callable[[], object]],
    *,
    rounds: int = 15,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Median milliseconds of each by the clock, over rounds in which every one is run once."""
    taken: dict[str, list[float]] = {name: [] for name in work}
    for function in work.values():
        function()  # warm
    for _ in range(rounds):
        for name, function in work.items():
            start = clock()
            function()
            taken[name].append(1000 * (clock() - start))
    return {name: round(statistics.median(times), 4) for name, times in taken.items()}


def report(what: str, ratio: float, details: dict[str, Any]) -> None:
    """The ratio that it is about, then everything as JSON."""
    print(f"{what}: {ratio:.1f}x")  # noqa: T201
    print(json.dumps({"what": what, "ratio": round(ratio, 2), **details}))  # noqa: T201
