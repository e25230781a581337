"""What every learner offers, so that one harness can measure them all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from adaptation.learning.ratings import Floats, RatingSet


@dataclass(frozen=True)
class Prediction:
    """Answers expected of one person, on the targets' own scales. The variance is of an answer: it
    holds what no knowledge of the person would explain."""

    mean: Floats  # [N, T]
    variance: Floats  # [N, T]
    widths: Mapping[float, Floats] = field(default_factory=dict)
    """Half-widths [T] of central intervals in standard deviations, by their level, for a learner
    that has calibrated them; without it they are a Gaussian's."""


class Learner(Protocol):
    """Something that was fitted across people and answers for a new one."""

    def adapt(self, support: RatingSet) -> Any:
        """What is known of a person from their S ≥ 0 ratings (the patient vector)."""

    def predict(self, vector: Any, query: RatingSet) -> Prediction:
        """What the person would answer in the N rows of `query`, whose answers are not read."""


class Recipe(Protocol):
    """How to fit a learner: `recipe(training, seed=…)`. The same seed gives the same learner."""

    def __call__(self, training: RatingSet, *, seed: int) -> Learner: ...
