"""What many patients said, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from adaptation.learning.bases import Base
from adaptation.learning.support import Support


@dataclass(frozen=True)
class Ratings:
    """What B patients said of I tracks, padded to S ratings each; a weight of 0 marks padding and
    answers that were not given."""

    tracks: Tensor  # [I, width], as RelationLearner reads them
    rated: Tensor  # [B, S] which of the tracks
    mood: Tensor  # [B, S, 2] before
    outcome: Tensor  # [B, S, T]
    weight: Tensor  # [B, S, T] in 0..1

    def __len__(self) -> int:
        return len(self.rated)

    @classmethod
    def by(cls, base: Base, supports: Sequence[Support]) -> "Ratings":
        """Support sets as a base reads them. Tracks of one key are one track, with the features
        that the first support set has for it."""
        keys = [
            support.tracks[row] if support.tracks else f"{patient}/{row}"
            for patient, support in enumerate(supports)
            for row in range(len(support))
        ]
        known, first, place = np.unique(keys, return_index=True, return_inverse=True)
        width = base.learner.settings.features
        features = np.concatenate([support.features.reshape(-1, width) for support in supports])
        tracks = base.inputs(features[first], list(map(str, known)))
        ends = np.cumsum([len(support) for support in supports])
        return cls(
            torch.from_numpy(tracks),
            _padded(np.split(place.reshape(-1), ends[:-1])),
            _padded([support.mood for support in supports]),
            _padded([support.outcome for support in supports]),
            _padded([support.weight for support in supports]),
        )

    def of(self, patients: slice) -> "Ratings":
        """What some of the patients said."""
        rest = (self.rated, self.mood, self.outcome, self.weight)
        return Ratings(self.tracks, *(part[patients] for part in rest))


def _padded(parts: Sequence[NDArray[np.generic]]) -> Tensor:
    """Arrays of different lengths under each other, zeros behind the shorter ones."""
    longest = max(map(len, parts))
    whole = np.zeros((len(parts), longest, *parts[0].shape[1:]), parts[0].dtype)
    for row, part in zip(whole, parts, strict=True):
        row[: len(part)] = part
    return torch.from_numpy(whole)
