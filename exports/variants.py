"""What each format of a base's graphs costs, and whether it still chooses the same tracks.

A table for a release: it decides which formats may be offered beside ONNX and 32-bit Core ML.
"""

import gzip
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adaptation.learning.bases import Base
from exports.archives import folder_entries, write_archive
from exports.conversion import to_coreml, to_onnx
from exports.executorch_runtime import executorch_installed, pte_runner, to_pte
from exports.graphs import GraphSpec, Inputs, graphs_of, playlist_graph
from exports.mil import Program
from exports.onnx_runtime import onnx_runner
from exports.palettised import palettise
from exports.parity import Run, measure
from worker.running import ReportShare

Outputs = dict[str, NDArray[Any]]
Choose = Callable[[Outputs], NDArray[Any]]  # the order of tracks that outputs lead to

MOST_CASE_TRACKS: Final = 400
TIMED_TRACKS: Final = (1_000, 10_000, 100_000)
ROUNDS: Final = 7


@dataclass(frozen=True)
class Made:
    """A graph in one format. `timed`: it runs here as on a phone, which Core ML does not."""

    name: str
    file: str  # what it is called
    content: bytes
    run: Run
    timed: bool


@dataclass(frozen=True)
class Variant:
    """A graph in one format, measured beside PyTorch on random catalogues and patients.

    What an adapt graph chooses is what PyTorch's playlist chooses for the vector that it made.
    """

    graph: str
    name: str
    bytes: int  # of the ONNX model, the `.pte` program, or the archive of the `.mlpackage`
    gzip_bytes: int
    cases: int
    deviation: float | None  # the largest (exports/parity.py); None where something was NaN
    same_order: float  # share of the cases with the same tracks in the same order
    overlap: float  # share of the chosen tracks that PyTorch chose too, mean over the cases
    unchanged: bool  # the same tracks in every case, and nothing NaN: it may be offered
    milliseconds: dict[int, float] | None  # median in one thread, by the number of tracks


Take = Callable[[Variant, Made], None]


def measure_variants(
    base: Base,
    *,
    cases: int,
    seed: int,
    report: ReportShare,
    timed_tracks: Sequence[int] | None = None,
    take: Take = lambda variant, made: None,
) -> list[Variant]:
    """Every format of every graph of a base, each on the same random cases: a minute or two.
    `report` is told the share done and what was measured last; `take` gets each with its content.
    """
    measured: list[Variant] = []
    graphs, planner = graphs_of(base), playlist_graph(base)
    for done, graph in enumerate(graphs):
        generator = np.random.default_rng(seed)
        catalogues = generator.integers(1, MOST_CASE_TRACKS, cases).tolist()
        inputs = [graph.sample(tracks, generator) for tracks in catalogues]
        adapts = graph.name == "adapt"
        choose = chosen_for_vector(planner, generator) if adapts else chosen
        sizes = (1,) if adapts else timed_tracks or TIMED_TRACKS
        with tempfile.TemporaryDirectory() as folder:
            for made in _formats(graph, Path(folder)):
                measured.append(measure_variant(graph, made, inputs, choose, sizes))
                take(measured[-1], made)
                report(done / len(graphs), f"Measured {graph.name} as {made.name}")
    return measured


def measure_variant(
    graph: GraphSpec,
    made: Made,
    cases: Sequence[Inputs],
    choose: Choose,
    timed_tracks: Sequence[int],
) -> Variant:
    """One format of a graph on the given cases."""
    outputs = [made.run(inputs) for inputs in cases]
    answers = iter(outputs)  # which are not worked out twice
    parity = measure(graph, lambda _: next(answers), cases, tolerance=math.inf)
    truth = [choose(graph.run(inputs)) for inputs in cases]
    orders = list(zip(truth, map(choose, outputs), strict=True))
    overlaps = [overlap(*pair) for pair in orders]
    return Variant(
        graph=graph.name,
        name=made.name,
        bytes=len(made.content),
        gzip_bytes=len(gzip.compress(made.content, mtime=0)),
        cases=len(cases),
        deviation=parity.deviation if math.isfinite(parity.deviation) else None,
        same_order=float(np.mean([np.array_equal(*pair) for pair in orders])),
        overlap=float(np.mean(overlaps)),
        unchanged=min(overlaps) == 1 and math.isfinite(parity.deviation),
        milliseconds=_milliseconds(graph, made.run, timed_tracks) if made.timed else None,
    )


