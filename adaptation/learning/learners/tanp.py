"""Task-adaptive neural process, after TaNP (Lin et al. 2021, arXiv:2103.06137).

As in a conditional neural process, a person is the mean representation of their ratings. The person
is then assigned, softly, to a learned pool of task prototypes, by a Student t kernel of the
distances; and the representation with its share of the pool modulates every unit of the decoder by
a scale and a shift (FiLM, Perez et al. 2018, arXiv:1709.07871). Left out of the paper are the
latent variable (adapting is a function and not a draw) and the clustering loss.
"""

import torch
from torch import Tensor, nn

from adaptation.learning.learners import episodic
from adaptation.learning.learners.episodic import DEFAULT, EpisodicLearner, Settings
from adaptation.learning.learners.episodic_module import Columns, zero
from adaptation.learning.learners.neural_process import (
    HIDDEN,
    Encoder,
    NeuralProcess,
    ResidualPath,
    split_output,
)
from adaptation.learning.ratings import RatingSet


class TaskPool(nn.Module):
    """M task prototypes [M, E]."""

    def __init__(self, size: int, prototypes: int = 4) -> None:
        super().__init__()
        self.prototypes = nn.Parameter(0.3 * torch.randn(prototypes, size))

    def forward(self, task: Tensor) -> Tensor:
        """Tasks [B, 1, E] → their share of the prototypes, [B, 1, E]."""
        return self.assignment(task) @ self.prototypes

    def assignment(self, task: Tensor) -> Tensor:
        """[B, 1, E] → [B, 1, M], which sum to 1: Student's t with one degree of freedom."""
        apart = task[..., None, :] - self.prototypes
        closeness = 1.0 / (1.0 + apart.square().sum(-1))
        return closeness / closeness.sum(-1, keepdim=True)


class TaskDecoder(nn.Module):
    """A row's columns and a person's representation → mean above the population, log-variance."""

    def __init__(self, columns: Columns, encoder: Encoder) -> None:
        super().__init__()
        self.pool = TaskPool(encoder.size)
        self.layers = nn.ModuleList([nn.Linear(columns.width, HIDDEN), nn.Linear(HIDDEN, HIDDEN)])
        self.modulate = nn.ModuleList(
            zero(nn.Linear(encoder.size, 2 * HIDDEN)) for _ in self.layers
        )
        self.path = ResidualPath(encoder, columns)
        self.head = zero(nn.Linear(HIDDEN, 2 * columns.targets))

    def forward(self, x: Tensor, representation: Tensor) -> tuple[Tensor, Tensor]:
        """x [B, N, C] and representation [B, 1, E] → both [B, N, T]."""
        task = representation + self.pool(representation)
        units = x
        for layer, modulate in zip(self.layers, self.modulate, strict=True):
            scale, shift = modulate(task).chunk(2, dim=-1)
            units = torch.relu(layer(units) * (1.0 + scale) + shift)
        return split_output(self.head(units), self.path(representation))


def task_adaptive(columns: Columns) -> NeuralProcess:
    encoder = Encoder(columns)
    return NeuralProcess(columns, encoder, TaskDecoder(columns, encoder))


def fit(training: RatingSet, *, seed: int, settings: Settings = DEFAULT) -> EpisodicLearner:
    """Recipe (base.Recipe)."""
    return episodic.fit(task_adaptive, training, seed=seed, settings=settings)
