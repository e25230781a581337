"""Episodes: a listener's own ratings cut into a support set to adapt to and queries to answer.

Meta-training sees the task that the phone will have: a handful of one person's first ratings, then
that person's next ones (Vinyals et al. 2016, arXiv:1606.04080).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from adaptation.learning.support import Support

SHOTS = (0, 1, 3, 5, 10)
QUERIES = 12


@dataclass(frozen=True)
class Batch:
    """B episodes, padded; a weight of 0 marks padding and outcomes that were not observed."""

    features: Tensor  # [B, S, F]
    mood: Tensor  # [B, S, 2]
    outcome: Tensor  # [B, S, 3]
    weight: Tensor  # [B, S, 3]

    @classmethod
    def of(cls, rows: Sequence[Support]) -> "Batch":
        """Support sets of different lengths side by side."""
        longest = max(map(len, rows))

        def padded(name: str) -> Tensor:
            columns = [getattr(support, name) for support in rows]
            padding = [np.pad(values, ((0, longest - len(values)), (0, 0))) for values in columns]
            return torch.from_numpy(np.stack(padding))

        return cls(padded("features"), padded("mood"), padded("outcome"), padded("weight"))


@dataclass(frozen=True)
class Episodes:
    """B listeners' support sets and queries."""

    support: Batch
    query: Batch


def draw(
    listeners: Sequence[Support],
    *,
    episodes: int,
    generator: np.random.Generator,
    shots: int | None = None,
) -> Episodes:
    """A random batch: K (one of SHOTS, by chance unless given) for all its episodes, each a run of
    one listener's ratings in time order that starts anywhere."""
    if shots is None:
        shots = int(generator.choice(SHOTS))
    supports, queries = [], []
    for listener in generator.choice(len(listeners), size=episodes):
        history = listeners[int(listener)]
        length = min(shots + QUERIES, len(history))
        start = int(generator.integers(0, len(history) - length + 1))
        cut = min(start + shots, start + length - 1)
        supports.append(rows_of(history, start, cut))
        queries.append(rows_of(history, cut, start + length))
    return Episodes(Batch.of(supports), Batch.of(queries))


def rows_of(history: Support, start: int, stop: int) -> Support:
    """The ratings from `start` up to `stop` of a history."""
    part = slice(start, stop)
    return Support(
        history.features[part], history.mood[part], history.outcome[part], history.weight[part]
    )