def overlap(truth: NDArray[Any], found: NDArray[Any]) -> float:
    """Share of the chosen tracks in common, wherever in the list they are; −1 is no track."""
    ours, theirs = set(truth[truth >= 0].tolist()), set(found[found >= 0].tolist())
    most = max(len(ours), len(theirs))
    return len(ours & theirs) / most if most else 1.0


def as_json(variants: Sequence[Variant]) -> list[dict[str, Any]]:
    return [asdict(variant) for variant in variants]


def as_table(variants: Sequence[Variant]) -> str:
    """The table to read in a terminal, a line for each variant."""
    sizes = sorted({n for variant in variants for n in variant.milliseconds or {}})
    head = ["graph", "format", "bytes", "gzip", "deviation", "same order", "overlap", "unchanged"]
    rows = [head + [f"ms, N={n:,}" for n in sizes], *(_cells(one, sizes) for one in variants)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    layout = "  ".join(f"{{:{'<' if n < 2 else '>'}{width}}}" for n, width in enumerate(widths))
    return "\n".join(layout.format(*row) for row in rows)


def _cells(variant: Variant, sizes: Sequence[int]) -> list[str]:
    times = variant.milliseconds or {}
    return [
        variant.graph,
        variant.name,
        f"{variant.bytes:,}",
        f"{variant.gzip_bytes:,}",
        "NaN" if variant.deviation is None else f"{variant.deviation:.1e}",
        f"{variant.same_order:.1%}",
        f"{variant.overlap:.2%}",
        "yes" if variant.unchanged else "no",
        *(f"{times[n]:.2f}" if n in times else "–" for n in sizes),
    ]


def _formats(graph: GraphSpec, folder: Path) -> Iterator[Made]:
    content = to_onnx(graph)
    yield Made("ONNX, 32-bit", f"{graph.name}.onnx", content, onnx_runner(content), timed=True)
    full, half, table = (folder / f"{name}.mlpackage" for name in ("full", "half", "table"))
    to_coreml(graph, full, "float32")
    yield _coreml("Core ML, 32-bit", f"{graph.name}-float32", full)
    if graph.name == "playlist":  # adapting a belief in 16-bit floats would lose it
        to_coreml(graph, half, "float16")
        yield _coreml("Core ML, 16-bit", f"{graph.name}-float16", half)
    palettise(full, table)
    yield _coreml("Core ML, 8-bit palettised", f"{graph.name}-palettised8", table)
    if executorch_installed():
        content = to_pte(graph)
        run = pte_runner(graph, content)
        yield Made("ExecuTorch", f"{graph.name}.pte", content, run, timed=True)


def _coreml(name: str, stem: str, package: Path) -> Made:
    archive = write_archive(folder_entries(package))
    file = f"{stem}.mlpackage.zip"
    return Made(name, file, archive, Program.read(package).run, timed=False)


def chosen(outputs: Outputs) -> NDArray[Any]:
    """What a playlist graph chose."""
    return outputs["order"]


def chosen_for_vector(planner: GraphSpec, generator: np.random.Generator) -> Choose:
    """What PyTorch's playlist chooses for an adapted vector, in one random catalogue."""
    catalogue = planner.sample(MOST_CASE_TRACKS, generator)
    return lambda outputs: planner.run(catalogue | {"vector": outputs["adapted"]})["order"]


def _milliseconds(graph: GraphSpec, run: Run, tracks: Sequence[int]) -> dict[int, float]:
    medians = {}
    for count in tracks:
        inputs = graph.sample(count, np.random.default_rng(0))
        taken = []
        for _ in range(1 + ROUNDS):
            start = time.perf_counter()
            run(inputs)
            taken.append(1000 * (time.perf_counter() - start))
        medians[count] = round(statistics.median(taken[1:]), 4)  # the first one warms up
    return medians
