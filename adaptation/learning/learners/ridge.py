"""Hierarchical Bayesian ridge: people differ in an offset and in slopes on a few directions.

A linear mixed model (Laird & Ware 1982, doi 10.2307/2529876) of each target. The directions are
the first principal components of the content, what others said of the item, and the mood before.
A new person's slopes start at N(0, P), learned across people, and follow their ratings in closed
form.
"""

from dataclasses import dataclass

import numpy as np

from adaptation.learning.learners import mixed_learner, moods
from adaptation.learning.learners.inputs import Inputs
from adaptation.learning.learners.mixed_learner import MixedLearner
from adaptation.learning.ratings import Floats, RatingSet

COMPONENTS = 3  # of the content


@dataclass(frozen=True)
class Directions:
    """Where people may differ: an offset, the content, the target's item column, the mood."""

    inputs: Inputs
    components: Floats  # [F, ≤ COMPONENTS], each with a mean square of 1 over the training items

    @classmethod
    def fit(cls, training: RatingSet, inputs: Inputs) -> "Directions":
        """Principal components of the training items' content."""
        _, first = np.unique(training.item, return_index=True)
        content = inputs.content(training.rows(first))
        _, size, axes = np.linalg.svd(content, full_matrices=False)
        kept = np.flatnonzero(size > 1e-9)[:COMPONENTS]
        return cls(inputs, axes[kept].T / size[kept] * np.sqrt(len(content)))

    def __call__(self, rows: RatingSet) -> list[Floats]:
        """[N, d] for each target, d = 2 + components + 1 or 2 mood axes."""
        content = self.inputs.content(rows) @ self.components
        return [
            np.column_stack([np.ones(len(rows)), content, item, moods.personal(rows, target)])
            for target, item in zip(rows.targets, self.inputs.items(rows).T, strict=True)
        ]


def fit(training: RatingSet, *, seed: int) -> MixedLearner:
    """Recipe; nothing in it is random."""
    inputs = Inputs.fit(training)
    return mixed_learner.fit(training, inputs, Directions.fit(training, inputs))
