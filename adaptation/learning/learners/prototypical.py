"""Prototypical network for ratings (Snell et al. 2017, arXiv:1703.05175).

A person's ratings are sorted, softly, into two classes, worse and better than the population
expected, and each class is represented by the mean of its items in a learned embedding: its
prototype. A new item belongs to the classes by a softmax of its distances to the prototypes, and
the answer is the population's plus the classes' levels, weighed so.

Two things are added for a handful of ratings. Each class starts with some ratings at the origin of
the embedding, as many as is learned, so that one rating is not taken for the person. And the
softmax knows how many ratings each class has: who likes everything more than expected has the
better class large, wherever its prototype is. With no ratings both classes are alike, and the
answer is the population's.
"""

import math

import torch
from torch import Tensor, nn

from adaptation.learning.learners import episodic
from adaptation.learning.learners.episodic import DEFAULT, EpisodicLearner, Settings
from adaptation.learning.learners.episodic_module import PRIOR, Columns, EpisodicModule
from adaptation.learning.ratings import RatingSet

LEVEL = 2.0  # a class's level is this many standard deviations of an answer from what was expected

Prototypes = tuple[Tensor, Tensor]
"""Where the two classes of every target are, [B, T, 2, E], and their ratings' number [B, T, 2]."""


class PrototypicalNetwork(EpisodicModule):
    """An embedding of E dimensions that all targets share; how sharply it divides is each's own."""

    def __init__(self, columns: Columns, hidden: int = 24, embedding: int = 8) -> None:
        super().__init__(columns)
        self.embed = nn.Sequential(
            nn.Linear(columns.width, hidden), nn.Tanh(), nn.Linear(hidden, embedding)
        )
        self.log_prior = nn.Parameter(torch.full((columns.targets,), math.log(PRIOR / 2)))
        self.log_sharpness = nn.Parameter(torch.full((columns.targets,), -1.5))

    def adapt_batch(self, x: Tensor, y: Tensor, weight: Tensor) -> Prototypes:
        """The prototypes of B people after x [B, S, C] and y, weight [B, S, T]."""
        place = self.residual(x, y, weight).clamp(-LEVEL, LEVEL) / (2 * LEVEL)
        belongs = torch.stack([0.5 - place, 0.5 + place], dim=-1) * weight[..., None]
        number = belongs.sum(1) + self.log_prior.exp()[:, None]
        total = torch.einsum("bstc,bse->btce", belongs, self.embed(x))
        return total / number[..., None], number

    def predict_batch(self, state: Prototypes, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance [B, N, T] at x [B, N, C]; the variance is left to the learner."""
        prototype, number = state
        apart = self.embed(x)[:, :, None, None] - prototype[:, None]  # [B, N, T, 2, E]
        distance = self.log_sharpness.exp()[:, None] * apart.square().sum(-1)
        worse, better = (number.log()[:, None] - distance).softmax(-1).unbind(-1)
        mean = self.population(x) + LEVEL * (better - worse)
        return mean, torch.zeros_like(mean)


def fit(training: RatingSet, *, seed: int, settings: Settings = DEFAULT) -> EpisodicLearner:
    """Recipe (base.Recipe)."""
    return episodic.fit(PrototypicalNetwork, training, seed=seed, settings=settings)
