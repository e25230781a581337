"""Listeners' histories as a rating set: what a base is trained on, and measured on."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from adaptation.learning.outcomes import CARRIES, OUTCOMES
from adaptation.learning.ratings import RatingSet, Target
from adaptation.learning.support import Support

TARGETS: Final = tuple(
    Target(name, -1.0, 1.0, carries) for name, carries in zip(OUTCOMES, CARRIES, strict=True)
)
"""The outcomes on the learners' own scale."""


def rating_set(histories: Sequence[Support], columns: Sequence[str], name: str) -> RatingSet:
    """Histories of different people, each in time order. `columns` are the F features' names.

    Tracks of one key are one item, with the features that the first history has for it; without
    keys nobody can have rated the same track.
    """
    rows = [
        (person, row) for person, history in enumerate(histories) for row in range(len(history))
    ]
    keys = [
        histories[person].tracks[row] if histories[person].tracks else f"{person}/{row}"
        for person, row in rows
    ]
    item_keys, first, item = np.unique(keys, return_index=True, return_inverse=True)
    user = np.array([person for person, _ in rows], np.int64)
    outcome = np.concatenate([history.outcome for history in histories]).astype(float)
    weight = np.concatenate([history.weight for history in histories]).astype(float)
    return RatingSet(
        name=name,
        licence="",
        targets=TARGETS,
        feature_names=tuple(columns),
        features=np.concatenate([history.features for history in histories])[first].astype(float),
        item_keys=tuple(map(str, item_keys)),
        user_keys=tuple(map(str, range(len(histories)))),
        user=user,
        item=item.reshape(-1).astype(np.int64),
        answers=np.where(weight > 0, outcome, np.nan),
        mood=np.concatenate([history.mood for history in histories]).astype(float),
        order=np.arange(len(rows), dtype=float),
        series=np.zeros(len(rows), np.int64),
        auxiliary=np.zeros(len(rows), bool),
        weight=weight,
    )
