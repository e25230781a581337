"""MAML (Finn et al. 2017, arXiv:1703.03400) and ANIL (Raghu et al. 2020, arXiv:1909.09157).

A network is trained such that a few steps of gradient descent on a person's ratings make it theirs:
the training differentiates through the steps. MAML takes the steps with all of the network's
weights, ANIL with those of its last layer.

The steps are functions of tensors without any branch on data: they unroll into one graph, and
people are adapted to side by side by vmap. Two things are added for a handful of ratings. Step
sizes are learned, one for each weight tensor (Antoniou et al. 2019, arXiv:1810.09502, have one for
each layer and step). And the support's squared errors are divided by the number of its ratings
plus a learned prior strength, so that one rating moves the weights less than ten, and none nothing.
"""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap

from adaptation.learning.learners import episodic
from adaptation.learning.learners.episodic import DEFAULT, EpisodicLearner, Settings
from adaptation.learning.learners.episodic_module import PRIOR, Columns, EpisodicModule, zero
from adaptation.learning.ratings import RatingSet

STEPS = 5
RATE = 0.3  # a bias's step size before training

Weights = dict[str, Tensor]


class InnerLoop(EpisodicModule):
    """Adapts those weights of `network` whose names start with `adapted`, in `steps` steps.

    The network goes from columns [N, C] to what people answer above the population, [N, T].
    """

    def __init__(
        self, columns: Columns, network: nn.Module, *, adapted: str = "", steps: int = STEPS
    ) -> None:
        super().__init__(columns)
        self.network, self.steps = network, steps
        chosen = {n: w for n, w in network.named_parameters() if n.startswith(adapted)}
        self.adapted = tuple(chosen)
        rates = torch.tensor([_first_rate(weights) for weights in chosen.values()])
        self.log_rate = nn.Parameter(rates.log())
        self.log_prior = nn.Parameter(torch.tensor(math.log(PRIOR)))

    def adapt_batch(self, x: Tensor, y: Tensor, weight: Tensor) -> Weights:
        """The weights of B people, each [B, …], after x [B, S, C] and y, weight [B, S, T]."""
        adapted: Weights = vmap(self.adapt_one)(x, self.residual(x, y, weight), weight)
        return adapted

    def predict_batch(self, state: Weights, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance [B, N, T] at x [B, N, C]; the variance is left to the learner."""
        mean = self.population(x) + vmap(self.answer)(state, x)
        return mean, torch.zeros_like(mean)

    def adapt_one(self, x: Tensor, residual: Tensor, weight: Tensor) -> Weights:
        """One person's weights after x [S, C], and residual and weight [S, T]."""
        start = dict(self.network.named_parameters())
        weights: Weights = {name: start[name] for name in self.adapted}
        rates = dict(zip(self.adapted, self.log_rate.exp(), strict=True))
        for _ in range(self.steps):
            slope = grad(self.support_loss)(weights, x, residual, weight)
            weights = {name: weights[name] - rates[name] * slope[name] for name in weights}
        return weights

    def support_loss(
        self, weights: Mapping[str, Tensor], x: Tensor, residual: Tensor, weight: Tensor
    ) -> Tensor:
        """Half the squared errors over K + prior ratings, summed over targets."""
        squared = weight * (residual - self.answer(weights, x)) ** 2
        return 0.5 * (squared.sum(0) / (weight.sum(0) + self.log_prior.exp())).sum()

    def answer(self, weights: Mapping[str, Tensor], x: Tensor) -> Tensor:
        """The network's answer [N, T] at x [N, C] with some of its weights replaced."""
        answer: Tensor = functional_call(self.network, dict(weights), (x,))
        return answer


def _first_rate(weights: Tensor) -> float:
    """A layer's weights together move an answer about as much as its bias does."""
    return RATE if weights.ndim == 1 else RATE / weights.shape[1]


class TwoLayers(nn.Module):
    """Columns [N, C] → answers above the population [N, T], 0 before training."""

    def __init__(self, columns: Columns, hidden: int = 16) -> None:
        super().__init__()
        self.body = nn.Linear(columns.width, hidden)
        self.head = zero(nn.Linear(hidden, columns.targets))

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.head(torch.tanh(self.body(x)))
        return answer


def maml(columns: Columns) -> InnerLoop:
    return InnerLoop(columns, TwoLayers(columns))


def anil(columns: Columns) -> InnerLoop:
    return InnerLoop(columns, TwoLayers(columns), adapted="head")


def fit(training: RatingSet, *, seed: int, settings: Settings = DEFAULT) -> EpisodicLearner:
    """Recipe (base.Recipe) for MAML."""
    return episodic.fit(maml, training, seed=seed, settings=settings)


def fit_anil(training: RatingSet, *, seed: int, settings: Settings = DEFAULT) -> EpisodicLearner:
    """Recipe (base.Recipe) for ANIL."""
    return episodic.fit(anil, training, seed=seed, settings=settings)
