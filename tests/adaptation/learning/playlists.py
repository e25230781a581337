"""Inputs of the playlist graph, likely and wild ones, and what came out of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adaptation.learning.bases import Base
from adaptation.learning.playlist import MOST_TRACKS, WEIGHTS
from exports.graphs import Inputs, playlist_graph
from tests.trained import some_tracks

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Engine:
    """Something that runs the planner."""

    name: str
    run: Callable[[Inputs], dict[str, NDArray[Any]]]

    def __call__(self, inputs: Inputs) -> "Made":
        return Made(**self.run(inputs))

    def __repr__(self) -> str:
        return self.name


LIKING, FAMILIARITY, TRANSITION, FATIGUE, EXPLORATION, TEMPERATURE = range(6)

WILD: Mapping[str, tuple[float, ...]] = {
    "huge": (3e38, -3e38, 1e20, -1e20),
    "not a number": (np.nan,),
    "infinite": (np.inf, -np.inf),
    "mixed": (np.nan, np.inf, -np.inf, 3e38, -3e38, 0.0, 1.0, -1.0),
}
"""What an input may be made of when something went wrong before."""


def some_inputs(base: Base, tracks: int, seed: int) -> Inputs:
    """Possible inputs for a random patient; every track may be played."""
    inputs = playlist_graph(base).sample(tracks, np.random.default_rng(seed))
    return inputs | {
        "allowed": np.ones(tracks, np.float32),
        "features": some_tracks(tracks, seed=seed),
    }


def gone_wild(inputs: Inputs, kinds: Mapping[str, str], seed: int) -> Inputs:
    """The inputs with some of them, by name, made of wild numbers."""
    generator = np.random.default_rng(seed)
    return inputs | {
        name: generator.choice(WILD[kind], inputs[name].shape).astype(np.float32)
        for name, kind in kinds.items()
    }


def still(inputs: Inputs) -> Inputs:
    """Without chance: always the best track."""
    return inputs | {"noise": np.zeros_like(inputs["noise"])}


def weighing(inputs: Inputs, **weights: float) -> Inputs:
    """With these weights, by lower-case name, and the others zero (a temperature of 1)."""
    values = np.array([0, 0, 0, 0, 0, 1], np.float32)
    for name, weight in weights.items():
        values[WEIGHTS.index(name)] = weight
    return inputs | {"weights": values}


@dataclass(frozen=True)
class Made:
    """A playlist, as the graph gave it."""

    order: NDArray[np.int32]
    waypoints: Array
    path: Array
    deviation: Array
    log_probability: Array
    terms: Array
    scores: Array

    @property
    def chosen(self) -> list[int]:
        return [int(row) for row in self.order if row >= 0]

    def assert_excludes(self, allowed: Array) -> None:
        """Only allowed tracks, each once, as many as there are up to K, and −1 only after them."""
        permitted = {int(row) for row in np.flatnonzero(allowed > 0.5)}
        assert set(self.chosen) <= permitted
        assert len(set(self.chosen)) == len(self.chosen) == min(MOST_TRACKS, len(permitted))
        assert self.order.tolist() == self.chosen + [-1] * (MOST_TRACKS - len(self.chosen))
