"""Many audio files at once, in several processes. No Django: the processes start from nothing."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from adaptation.audio import TrackAnalysis, UnusableAudio, analyse
from adaptation.composing import Piece, write_piece

Task = TypeVar("Task")
AnalyseAll = Callable[[Iterable[Path]], Iterator["Analysed"]]


@dataclass(frozen=True)
class Analysed:
    """A file and its analysis, or the reason why there is none."""

    path: Path
    analysis: TrackAnalysis | None = None
    refusal: str = ""


def analyse_all(paths: Iterable[Path]) -> Iterator[Analysed]:
    """Each file as it is done, in no particular order."""
    for _, analysed in _spread(_analyse, list(paths)):
        yield analysed


def analyse_in_turn(paths: Iterable[Path]) -> Iterator[Analysed]:
    """Each file in its turn, in this process: a worker's has its own share of the cores, and may
    start no others."""
    yield from map(_analyse, paths)


def record_all(pieces: Iterable[Piece], folder: Path) -> Iterator[tuple[Piece, Analysed]]:
    """Compose, render and analyse each piece, in no particular order."""
    tasks = [(piece, folder) for piece in pieces]
    for (piece, _), analysed in _spread(_record, tasks):
        yield piece, analysed


def _analyse(path: Path) -> Analysed:
    try:
        return Analysed(path, analyse(path))
    except UnusableAudio as problem:
        return Analysed(path, refusal=problem.reason)
    except OSError as problem:
        return Analysed(path, refusal=f"The file cannot be read: {problem.strerror}.")


def _record(task: tuple[Piece, Path]) -> Analysed:
    piece, folder = task
    return _analyse(write_piece(piece, folder))


def _spread(
    function: Callable[[Task], Analysed], tasks: list[Task]
) -> Iterator[tuple[Task, Analysed]]:
    if not tasks:
        return
    processes = min(os.cpu_count() or 1, len(tasks), 8)
    # A fork of a process that has run PyTorch threads may hang, so the processes start afresh.
    with ProcessPoolExecutor(
        processes, mp_context=multiprocessing.get_context("spawn"), initializer=_one_thread
    ) as pool:
        futures = {pool.submit(function, task): task for task in tasks}
        for future in as_completed(futures):
            yield futures[future], future.result()


def _one_thread() -> None:
    """The processes are as many as the cores; threads of numerical libraries would only fight."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
