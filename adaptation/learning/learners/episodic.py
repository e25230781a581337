"""How the neural few-shot learners are trained, and the learner around a trained module.

Weights learn slowly and decay: with some thirty people, networks that follow the training closely
answer worse for anyone else. How much a rating is worth is a few numbers, which learn faster.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from adaptation.learning.learners.base import Prediction
from adaptation.learning.learners.episode_rows import SHOTS, Rows, draw, split_people, tensor
from adaptation.learning.learners.episodic_module import Build, Columns, EpisodicModule
from adaptation.learning.learners.population_ridge import PopulationRidge
from adaptation.learning.ratings import Floats, RatingSet, Whole

JUDGED_EVERY, JUDGED_EPISODES = 20, 64

Progress = Callable[[int, int, float], None]
"""Called with the step, the number of steps and the loss."""


@dataclass(frozen=True)
class Settings:
    """How to train. Prior strengths and step sizes are few, and learn at a rate of their own."""

    steps: int = 200
    episodes: int = 32  # a batch
    learning_rate: float = 3e-3
    strength_rate: float = 2e-2
    weight_decay: float = 1.0
    progress: Progress | None = None


DEFAULT = Settings()


@dataclass(frozen=True)
class Adapted:
    """A person as a module knows them after `shots` ratings."""

    state: Any
    shots: int


@dataclass(frozen=True)
class EpisodicLearner:
    """A trained module as the harness wants it (base.Learner).

    `variance_scale` [len(SHOTS), T] multiplies the module's variance: how far the answers of people
    who were not trained on really were from the mean, by the number of ratings adapted to.
    """

    population: PopulationRidge
    module: EpisodicModule
    variance_scale: Floats

    def adapt(self, support: RatingSet) -> Adapted:
        y, weight = self.population.inputs.answers(support)
        with torch.no_grad():
            state = self.module.adapt_batch(self._x(support), tensor(y)[None], tensor(weight)[None])
        return Adapted(state, int(weight.any(axis=1).sum()))

    def predict(self, vector: Adapted, query: RatingSet) -> Prediction:
        with torch.no_grad():
            mean, log_variance = self.module.predict_batch(vector.state, self._x(query))
        step = int(np.searchsorted(SHOTS, vector.shots, side="right")) - 1
        variance = np.exp(_floats(log_variance[0])) * self.variance_scale[step]
        return Prediction(*self.population.inputs.back(_floats(mean[0]), variance))

    def _x(self, rows: RatingSet) -> Tensor:
        return tensor(self.population.columns(rows))[None]


def _floats(values: Tensor) -> Floats:
    return values.numpy().astype(np.float64)


def fit(build: Build, training: RatingSet, *, seed: int, settings: Settings) -> EpisodicLearner:
    """A learner around a module that `build` makes. The same seed gives the same learner.

    The loss is the negative log-likelihood of a person's other answers after 0..10 of them. One
    person in five is only watched: the weights that answer best for those are kept.
    Raises ValueError when nobody gave two ratings in one series.
    """
    generator = np.random.default_rng(seed)
    trained, watched = split_people(training, generator)
    population = PopulationRidge.fit(training)
    rows = Rows.of(population, training)
    module = _new_module(build, training, seed)
    judge = _Judge(module, rows, watched, generator)
    optimiser = torch.optim.AdamW(_groups(module, settings), lr=settings.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(settings.steps, 1))
    for step in range(1, settings.steps + 1):
        series = [trained[place] for place in generator.choice(len(trained), settings.episodes)]
        episodes = draw(series, generator.choice(SHOTS, settings.episodes), generator)
        loss = _loss(module, rows, *episodes)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(module.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        if step % JUDGED_EVERY == 0 or step == settings.steps:
            judge.look()
        if settings.progress is not None:
            settings.progress(step, settings.steps, loss.item())
    judge.restore_best()
    return EpisodicLearner(population, module.eval(), judge.variance_scale())


def _new_module(build: Build, training: RatingSet, seed: int) -> EpisodicModule:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return build(Columns(len(training.feature_names), len(training.targets)))


def _groups(module: EpisodicModule, settings: Settings) -> list[dict[str, Any]]:
    """Only matrices decay: a bias or a strength has no reason to be near 0."""
    named = dict(module.named_parameters())
    strengths = [weights for name, weights in named.items() if name.startswith("log_")]
    others = [weights for name, weights in named.items() if not name.startswith("log_")]
    return [
        {"params": strengths, "weight_decay": 0.0, "lr": settings.strength_rate},
        {"params": [w for w in others if w.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [w for w in others if w.ndim <= 1], "weight_decay": 0.0},
    ]


def _loss(module: EpisodicModule, rows: Rows, support: Whole, query: Whole) -> Tensor:
    """Mean Gaussian negative log-likelihood of the queries, less a constant, in nats."""
    squared, log_variance, weight = _answered(module, rows, support, query)
    surprise = 0.5 * (squared / log_variance.exp() + log_variance)
    return (weight * surprise).sum() / weight.sum().clamp(min=1.0)


def _answered(
    module: EpisodicModule, rows: Rows, support: Whole, query: Whole
) -> tuple[Tensor, Tensor, Tensor]:
    """Squared error, log-variance and weight [B, N, T] of the queries after the support."""
    x, y, weight = rows.at(query)
    mean, log_variance = module.predict_batch(module.adapt_batch(*rows.at(support)), x)
    return (y - mean) ** 2, log_variance, weight


class _Judge:
    """Remembers the weights that answered best for the people who are only watched."""

    def __init__(
        self,
        module: EpisodicModule,
        rows: Rows,
        watched: list[Whole],
        generator: np.random.Generator,
    ) -> None:
        self.module, self.rows = module, rows
        places = np.resize(generator.permutation(len(watched)), JUDGED_EPISODES)
        asked = [watched[place] for place in places] * len(SHOTS)
        self.episodes = draw(asked, np.repeat(SHOTS, JUDGED_EPISODES), generator)
        self.least = float("inf")
        self.look()

    @torch.no_grad()
    def look(self) -> None:
        loss = _loss(self.module, self.rows, *self.episodes).item()
        if loss < self.least:
            self.least = loss
            self.best = copy.deepcopy(self.module.state_dict())

    def restore_best(self) -> None:
        self.module.load_state_dict(self.best)

    @torch.no_grad()
    def variance_scale(self) -> Floats:
        """[len(SHOTS), T]: mean squared error over predicted variance, by number of shots."""
        squared, log_variance, weight = _answered(self.module, self.rows, *self.episodes)
        by_shots = (len(SHOTS), -1, weight.shape[-1])
        excess = (weight * squared / log_variance.exp()).reshape(by_shots).sum(1)
        count = weight.reshape(by_shots).sum(1)
        return _floats(torch.where(count > 0, excess / count.clamp(min=1.0), 1.0))
