"""A trained base as a file: its weights, its shape, and the schema that its columns follow."""

import io
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from adaptation.learning.abstention import Evidence
from adaptation.learning.ratings import Floats
from adaptation.learning.relation import RelationLearner, RelationSettings

FORMAT = "attune-base-3"


@dataclass(frozen=True)
class Base:
    """A learner with what its use needs: the schema that it reads, and the transition weights."""

    learner: RelationLearner
    schema: str
    transition: tuple[float, ...]
    items: Mapping[str, Floats] = field(default_factory=dict)  # item columns by track key
    evidence: tuple[Evidence, ...] = ()  # for which answers adapting helps, one each

    def inputs(self, features: NDArray[Any], tracks: Sequence[str]) -> NDArray[np.float32]:
        """What the learner reads of tracks: content [N, F], then item columns → [N, width].

        `tracks` are their keys; a track that the base does not know has item columns of 0, as have
        all when there are no keys.
        """
        content = np.asarray(features, np.float32)
        columns = np.zeros((len(content), self.learner.settings.item_columns), np.float32)
        for row, key in enumerate(tracks):
            if key in self.items:
                columns[row] = self.items[key]
        return np.concatenate([content, columns], axis=1)


class BadBase(Exception):
    """The bytes are not a base that this version reads."""


def to_bytes(base: Base) -> bytes:
    """The base as bytes, without code: tensors, numbers and names only."""
    content = io.BytesIO()
    torch.save(
        {
            "format": FORMAT,
            "settings": asdict(base.learner.settings),
            "schema": base.schema,
            "transition": list(base.transition),
            "weights": base.learner.state_dict(),
            "items": {key: torch.tensor(row) for key, row in base.items.items()},
            "evidence": [asdict(found) for found in base.evidence],
        },
        content,
    )
    return content.getvalue()


def from_bytes(content: bytes) -> Base:
    """The base that `to_bytes` wrote. Raises BadBase; never runs code from the file."""
    try:
        return _base_of(torch.load(io.BytesIO(content), weights_only=True))
    except pickle.UnpicklingError as problem:  # PyTorch's own text advises to let the code run
        raise BadBase(
            "The base's file cannot be read: it is damaged, or holds more than tensors, numbers "
            "and names."
        ) from problem
    except BadBase:
        raise
    except Exception as problem:  # a damaged file makes unpickling raise almost anything
        raise BadBase(f"The base's file cannot be read: {problem}") from problem


def _base_of(stored: Any) -> Base:
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        found = stored.get("format") if isinstance(stored, dict) else type(stored).__name__
        raise BadBase(f"The base's file is in format {found}; this version reads {FORMAT}.")
    learner = RelationLearner(RelationSettings(**stored["settings"]))
    learner.load_state_dict(stored["weights"])
    width = learner.settings.item_columns
    if any(row.shape != (width,) for row in stored["items"].values()):
        raise BadBase(f"The base's file is damaged: an item has not the {width} columns it needs.")
    return Base(
        learner.eval(),
        stored["schema"],
        tuple(stored["transition"]),
        {key: row.numpy() for key, row in stored["items"].items()},
        tuple(Evidence(**found) for found in stored["evidence"]),
    )
