"""The graphs that phones run: their names, and what goes in and comes out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from adaptation.learning.bases import Base
from adaptation.learning.outcomes import OUTCOMES
from adaptation.learning.playlist import MOST_TRACKS, TERMS, WEIGHTS, PlaylistPlanner
from adaptation.learning.relation import RelationLearner
from adaptation.learning.waypoints import GUARDS

TRACKS: Final = "tracks"
"""The free dimension N: how many tracks the catalogue has."""

Floats = NDArray[np.float32]
Inputs = dict[str, Floats]
Size = int | Literal["tracks"]


@dataclass(frozen=True)
class Port:
    """An input or output of a graph: its name, its shape with N as "tracks", and its type."""

    name: str
    shape: tuple[Size, ...]
    dtype: Literal["float32", "int32"] = "float32"


@dataclass(frozen=True)
class GraphSpec:
    """A graph to convert."""

    name: str
    module: nn.Module
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    sample: Callable[..., Inputs]
    """`sample(tracks, generator, vector=None)`: random but possible inputs, for N tracks and a
    random patient or the one of `vector`."""

    def run(self, inputs: Inputs) -> dict[str, NDArray[np.generic]]:
        """What PyTorch makes of the inputs: the truth that every conversion is held against."""
        with torch.inference_mode():
            outputs = self.module(*(torch.from_numpy(inputs[port.name]) for port in self.inputs))
        values = outputs if isinstance(outputs, tuple) else (outputs,)
        return {port.name: value.numpy() for port, value in zip(self.outputs, values, strict=True)}


class _Adapt(nn.Module):
    """`RelationLearner.adapt_one` as a module of its own."""

    def __init__(self, learner: RelationLearner) -> None:
        super().__init__()
        self.learner = learner

    def forward(
        self, vector: Tensor, features: Tensor, mood: Tensor, outcome: Tensor, weight: Tensor
    ) -> Tensor:
        return self.learner.adapt_one(vector, features, mood, outcome, weight)


def graphs_of(base: Base) -> tuple[GraphSpec, GraphSpec]:
    """The adapt and the playlist graph of a base."""
    return adapt_graph(base), playlist_graph(base)


def adapt_graph(base: Base) -> GraphSpec:
    """Patient vector and one rated track in, patient vector out."""
    learner = base.learner
    size, width, outcomes = learner.vector_size, learner.settings.width, len(OUTCOMES)
    samples = _Samples(learner)

    def sample(tracks: int, generator: np.random.Generator, vector: Floats | None = None) -> Inputs:
        return {
            "vector": samples.vector(generator) if vector is None else vector,
            "features": samples.tracks(1, generator)[0],
            "mood": _affect(generator),
            "outcome": generator.uniform(-1, 1, outcomes).astype(np.float32),
            "weight": generator.choice([0.0, 0.5, 1.0], outcomes).astype(np.float32),
        }

    return GraphSpec(
        name="adapt",
        module=_Adapt(learner).eval(),
        inputs=(
            Port("vector", (size,)),
            Port("features", (width,)),
            Port("mood", (2,)),
            Port("outcome", (outcomes,)),
            Port("weight", (outcomes,)),
        ),
        outputs=(Port("adapted", (size,)),),
        sample=sample,
    )


def playlist_graph(base: Base) -> GraphSpec:
    """Tracks, patient vector, mood and plan in, playlist out (adaptation/learning/playlist.py)."""
    learner = base.learner
    samples = _Samples(learner)

    def sample(tracks: int, generator: np.random.Generator, vector: Floats | None = None) -> Inputs:
        allowed = generator.random(tracks) < 0.8
        allowed[generator.integers(tracks)] = True
        return {
            "features": samples.tracks(tracks, generator),
            "allowed": allowed.astype(np.float32),
            "recency": generator.random(tracks, dtype=np.float32),
            "familiarity": generator.random(tracks, dtype=np.float32),
            "vector": samples.vector(generator) if vector is None else vector,
            "mood": _affect(generator),
            "target": _affect(generator),
            "curve": np.linspace(1, 0, MOST_TRACKS, dtype=np.float32),
            "guards": np.array([0.15, 0.35, -0.6], np.float32),
            "weights": np.array([0.3, 0.1, 0.1, 0.3, 0.1, 0.05], np.float32),
            "noise": generator.gumbel(size=(MOST_TRACKS, tracks)).astype(np.float32),
        }

    k = MOST_TRACKS
    return GraphSpec(
        name="playlist",
        module=PlaylistPlanner(learner, base.transition).eval(),
        inputs=(
            Port("features", (TRACKS, learner.settings.width)),
            Port("allowed", (TRACKS,)),
            Port("recency", (TRACKS,)),
            Port("familiarity", (TRACKS,)),
            Port("vector", (learner.vector_size,)),
            Port("mood", (2,)),
            Port("target", (2,)),
            Port("curve", (k,)),
            Port("guards", (len(GUARDS),)),
            Port("weights", (len(WEIGHTS),)),
            Port("noise", (k, TRACKS)),
        ),
        outputs=(
            Port("order", (k,), "int32"),
            Port("waypoints", (k, 2)),
            Port("path", (k, 2)),
            Port("deviation", (k, 2)),
            Port("log_probability", (k,)),
            Port("terms", (k, len(TERMS))),
            Port("scores", (TRACKS,)),
        ),
        sample=sample,
    )


class _Samples:
    """Possible tracks and patients of a base, for checking conversions."""

    def __init__(self, learner: RelationLearner) -> None:
        self.learner = learner

    def tracks(self, count: int, generator: np.random.Generator) -> NDArray[np.float32]:
        """Tracks [N, width] whose content is spread as that of the tracks that the base was trained
        on, with some item columns."""
        settings = self.learner.settings
        drawn = generator.normal(size=(count, settings.features))
        content = self.learner.centre.numpy() + self.learner.scale.numpy() * drawn
        items = generator.normal(0, 0.3, size=(count, settings.item_columns))
        return np.concatenate([content, items], axis=1).astype(np.float32)

    def vector(self, generator: np.random.Generator) -> NDArray[np.float32]:
        """The vector [D] of a patient who has rated a few random tracks at random."""
        count = int(generator.integers(0, 12))
        with torch.inference_mode():
            vector = self.learner.prior()
            for _ in range(count):
                vector = self.learner.adapt_one(
                    vector,
                    torch.from_numpy(self.tracks(1, generator)[0]),
                    torch.from_numpy(_affect(generator)),
                    torch.from_numpy(generator.uniform(-1, 1, 3).astype(np.float32)),
                    torch.ones(3),
                )
        return vector.numpy()


def _affect(generator: np.random.Generator) -> NDArray[np.float32]:
    return generator.uniform(-1, 1, 2).astype(np.float32)
