"""MeLU (Lee et al. 2019, arXiv:1908.00413): a meta-learned user preference estimator.

What is known of an item, what others said of it, and the situation with what the population would
answer in it are embedded, each by its own layer, and decision layers answer from the embeddings.
Adapting to a person changes the decision layers only, by MAML's steps (maml.py): an embedding means
the same for everybody. Nothing is known of a person besides their ratings, so the paper's user
embedding has no part here.
"""

import torch
from torch import Tensor, nn

from adaptation.learning.learners import episodic
from adaptation.learning.learners.episodic import DEFAULT, EpisodicLearner, Settings
from adaptation.learning.learners.episodic_module import Columns, zero
from adaptation.learning.learners.maml import InnerLoop
from adaptation.learning.ratings import RatingSet


class PreferenceEstimator(nn.Module):
    """Columns [N, C] → answers above the population [N, T], by way of embeddings [N, E] of the
    blocks of columns."""

    def __init__(self, columns: Columns, embedding: int = 8, hidden: int = 16) -> None:
        super().__init__()
        widths = (columns.content, columns.targets, 6 + columns.targets)
        self.blocks = [width for width in widths if width > 0]
        self.embeddings = nn.ModuleList(nn.Linear(width, embedding) for width in self.blocks)
        self.decision = nn.Sequential(
            nn.Linear(len(self.blocks) * embedding, hidden),
            nn.Tanh(),
            nn.Linear(hidden, hidden),
            nn.Tanh(),
            zero(nn.Linear(hidden, columns.targets)),
        )

    def forward(self, x: Tensor) -> Tensor:
        parts = x.split(self.blocks, dim=-1)
        embedded = [embed(part) for embed, part in zip(self.embeddings, parts, strict=True)]
        answer: Tensor = self.decision(torch.cat(embedded, dim=-1))
        return answer


def melu(columns: Columns) -> InnerLoop:
    return InnerLoop(columns, PreferenceEstimator(columns), adapted="decision")


def fit(training: RatingSet, *, seed: int, settings: Settings = DEFAULT) -> EpisodicLearner:
    """Recipe (base.Recipe)."""
    return episodic.fit(melu, training, seed=seed, settings=settings)
