"""A small base, trained once on simulated listeners, and its converted graphs: shared by all tests.

Training takes seconds and converting to Core ML takes more, so what was made is kept in a folder
that all processes of a test run share.
"""

import fcntl
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from adaptation.learning import bases
from adaptation.learning.bases import Base
from adaptation.learning.datasets.histories import rating_set
from adaptation.learning.schema import Feature, FeatureSchema
from adaptation.learning.simulation import simulate_history
from adaptation.learning.support import Support
from adaptation.learning.training import meta_train
from exports.archives import read_archive, write_archive
from exports.conversion import to_onnx
from exports.converted import Converted, convert
from exports.graphs import graphs_of, playlist_graph
from exports.kinds import FORMATS

Graphs = dict[tuple[str, str], Converted]

SCHEMA = FeatureSchema(
    "small",
    1,
    (
        Feature("loudness", "LUFS", "Loudness", arousal=0.8, transition=0.3),
        Feature("tempo", "bpm", "Tempo", arousal=0.5, valence=0.3, transition=0.3),
        Feature("mode", "−1..1", "Minor to major", valence=0.9),
        Feature("brightness", "Hz", "Centroid", arousal=0.3, valence=0.1, transition=0.2),
        Feature("dissonance", "0..1", "Roughness", arousal=0.1, valence=-0.5),
    ),
)
_USUAL = np.array([-23.0, 100.0, 0.2, 2000.0, 0.3])
_SPREAD = np.array([6.0, 30.0, 0.5, 800.0, 0.1])


def some_tracks(count: int, *, seed: int) -> NDArray[np.float32]:
    """Features [N, F] of tracks that are as different as music is."""
    drawn = np.random.default_rng(seed).normal(size=(count, len(SCHEMA.columns)))
    return (_USUAL + _SPREAD * drawn).astype(np.float32)


def some_listeners(count: int, *, ratings: int = 20, seed: int = 1) -> list[Support]:
    """Histories of simulated listeners."""
    generator = np.random.default_rng(seed)
    tracks = some_tracks(60, seed=0)
    return [
        simulate_history(SCHEMA, tracks, ratings=ratings, generator=generator) for _ in range(count)
    ]


@cache
def small_base(folder: Path) -> Base:
    """The base, from the folder if it was trained before."""

    def train() -> bytes:
        ratings = rating_set(some_listeners(80), SCHEMA.columns, "simulated")
        made, transition = meta_train(ratings, seed=1), SCHEMA.weights("transition")
        base = Base(made.learner, SCHEMA.label, transition, made.items, made.evidence)
        return bases.to_bytes(base)

    return bases.from_bytes(_made_once(folder / "base.pt", train))


@cache
def small_playlist_onnx(folder: Path) -> Converted:
    """The base's playlist graph as ONNX alone: seconds, where all formats take half a minute."""
    made = _made_once(folder / "playlist.onnx", lambda: to_onnx(playlist_graph(small_base(folder))))
    return Converted("playlist", "onnx", made)


@cache
def small_graphs(folder: Path) -> Graphs:
    """The base's graphs in every format, by name and format."""

    def convert_all() -> bytes:
        specs = graphs_of(small_base(folder))
        graphs = [convert(spec, name) for spec in specs for name in FORMATS[spec.name]]
        return write_archive({f"{graph.name}/{graph.format}": graph.content for graph in graphs})

    made = read_archive(_made_once(folder / "graphs.zip", convert_all))
    keys = ((path, *path.split("/")) for path in made)
    return {(name, form): Converted(name, form, made[path]) for path, name, form in keys}


def shared_folder(factory: pytest.TempPathFactory, worker: str) -> Path:
    """One folder for all processes of this test run."""
    own = factory.getbasetemp()
    folder = (own if worker == "master" else own.parent) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


def _made_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's content; the first process to come makes it, the others wait."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            path.write_bytes(make())
        return path.read_bytes()
