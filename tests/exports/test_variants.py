"""The table of variants: measured as it says, and told as it was measured."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from adaptation.learning.bases import Base
from adaptation.learning.playlist import MOST_TRACKS
from exports.executorch_runtime import executorch_installed
from exports.graphs import GraphSpec, Inputs, adapt_graph, playlist_graph
from exports.variants import (
    Made,
    Variant,
    as_json,
    as_table,
    chosen,
    chosen_for_vector,
    measure_variant,
    measure_variants,
    overlap,
)

Outputs = dict[str, np.ndarray]
CASES, TRACKS = 4, 30


@pytest.fixture
def planner(base: Base) -> GraphSpec:
    return playlist_graph(base)


def measured(
    spec: GraphSpec, spoil: Callable[[Inputs, Outputs], Outputs], *, only: int | None = None
) -> Variant:
    """PyTorch's own playlists with something done to them in every case, or in a single one."""
    generator = np.random.default_rng(1)
    cases = [spec.sample(TRACKS, generator) for _ in range(CASES)]

    def run(inputs: Inputs) -> Outputs:
        hit = only is None or inputs is cases[only]
        return spoil(inputs, spec.run(inputs)) if hit else spec.run(inputs)

    made = Made("It", "it", b"some bytes" * 100, run, timed=False)
    return measure_variant(spec, made, cases, chosen, (10,))


def untouched(inputs: Inputs, outputs: Outputs) -> Outputs:
    return outputs


def swapped(inputs: Inputs, outputs: Outputs) -> Outputs:
    """The first two tracks the other way round."""
    order = outputs["order"].copy()
    order[[0, 1]] = order[[1, 0]]
    return outputs | {"order": order}


def another_last(inputs: Inputs, outputs: Outputs) -> Outputs:
    """A track that was not chosen in the place of the last."""
    order = outputs["order"].copy()
    order[-1] = min(set(range(TRACKS)) - set(order.tolist()))
    return outputs | {"order": order}


def test_what_is_the_same_is_told_so(planner: GraphSpec) -> None:
    found = measured(planner, untouched)
    assert (found.graph, found.name, found.cases) == ("playlist", "It", CASES)
    assert (found.deviation, found.same_order, found.overlap, found.unchanged) == (0, 1, 1, True)
    assert found.milliseconds is None
    assert found.bytes == 1000
    assert found.gzip_bytes == len(gzip.compress(b"some bytes" * 100))


def test_another_order_of_the_same_tracks_is_told_from_other_tracks(planner: GraphSpec) -> None:
    found = measured(planner, swapped, only=2)
    assert (found.same_order, found.overlap, found.unchanged) == (0.75, 1, True)


def test_a_single_other_track_counts_as_one_of_all(planner: GraphSpec) -> None:
    found = measured(planner, another_last, only=2)
    assert found.same_order == 0.75
    assert found.overlap == pytest.approx(1 - 1 / (CASES * MOST_TRACKS))
    assert not found.unchanged
    everywhere = measured(planner, another_last)
    assert (everywhere.same_order, everywhere.overlap) == (0, 1 - 1 / MOST_TRACKS)


def test_the_largest_deviation_of_all_cases_is_told(planner: GraphSpec) -> None:
    def moved(inputs: Inputs, outputs: Outputs) -> Outputs:
        return outputs | {"scores": outputs["scores"] + np.float32(0.25)}

    found = measured(planner, moved, only=1)
    assert found.deviation == pytest.approx(0.25, abs=1e-3)
    assert (found.same_order, found.unchanged) == (1, True)


def test_what_gives_no_numbers_is_not_unchanged_whatever_it_chose(planner: GraphSpec) -> None:
    def broken(inputs: Inputs, outputs: Outputs) -> Outputs:
        return outputs | {"scores": outputs["scores"] * np.float32("nan")}

    found = measured(planner, broken, only=1)
    assert (found.deviation, found.overlap, found.unchanged) == (None, 1, False)


def test_an_adapted_vector_counts_by_what_is_chosen_for_it(base: Base, planner: GraphSpec) -> None:
    spec, generator = adapt_graph(base), np.random.default_rng(2)
    cases = [spec.sample(1, generator) for _ in range(6)]
    choose = chosen_for_vector(planner, generator)

    def share(run: Callable[[Inputs], Outputs]) -> Variant:
        return measure_variant(spec, Made("It", "it", b"", run, False), cases, choose, (1,))

    assert share(spec.run).unchanged
    deaf = share(lambda inputs: {"adapted": np.roll(inputs["vector"], 1)})
    assert deaf.overlap < 1
    assert not deaf.unchanged


