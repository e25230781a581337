"""Meta-training: learn, across listeners, what helps to answer for a new one."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from adaptation.learning import episodes
from adaptation.learning.outcomes import OUTCOMES
from adaptation.learning.relation import RelationLearner, RelationSettings
from adaptation.learning.support import Support

Progress = Callable[[int, int, float], None]
"""Called with the step, the number of steps and the loss."""


WATCHED = 8  # one listener in eight is not trained on but watched, to stop before over-fitting
JUDGED_EVERY, JUDGED_EPISODES = 20, 64


@dataclass(frozen=True)
class TrainingSettings:
    steps: int = 600
    episodes: int = 32  # a batch
    learning_rate: float = 5e-3
    weight_decay: float = 0.3  # of the two networks
    spread_decay: float = 1.0  # of how much people are taken to differ


def meta_train(
    listeners: Sequence[Support],
    *,
    seed: int,
    resolution: Sequence[float] | None = None,
    settings: TrainingSettings | None = None,
    progress: Progress | None = None,
) -> RelationLearner:
    """A relation learner trained on the listeners' histories; the same seed gives the same one.

    The loss is the negative log-likelihood of a listener's next ratings under the prediction made
    after their first K (0..10), averaged over outcomes that were observed, in nats. `resolution`
    [F] is the schema's (schema.Feature); without it every spread counts.
    Raises ValueError when no listener has at least two ratings.
    """
    usable = [history for history in listeners if len(history) >= 2]
    if not usable:
        raise ValueError("Meta-training needs at least one listener with two ratings or more.")
    settings = settings or TrainingSettings()
    generator = np.random.default_rng(seed)
    training, watched = _split(usable)
    learner = _new_learner(training, seed, resolution)
    judge = _Judge(learner, watched, generator)
    optimiser = torch.optim.AdamW(_groups(learner, settings), lr=settings.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, settings.steps)
    for step in range(1, settings.steps + 1):
        batch = episodes.draw(training, episodes=settings.episodes, generator=generator)
        loss = episode_loss(learner, batch)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learner.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        if step % JUDGED_EVERY == 0 or step == settings.steps:
            judge.look()
        if progress is not None:
            progress(step, settings.steps, loss.item())
    judge.restore_best()
    return learner.eval()


def _split(listeners: Sequence[Support]) -> tuple[list[Support], list[Support]]:
    """Those to train on, and one in eight to watch for over-fitting; a few are all for both."""
    training = [history for place, history in enumerate(listeners) if place % WATCHED]
    watched = [history for place, history in enumerate(listeners) if place % WATCHED == 0]
    return (training, watched) if len(listeners) >= WATCHED else (list(listeners), list(listeners))


class _Judge:
    """Remembers the weights that answered best for the listeners that are only watched."""

    def __init__(
        self, learner: RelationLearner, watched: Sequence[Support], generator: np.random.Generator
    ) -> None:
        self.learner = learner
        self.batches = [
            episodes.draw(watched, episodes=JUDGED_EPISODES, generator=generator, shots=shots)
            for shots in episodes.SHOTS
        ]
        self.least = float("inf")
        self.look()

    def look(self) -> None:
        with torch.no_grad():
            loss = sum(episode_loss(self.learner, batch).item() for batch in self.batches)
        if loss < self.least:
            self.least = loss
            self.best = copy.deepcopy(self.learner.state_dict())

    def restore_best(self) -> None:
        self.learner.load_state_dict(self.best)


def _new_learner(
    listeners: Sequence[Support], seed: int, resolution: Sequence[float] | None
) -> RelationLearner:
    """A learner that starts from what needs no network: how moods carry over by themselves."""
    features = torch.from_numpy(np.concatenate([history.features for history in listeners]))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        learner = RelationLearner(RelationSettings(features=features.shape[1]))
    learner.standardise_by(features, torch.tensor(resolution or [0.0] * features.shape[1]))
    with torch.no_grad():
        answer = cast(nn.Linear, learner.population[-1])
        answer.weight.zero_()
        for outcome in range(len(OUTCOMES)):
            intercept, carry, variance = _ordinary_drift(listeners, outcome)
            answer.bias[outcome] = intercept
            learner.carry.weight[outcome] = torch.from_numpy(carry)
            learner.log_noise[outcome] = float(np.log(variance))
    return learner


def _ordinary_drift(
    listeners: Sequence[Support], outcome: int
) -> tuple[float, NDArray[np.float64], float]:
    """Regression of an outcome on the mood before: intercept, slopes [2], residual variance."""
    mood = np.concatenate([history.mood for history in listeners]).astype(np.float64)
    said = np.concatenate([history.outcome[:, outcome] for history in listeners])
    observed = np.concatenate([history.weight[:, outcome] for history in listeners]) > 0
    columns = np.column_stack([np.ones(len(mood)), mood])[observed]
    if not len(columns):
        return 0.0, np.zeros(2), 1.0
    solution = np.linalg.lstsq(columns, said[observed].astype(np.float64), rcond=None)[0]
    variance = float(np.square(said[observed] - columns @ solution).mean())
    return float(solution[0]), solution[1:].astype(np.float64), max(variance, 1e-3)


def _groups(learner: RelationLearner, settings: TrainingSettings) -> list[dict[str, Any]]:
    networks = [*learner.relation.parameters(), *learner.population.parameters()]
    others = [learner.carry.weight, learner.log_noise]
    return [
        {"params": networks, "weight_decay": settings.weight_decay},
        {"params": [learner.spread], "weight_decay": settings.spread_decay},
        {"params": others, "weight_decay": 0.0},
    ]


def episode_loss(learner: RelationLearner, batch: episodes.Episodes) -> Tensor:
    """Mean negative log-likelihood (nats) of the queries' observed outcomes."""
    support, query = batch.support, batch.query
    prior = learner.prior().expand(len(support.features), -1)
    vector = learner.adapt(prior, support.features, support.mood, support.outcome, support.weight)
    mean, variance = learner.predict(vector, query.features, query.mood)
    surprise = 0.5 * ((query.outcome - mean) ** 2 / variance + torch.log(2 * torch.pi * variance))
    return (query.weight * surprise).sum() / query.weight.sum()
