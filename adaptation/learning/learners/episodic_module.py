"""What every neural few-shot learner's network is: it adapts to people and answers for them.

Every module answers with the population's ridge regression plus what it makes of the support's
residuals from it. So it starts as good as the ridge, and its few weights are spent on how people
differ.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

PRIOR = 5.0  # how many ratings the population's answer is worth, before training


@dataclass(frozen=True)
class Columns:
    """What a module reads of a row: content (F), other people's answers about the item (T) and the
    mood before (6) as Inputs has them, and the population's answers (T, PopulationRidge)."""

    content: int  # F
    targets: int  # T

    @property
    def width(self) -> int:
        """C."""
        return self.content + 2 * self.targets + 6


class EpisodicModule(nn.Module, ABC):
    """Adapts to B people at once and answers for them, on standardised scales.

    Padded support rows have weight 0. Nothing may depend on them, or on the order of the rows.
    Parameters whose names start with `log_` are prior strengths and step sizes.
    """

    def __init__(self, columns: Columns) -> None:
        super().__init__()
        self.targets = columns.targets

    def population(self, x: Tensor) -> Tensor:
        """[..., T]: what the population answers at x [..., C]."""
        return x[..., -self.targets :]

    def residual(self, x: Tensor, y: Tensor, weight: Tensor) -> Tensor:
        """[..., T]: answers less what the population answers, 0 where there is none."""
        return weight * (y - self.population(x))

    @abstractmethod
    def adapt_batch(self, x: Tensor, y: Tensor, weight: Tensor) -> Any:
        """From x [B, S, C] and y, weight [B, S, T]: what is known of each, leading with B."""

    @abstractmethod
    def predict_batch(self, state: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        """For x [B, N, C]: mean and log-variance of the answers, both [B, N, T]. A module that
        leaves the variance to the learner gives log-variances of 0."""


Build = Callable[[Columns], EpisodicModule]


def zero(layer: nn.Linear) -> nn.Linear:
    """The layer with nothing in it: what it ends answers 0 until it is trained."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