@pytest.mark.parametrize(
    ("truth", "found", "share"),
    [
        ([3, 1, 2, 0], [3, 1, 2, 0], 1),
        ([3, 1, 2, 0], [0, 2, 1, 3], 1),
        ([3, 1, 2, 0], [3, 1, 2, 9], 0.75),
        ([3, 1, 2, 0], [4, 5, 6, 7], 0),
        ([3, 1, 2, 0], [3, 3, 3, 3], 0.25),
        ([3, 1, -1, -1], [1, 3, -1, -1], 1),
        ([3, 1, -1, -1], [3, -1, -1, -1], 0.5),
        ([3, -1, -1, -1], [3, 5, -1, -1], 0.5),
        ([-1, -1], [-1, -1], 1),
        ([-1, -1], [2, -1], 0),
    ],
)
def test_overlap(truth: list[int], found: list[int], share: float) -> None:
    assert overlap(np.array(truth), np.array(found)) == share


def test_what_a_phones_runtime_runs_is_timed_by_the_number_of_tracks(planner: GraphSpec) -> None:
    seen: list[int] = []

    def run(inputs: Inputs) -> Outputs:
        seen.append(len(inputs["features"]))
        return planner.run(inputs)

    cases = [planner.sample(TRACKS, np.random.default_rng(1))]
    found = measure_variant(planner, Made("It", "it", b"", run, True), cases, chosen, (9, 40))
    assert found.milliseconds is not None
    assert list(found.milliseconds) == [9, 40]
    assert min(found.milliseconds.values()) > 0
    assert seen[0] == TRACKS
    assert set(seen[1:]) == {9, 40}


EXAMPLE = Variant("playlist", "ONNX, 32-bit", 123456, 7890, 200, 7e-7, 1, 1, True, {1000: 1.25})
OTHER = replace(
    EXAMPLE,
    name="Core ML, 16-bit",
    deviation=None,
    same_order=0.975,
    overlap=0.9944,
    unchanged=False,
    milliseconds=None,
)


def test_the_table_has_a_line_for_each_variant() -> None:
    head, first, second = as_table([EXAMPLE, OTHER]).splitlines()
    assert len(head) == len(first) == len(second)
    assert head.split()[:3] == ["graph", "format", "bytes"]
    assert head.endswith("ms, N=1,000")
    assert first.split() == (
        [
            "playlist",
            "ONNX,",
            "32-bit",
            "123,456",
            "7,890",
            "7.0e-07",
            "100.0%",
            "100.00%",
            "yes",
            "1.25",
        ]
    )
    assert second.split()[-5:] == ["NaN", "97.5%", "99.44%", "no", "–"]


def test_the_table_is_json_too() -> None:
    first, second = json.loads(json.dumps(as_json([EXAMPLE, OTHER]), allow_nan=False))
    assert first["name"] == "ONNX, 32-bit"
    assert first["milliseconds"] == {"1000": 1.25}
    assert (second["deviation"], second["unchanged"], second["milliseconds"]) == (None, False, None)


def test_every_format_of_every_graph_of_a_base_is_measured(base: Base) -> None:
    notes: list[str] = []
    shares: list[float] = []

    def report(share: float, note: str) -> None:
        shares.append(share)
        notes.append(note)

    found = measure_variants(base, cases=8, seed=1, report=report, timed_tracks=(20,))
    names = ["ONNX, 32-bit", "Core ML, 32-bit", "Core ML, 16-bit", "Core ML, 8-bit palettised"]
    names += ["ExecuTorch"] if executorch_installed() else []
    assert [one.name for one in found if one.graph == "playlist"] == names
    assert [one.name for one in found if one.graph == "adapt"] == [
        name for name in names if "16-bit" not in name
    ]
    assert len(notes) == len(found)
    assert shares == sorted(shares)
    for one in found:
        assert one.cases == 8
        assert one.deviation is not None
        assert (one.milliseconds is None) == one.name.startswith("Core ML")
        if "32-bit" in one.name or one.name == "ExecuTorch":
            assert (one.same_order, one.overlap, one.unchanged) == (1, 1, True)
            assert one.deviation < 1e-5
        else:
            assert 0 < one.deviation < 2e-2
