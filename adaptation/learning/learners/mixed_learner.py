"""A linear mixed model of each target as a learner: what differs between people is `slopes`."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from adaptation.learning.learners import mixed_model
from adaptation.learning.learners.base import Prediction
from adaptation.learning.learners.inputs import Inputs
from adaptation.learning.learners.mixed_model import Belief, MixedModel
from adaptation.learning.ratings import Floats, RatingSet, Whole


class Slopes(Protocol):
    """The columns whose effects differ between people: [N, d] for each target; d may differ."""

    def __call__(self, rows: RatingSet) -> list[Floats]: ...


@dataclass(frozen=True)
class MixedLearner:
    """Everyone's answer from all the inputs, and people who differ in what `slopes` gives."""

    inputs: Inputs
    slopes: Slopes
    models: tuple[MixedModel, ...]  # T

    def adapt(self, support: RatingSet) -> tuple[Belief, ...]:
        """A belief for each target."""
        x, z, setting = _columns(self.inputs, support), self.slopes(support), _setting(support)
        answers, _ = self.inputs.answers(support)
        return tuple(
            model.posterior(x, columns, setting, y, weight)
            for model, columns, y, weight in zip(
                self.models, z, answers.T, support.told.T, strict=True
            )
        )

    def predict(self, vector: tuple[Belief, ...], query: RatingSet) -> Prediction:
        x, z, setting = _columns(self.inputs, query), self.slopes(query), _setting(query)
        expected = [
            model.predict(belief, x, columns, setting)
            for model, belief, columns in zip(self.models, vector, z, strict=True)
        ]
        mean, variance = np.array(expected).transpose(1, 2, 0)
        return Prediction(*self.inputs.back(mean, variance))


def fit(training: RatingSet, inputs: Inputs, slopes: Slopes) -> MixedLearner:
    """A model of each target."""
    x, z, setting = _columns(inputs, training), slopes(training), _setting(training)
    answers, _ = inputs.answers(training)
    groups = _groups(inputs)
    models = tuple(
        mixed_model.fit(x, groups, columns, training.user, setting, y, weight)
        for columns, y, weight in zip(z, answers.T, training.told.T, strict=True)
    )
    return MixedLearner(inputs, slopes, models)


def _columns(inputs: Inputs, rows: RatingSet) -> Floats:
    """[N, 2 + C]: an intercept for all rows and one more for auxiliary rows, then the inputs."""
    return np.column_stack([np.ones(len(rows)), rows.auxiliary, inputs.of(rows)])


def _groups(inputs: Inputs) -> Whole:
    """[2 + C]: 0 intercepts, 1 content, 2 item, 3 mood."""
    content, items = len(inputs.centre), len(inputs.shrinkage)
    return np.repeat([0, 1, 2, 3], [2, content, items, inputs.width - content - items])


def _setting(rows: RatingSet) -> Whole:
    return rows.auxiliary.astype(np.int64)
