"""What every neural few-shot learner is tested with: small batches, and one set that has it all."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from adaptation.learning.learners.base import Prediction
from adaptation.learning.learners.episodic import EpisodicLearner, Settings
from adaptation.learning.learners.episodic_module import Build, Columns, EpisodicModule
from adaptation.learning.ratings import RatingSet
from tests.adaptation.learning.learners.rating_sets import linear_set

COLUMNS = Columns(content=5, targets=3)
FEW = Settings(steps=10, episodes=8)
UNTRAINED = Settings(steps=0)
NOBODY = np.zeros(0, np.int64)

Fit = Callable[..., EpisodicLearner]
Batch = tuple[Tensor, Tensor, Tensor]


def stirred(build: Build, seed: int = 0) -> EpisodicModule:
    """A module with nothing left at 0 that starts there."""
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = build(COLUMNS)
    with torch.no_grad():
        for weights in module.parameters():
            weights.add_(torch.randn(weights.shape, generator=generator), alpha=0.2)
    return module


def ratings(people: int, rows: int, seed: int = 0) -> Batch:
    """x [people, rows, C], y and weight [people, rows, T]; one answer in five is missing."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(people, rows, COLUMNS.width, generator=generator)
    y = torch.randn(people, rows, COLUMNS.targets, generator=generator)
    weight = (torch.rand(y.shape, generator=generator) > 0.2).float()
    return x, y * weight, weight


def answers(module: EpisodicModule, support: Batch, query: Tensor) -> Tensor:
    """Means and log-variances, [2, B, N, T]."""
    with torch.no_grad():
        return torch.stack(module.predict_batch(module.adapt_batch(*support), query))


def everything() -> RatingSet:
    """Twelve people with a lab series (auxiliary, no mood before) and an ordinary one; some answers
    are missing."""
    rows = linear_set(people=12, ratings=16)
    auxiliary = np.arange(len(rows)) % 16 < 5
    answered = rows.answers.copy()
    answered[np.arange(len(rows)) % 7 == 0, 0] = np.nan
    answered[np.arange(len(rows)) % 11 == 0, 2] = np.nan
    return replace(
        rows,
        answers=answered,
        mood=np.where(auxiliary[:, None], np.nan, rows.mood),
        auxiliary=auxiliary,
        series=rows.user * 2 + auxiliary,
    )


def predicted(learner: EpisodicLearner, support: RatingSet, query: RatingSet) -> Prediction:
    return learner.predict(learner.adapt(support), query)
