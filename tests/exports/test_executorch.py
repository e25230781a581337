"""Graphs as ExecuTorch programs, where ExecuTorch is installed."""

import numpy as np
import pytest

from adaptation.learning.bases import Base
from exports.executorch_runtime import (
    ExecuTorchMissing,
    executorch_installed,
    pte_runner,
    to_pte,
)
from exports.graphs import GraphSpec, adapt_graph, graphs_of, playlist_graph

MOST = 100

needed = pytest.mark.skipif(
    not executorch_installed(),
    reason="executorch is missing, which is an option: run `pip install executorch==1.5.1`",
)


@pytest.fixture(scope="module")
def programs(base: Base) -> dict[str, tuple[GraphSpec, bytes]]:
    return {spec.name: (spec, to_pte(spec, most_tracks=MOST)) for spec in graphs_of(base)}


@pytest.mark.skipif(executorch_installed(), reason="executorch is installed")
def test_without_executorch_it_says_what_to_install(base: Base) -> None:
    for use in (
        lambda: to_pte(adapt_graph(base)),
        lambda: pte_runner(adapt_graph(base), b""),
    ):
        with pytest.raises(ExecuTorchMissing, match="pip install executorch=="):
            use()


@needed
@pytest.mark.parametrize("name", ["adapt", "playlist"])
def test_a_program_says_what_pytorch_says_for_any_number_of_tracks(
    programs: dict[str, tuple[GraphSpec, bytes]], name: str
) -> None:
    spec, program = programs[name]
    run, generator = pte_runner(spec, program), np.random.default_rng(1)
    for tracks in (MOST, 1, 2, *generator.integers(1, MOST, 40)):
        inputs = spec.sample(int(tracks), generator)
        truth, found = spec.run(inputs), run(inputs)
        assert list(found) == [port.name for port in spec.outputs]
        for output, expected in truth.items():
            assert found[output].dtype == expected.dtype
            loose = 1e-4 if output == "log_probability" else 5e-6
            np.testing.assert_allclose(found[output], expected, atol=loose, rtol=loose)


@needed
def test_a_second_run_leaves_the_answers_of_the_first_alone(
    programs: dict[str, tuple[GraphSpec, bytes]],
) -> None:
    spec, program = programs["playlist"]
    run, generator = pte_runner(spec, program), np.random.default_rng(2)
    first = run(spec.sample(50, generator))
    kept = {name: value.copy() for name, value in first.items()}
    run(spec.sample(50, generator))
    for name, value in kept.items():
        np.testing.assert_array_equal(first[name], value)


@needed
def test_more_tracks_than_were_planned_for_are_refused(
    programs: dict[str, tuple[GraphSpec, bytes]],
) -> None:
    spec, program = programs["playlist"]
    inputs = spec.sample(MOST + 1, np.random.default_rng(3))
    with pytest.raises(RuntimeError):
        pte_runner(spec, program)(inputs)


@needed
def test_converting_again_gives_the_same_bytes_which_say_nothing_of_where_they_were_made(
    base: Base, programs: dict[str, tuple[GraphSpec, bytes]]
) -> None:
    _, program = programs["adapt"]
    assert to_pte(adapt_graph(base), most_tracks=MOST) == program
    assert b".py" not in program


@needed
@pytest.mark.parametrize("content", [b"", b"PK" * 1000])
def test_what_is_no_program_is_refused(base: Base, content: bytes) -> None:
    with pytest.raises(ValueError, match="not an ExecuTorch program"):
        pte_runner(playlist_graph(base), content)


@needed
def test_a_program_that_was_cut_short_is_refused(
    programs: dict[str, tuple[GraphSpec, bytes]],
) -> None:
    spec, program = programs["playlist"]
    with pytest.raises(ValueError, match="not an ExecuTorch program"):
        pte_runner(spec, program[: len(program) // 2])
