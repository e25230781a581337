"""The default learner: patients adapted a second, its size and its times, and how good it is.

Throughput is of one thread, in processor time, so that other work on the machine is not measured:
the closed form for thousands of simulated patients in one pass (adaptation/learning/batching.py),
the same for one at a time, the module that phones run, and a learn2learn-style inner loop
(benchmarks/inner_loop.py), all in turns. With --evaluation, what `manage.py evaluate --json` wrote
stands beside the best that is known (benchmarks/bars.py).

make bench-learners EVALUATION="FILE …"
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adaptation.learning import batching
from adaptation.learning.learners.episodic_module import Columns
from adaptation.learning.rated import Ratings
from adaptation.learning.relation import RelationLearner
from benchmarks import bars, inner_loop
from benchmarks.bases import FEATURES, untrained
from benchmarks.timing import report, side_by_side

PATIENTS, RATINGS, TRACKS, ANSWERS = 8192, 10, 1000, 3
ALONE, FEW = 16, 64  # patients a round, of the module that phones run and of the slower ways
COLUMNS = Columns(content=FEATURES, targets=ANSWERS)
MOST_NUMBERS, MOST_PARAMETERS = 200, 100_000


def some_ratings(patients: int, tracks: int) -> Ratings:
    """Simulated patients; one answer in five is not given."""
    generator = torch.Generator().manual_seed(patients)
    shape = (patients, RATINGS, ANSWERS)
    return Ratings(
        torch.randn(tracks, FEATURES, generator=generator),
        torch.randint(0, tracks, shape[:2], generator=generator),
        torch.rand((*shape[:2], 2), generator=generator) * 2 - 1,
        torch.rand(shape, generator=generator) * 2 - 1,
        (torch.rand(shape, generator=generator) > 0.2).float(),
    )


def throughput(relations: int) -> None:
    """Patients a second, and how much faster one pass is."""
    learner = untrained(relations).learner
    many, few = some_ratings(PATIENTS, TRACKS), some_ratings(FEW, TRACKS)
    _check(learner, few)
    network = inner_loop.network(COLUMNS)
    work: dict[str, tuple[int, Callable[[], object]]] = {
        "together": (PATIENTS, lambda: batching.adapt(learner, many)),
        "one at a time": (FEW, lambda: [_one(learner, few, at) for at in range(FEW)]),
        "the phone's module": (ALONE, lambda: [_phone(learner, few, at) for at in range(ALONE)]),
        "inner loop": (FEW, lambda: [_loop(network, few, at, True) for at in range(FEW)]),
        "inner loop, first order": (
            FEW,
            lambda: [_loop(network, few, at, False) for at in range(FEW)],
        ),
    }
    times = side_by_side(
        {name: function for name, (_, function) in work.items()}, rounds=9, clock=time.thread_time
    )
    rates = {name: 1000 * count / times[name] for name, (count, _) in work.items()}
    together = rates["together"]
    report(
        f"adapting to {RATINGS} ratings with {relations} relation features, one thread: together / "
        "learn2learn-style inner loop",
        together / rates["inner loop"],
        {
            "patients_per_second": {name: round(rate) for name, rate in rates.items()},
            "times_as_fast_as": {
                name: round(together / rate, 1) for name, rate in rates.items() if rate != together
            },
            "targets": {"inner loop": 1000, "one at a time": 50},
            "coordinates": learner.settings.coordinates,
        },
    )


def _check(learner: RelationLearner, ratings: Ratings) -> None:
    with torch.inference_mode():
        expected = torch.stack([_phone(learner, ratings, at) for at in range(len(ratings))])
    if not torch.allclose(batching.adapt(learner, ratings), expected, atol=1e-5):
        raise SystemExit("The two ways disagree; the times would mean nothing.")


def _one(learner: RelationLearner, ratings: Ratings, at: int) -> torch.Tensor:
    tracks, places = ratings.tracks[ratings.rated[at]], torch.arange(RATINGS).unsqueeze(0)
    rest = (part[at : at + 1] for part in (ratings.mood, ratings.outcome, ratings.weight))
    return batching.adapt(learner, Ratings(tracks, places, *rest))


def _phone(learner: RelationLearner, ratings: Ratings, at: int) -> torch.Tensor:
    with torch.inference_mode():
        return learner.adapt(
            learner.prior(),
            ratings.tracks[ratings.rated[at]],
            ratings.mood[at],
            ratings.outcome[at],
            ratings.weight[at],
        )


def _loop(network: torch.nn.Module, ratings: Ratings, at: int, second_order: bool) -> object:
    tracks = ratings.tracks[ratings.rated[at]]
    x = nn.functional.pad(tracks, (0, COLUMNS.width - FEATURES))  # times do not hang on values
    return inner_loop.adapt(
        network, x, ratings.outcome[at], ratings.weight[at], second_order=second_order
    )


def size_and_times() -> None:
    """Parameters and numbers of a vector, and what the exported graphs take on one core."""
    from exports.conversion import to_onnx
    from exports.graphs import adapt_graph, playlist_graph
    from exports.onnx_runtime import onnx_runner

    base, generator = untrained(), np.random.default_rng(0)
    graphs = {"adapt": adapt_graph(base), f"playlist of {TRACKS:,}": playlist_graph(base)}
    inputs = {name: graph.sample(TRACKS, generator) for name, graph in graphs.items()}
    runs = {name: onnx_runner(to_onnx(graph)) for name, graph in graphs.items()}
    times = side_by_side(
        {name: lambda name=name: runs[name](inputs[name]) for name in runs}, rounds=200
    )
    parameters = sum(part.numel() for part in base.learner.state_dict().values())
    report(
        "parameters, of those allowed",
        parameters / MOST_PARAMETERS,
        {
            "parameters": parameters,
            "vector": base.learner.vector_size,
            "most_numbers_in_a_vector": MOST_NUMBERS,
            "milliseconds_in_onnx_runtime": times,
            "targets_milliseconds": {"adapt": 1.0, f"playlist of {TRACKS:,}": 2.0},
        },
    )


def beside_the_best(results: list[bars.Told]) -> None:
    """Every bar, then where the default does harm or is not calibrated."""
    print(bars.as_table(bars.measured(results)))  # noqa: T201
    for result in results:
        if result["protocol"] == "few-shot":
            name = result["data"]["name"]
            for what, found in (
                ("worse than without ratings", bars.harmful(result)),
                ("not calibrated", bars.uncalibrated(result)),
            ):
                print(f"{name}, {what}: {'; '.join(found) or 'nowhere'}")  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(description="Benchmark the default learner.")
    parser.add_argument("--evaluation", type=Path, nargs="*", default=[], metavar="FILE")
    files = parser.parse_args().evaluation
    for relations in (4, 2):
        throughput(relations)
    size_and_times()
    if files:
        beside_the_best([json.loads(path.read_text()) for path in files])


if __name__ == "__main__":
    main()
