"""The default learner, as the harness sees it.

adaptation/learning/relation.py has the model and adaptation/learning/training.py says how it is
fitted. What is measured is the module that is exported, in 32-bit floats, fed as a phone feeds it.
"""

import numpy as np
import torch
from torch import Tensor

from adaptation.learning.bases import Base
from adaptation.learning.learners.base import Prediction
from adaptation.learning.ratings import RatingSet
from adaptation.learning.relation import LEVELS
from adaptation.learning.training import meta_train


def fit(training: RatingSet, *, seed: int) -> "RelationKernel":
    trained = meta_train(training, seed=seed)
    return RelationKernel(Base(trained.learner, training.name, (), trained.items, trained.evidence))


class RelationKernel:
    """A base, fed from rating sets."""

    def __init__(self, base: Base) -> None:
        self.base = base

    def adapt(self, support: RatingSet) -> Tensor:
        """The patient vector [D]."""
        features, mood = self._inputs(support)
        weight = support.told * support.answerable
        with torch.inference_mode():
            return self.base.learner.adapt(
                self.base.learner.prior(),
                features,
                mood,
                torch.from_numpy(np.nan_to_num(support.unit)).float(),
                torch.from_numpy(weight).float(),
            )

    def predict(self, vector: Tensor, query: RatingSet) -> Prediction:
        with torch.inference_mode():
            mean, variance = self.base.learner.predict(vector, *self._inputs(query))
        low = np.array([target.low for target in query.targets])
        half = (np.array([target.high for target in query.targets]) - low) / 2
        return Prediction(
            low + (mean.double().numpy() + 1) * half,
            variance.double().numpy() * half**2,
            dict(zip(LEVELS, self.base.learner.widths.double().numpy(), strict=True)),
        )

    def _inputs(self, rows: RatingSet) -> tuple[Tensor, Tensor]:
        keys = [rows.item_keys[item] for item in rows.item]
        features = self.base.inputs(rows.features[rows.item], keys)
        return torch.from_numpy(features), torch.from_numpy(np.nan_to_num(rows.mood)).float()
