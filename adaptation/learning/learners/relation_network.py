"""Relation network for ratings (Sung et al. 2018, arXiv:1711.06025).

A learned score 0..1 says how much a rated item tells of a new one, from the embeddings of both. The
answer is the population's plus the mean of what the support's answers were above it, weighed by the
scores and drawn towards 0 by a learned prior strength: with no ratings, or with none that are
related, it is the population's.
"""

import math

import torch
from torch import Tensor, nn

from adaptation.learning.learners import episodic
from adaptation.learning.learners.episodic import DEFAULT, EpisodicLearner, Settings
from adaptation.learning.learners.episodic_module import PRIOR, Columns, EpisodicModule
from adaptation.learning.ratings import RatingSet

Known = tuple[Tensor, Tensor, Tensor]
"""The support's embeddings [B, S, E], residuals [B, S, T] and weights [B, S, T]."""


class RelationNetwork(EpisodicModule):
    """An embedding of E dimensions, and a relation module with a score for each target."""

    def __init__(self, columns: Columns, embedding: int = 16, hidden: int = 24) -> None:
        super().__init__(columns)
        self.embed = nn.Sequential(nn.Linear(columns.width, embedding), nn.Tanh())
        self.relate = nn.Sequential(
            nn.Linear(2 * embedding, hidden), nn.Tanh(), nn.Linear(hidden, columns.targets)
        )
        # a rating counts about half before training, when scores are near 0.5
        self.log_prior = nn.Parameter(torch.full((columns.targets,), math.log(PRIOR / 2)))

    def adapt_batch(self, x: Tensor, y: Tensor, weight: Tensor) -> Known:
        """What scores are taken against, of B people, from x [B, S, C] and y, weight [B, S, T]."""
        return self.embed(x), self.residual(x, y, weight), weight

    def predict_batch(self, state: Known, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance [B, N, T] at x [B, N, C]; the variance is left to the learner."""
        support, residual, weight = state
        score = self.score(self.embed(x), support) * weight[:, None]
        told = (score * residual[:, None]).sum(2) / (score.sum(2) + self.log_prior.exp())
        mean = self.population(x) + told
        return mean, torch.zeros_like(mean)

    def score(self, query: Tensor, support: Tensor) -> Tensor:
        """Embeddings [B, N, E] and [B, S, E] → scores [B, N, S, T] in 0..1."""
        pairs = torch.cat(
            [
                query[:, :, None].expand(-1, -1, support.shape[1], -1),
                support[:, None].expand(-1, query.shape[1], -1, -1),
            ],
            dim=-1,
        )
        return torch.sigmoid(self.relate(pairs))


def fit(training: RatingSet, *, seed: int, settings: Settings = DEFAULT) -> EpisodicLearner:
    """Recipe (base.Recipe)."""
    return episodic.fit(RelationNetwork, training, seed=seed, settings=settings)
