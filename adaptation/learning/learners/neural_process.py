"""Conditional neural process (Garnelo et al. 2018, arXiv:1807.01613) and the attentive one (Kim et
al. 2019, arXiv:1901.05761).

An encoder turns each rating into a representation, a person is the mean of theirs, and a decoder
answers from it for a new item, with a variance. The attentive process takes a mean of its own for
each new item, weighed by how well the item, as a query, meets the rated ones, as keys. Of Kim et
al. this is the deterministic path: without the latent one, adapting is a function and not a draw.

Both means count, besides the real ratings, a learned number that say nothing, so that one rating is
not taken for the person. And residuals have a linear way through beside the networks: people differ
in how high they answer before they differ in anything else.
"""

import math

import torch
from torch import Tensor, nn

from adaptation.learning.learners import episodic
from adaptation.learning.learners.episodic import DEFAULT, EpisodicLearner, Settings
from adaptation.learning.learners.episodic_module import PRIOR, Columns, EpisodicModule, zero
from adaptation.learning.ratings import RatingSet

HIDDEN = 48
LOG_VARIANCE_LIMIT = 4.0


class Encoder(nn.Module):
    """A rating's representation, E numbers: some learned, and the T residuals as they are."""

    def __init__(self, columns: Columns, learned: int = 16) -> None:
        super().__init__()
        self.size = learned + columns.targets  # E
        read = columns.width + 2 * columns.targets
        self.learned = nn.Sequential(*two_hidden(read), nn.Linear(HIDDEN, learned))

    def forward(self, x: Tensor, residual: Tensor, weight: Tensor) -> Tensor:
        """x [B, S, C], residual and weight [B, S, T] → [B, S, E], 0 for padding."""
        learned = self.learned(torch.cat([x, residual, weight], dim=-1))
        return torch.cat([learned * present(weight)[..., None], residual], dim=-1)


def two_hidden(read: int) -> list[nn.Module]:
    """Two, because what a person makes of the content is a product of both: one learns it badly."""
    return [nn.Linear(read, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU()]


def present(weight: Tensor) -> Tensor:
    """[B, S, T] → [B, S]: 1 where a rating tells anything, 0 for padding."""
    return (weight > 0).any(-1).to(weight.dtype)


class ResidualPath(nn.Linear):
    """Representation [..., E] → answers [..., T]; before training, the residuals in it."""

    def __init__(self, encoder: Encoder, columns: Columns) -> None:
        super().__init__(encoder.size, columns.targets, bias=False)
        learned = encoder.size - columns.targets
        with torch.no_grad():
            self.weight.copy_(torch.eye(encoder.size)[learned:])


class Decoder(nn.Module):
    """A row's columns and a representation → mean above the population, and log-variance."""

    def __init__(self, columns: Columns, encoder: Encoder) -> None:
        super().__init__()
        self.path = ResidualPath(encoder, columns)
        read = columns.width + encoder.size
        self.network = nn.Sequential(
            *two_hidden(read), zero(nn.Linear(HIDDEN, 2 * columns.targets))
        )

    def forward(self, x: Tensor, representation: Tensor) -> tuple[Tensor, Tensor]:
        """x [B, N, C] and representation [B, N or 1, E] → both [B, N, T]."""
        everywhere = representation.expand(-1, x.shape[1], -1)
        output = self.network(torch.cat([x, everywhere], dim=-1))
        return split_output(output, self.path(representation))


def split_output(output: Tensor, above: Tensor) -> tuple[Tensor, Tensor]:
    """A decoder's last layer [B, N, 2 T] → mean, added to `above`, and log-variance, [B, N, T]."""
    mean, log_variance = output.chunk(2, dim=-1)
    return above + mean, log_variance.clamp(-LOG_VARIANCE_LIMIT, LOG_VARIANCE_LIMIT)


class NeuralProcess(EpisodicModule):
    """A person is one representation [B, E]; the decoder is called as `Decoder` is."""

    def __init__(self, columns: Columns, encoder: Encoder, decoder: nn.Module) -> None:
        super().__init__(columns)
        self.encoder, self.decoder = encoder, decoder
        self.log_prior = nn.Parameter(torch.tensor(math.log(PRIOR)))

    def adapt_batch(self, x: Tensor, y: Tensor, weight: Tensor) -> Tensor:
        """The representations of B people after x [B, S, C] and y, weight [B, S, T]."""
        total: Tensor = self.encoder(x, self.residual(x, y, weight), weight).sum(1)
        return total / (present(weight).sum(1, keepdim=True) + self.log_prior.exp())

    def predict_batch(self, state: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance [B, N, T] at x [B, N, C]."""
        above, log_variance = self.decoder(x, state[:, None])
        return self.population(x) + above, log_variance


Known = tuple[Tensor, Tensor, Tensor]
"""Keys [B, S, D], representations [B, S, E], and which are ratings [B, S]."""


class AttentiveProcess(EpisodicModule):
    """A person is the representations of their ratings, each under a key of D dimensions."""

    def __init__(self, columns: Columns, hidden: int = 24, keys: int = 8) -> None:
        super().__init__(columns)
        self.encoder = Encoder(columns)
        self.decoder = Decoder(columns, self.encoder)
        self.key = nn.Sequential(
            nn.Linear(columns.width, hidden), nn.Tanh(), nn.Linear(hidden, keys)
        )
        self.log_prior = nn.Parameter(torch.tensor(math.log(PRIOR)))

    def adapt_batch(self, x: Tensor, y: Tensor, weight: Tensor) -> Known:
        """What the decoder attends to, of B people, from x [B, S, C] and y, weight [B, S, T]."""
        encoded = self.encoder(x, self.residual(x, y, weight), weight)
        return self.key(x), encoded, present(weight)

    def predict_batch(self, state: Known, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance [B, N, T] at x [B, N, C]."""
        keys, encoded, told = state
        meets = self.key(x) @ keys.transpose(1, 2) / math.sqrt(keys.shape[-1])  # [B, N, S]
        meets = meets.masked_fill(told[:, None] == 0, -torch.inf)
        nothing = self.log_prior.expand(*meets.shape[:2], 1)
        attention = torch.cat([meets, nothing], dim=-1).softmax(-1)[..., :-1]
        above, log_variance = self.decoder(x, attention @ encoded)
        return self.population(x) + above, log_variance


def conditional(columns: Columns) -> NeuralProcess:
    encoder = Encoder(columns)
    return NeuralProcess(columns, encoder, Decoder(columns, encoder))


def fit(training: RatingSet, *, seed: int, settings: Settings = DEFAULT) -> EpisodicLearner:
    """Recipe (base.Recipe) for the conditional neural process."""
    return episodic.fit(conditional, training, seed=seed, settings=settings)


def fit_attentive(
    training: RatingSet, *, seed: int, settings: Settings = DEFAULT
) -> EpisodicLearner:
    """Recipe (base.Recipe) for the attentive neural process."""
    return episodic.fit(AttentiveProcess, training, seed=seed, settings=settings)
