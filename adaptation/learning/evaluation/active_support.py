"""Is a support that was chosen better than one that came about? (docs/evaluation.md)

The few-shot protocol, with the default learner, whose belief says what an answer would tell
(adaptation/learning/active.py). Of the first POOL rows of somebody left out, K are given: the first
K, K drawn at random, or the K that tell most about the items of the training people, chosen by the
items alone. The questions, the rows after the pool, are the same for all.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, Final, Protocol

import numpy as np
import torch
from torch import Tensor

from adaptation.learning import active
from adaptation.learning.evaluation import report
from adaptation.learning.evaluation.few_shot import Progress, answers_to
from adaptation.learning.evaluation.folds import Fold, Task, TooFew, folds_of, tasks_of
from adaptation.learning.evaluation.store import Arrays, ResultStore, data_digest
from adaptation.learning.evaluation.summary import summarise
from adaptation.learning.learners import relation_kernel
from adaptation.learning.learners.relation_kernel import RelationKernel
from adaptation.learning.ratings import RatingSet, Whole

POOL: Final = 10
FIRST, RANDOM, ACTIVE = "first", "random", "active"
NEUTRAL = torch.zeros(2)  # what is chosen is the track, not the mood that it will be heard in


class Fit(Protocol):
    """How the learner is fitted."""

    def __call__(self, training: RatingSet, *, seed: int) -> RelationKernel: ...


@dataclass(frozen=True)
class ActiveSupport:
    """How people are asked. `draws`: how many random supports everybody has in each seed."""

    shots: tuple[int, ...] = (3, 5)  # ascending, at most POOL
    folds: int = 10  # 2 or more
    seeds: tuple[int, ...] = (0, 1, 2)
    draws: int = 10

    def plan(self, data: RatingSet) -> list[Fold]:
        """The folds of every seed. Raises TooFew where the data are too small."""
        if max(self.shots) > POOL:
            raise TooFew(f"{max(self.shots)} of {POOL} ratings cannot be chosen. Give fewer shots.")
        tasks = tasks_of(data, given=POOL)
        return [
            fold for seed in self.seeds for fold in folds_of(tasks, count=self.folds, seed=seed)
        ]


def evaluate(
    data: RatingSet,
    protocol: ActiveSupport,
    *,
    store: ResultStore,
    progress: Progress,
    fit: Fit = relation_kernel.fit,
) -> dict[str, Any]:
    """Fit in every fold, choose and ask; what was measured of each way to choose, ready for JSON.

    A fold that the store has is not run again. Raises TooFew where the data are too small.
    """
    plan = protocol.plan(data)
    settings = {"protocol": "active", "data": data_digest(data), **asdict(protocol)}
    del settings["seeds"]  # a fold depends on its own alone
    asked: dict[str, list[Arrays]] = {}
    for done, fold in enumerate(plan, start=1):
        answers = store.once(
            {**settings, "seed": fold.seed, "fold": fold.number},
            partial(_ask, fit, data, fold, protocol),
        )
        for way, of_draws in _by_draw(answers, protocol.draws).items():
            asked.setdefault(way, []).extend(of_draws)
        progress(done, len(plan), f"seed {fold.seed}, fold {fold.number + 1}")
    every_draw = [each for fold in plan for each in _draws_of(fold, protocol.draws)]
    return {
        "protocol": "active",
        "settings": {**asdict(protocol), "pool": POOL},
        "code": store.code,
        **summarise(data, every_draw, protocol.shots, asked, baselines=(FIRST, RANDOM)),
    }


def as_table(result: report.Told) -> str:
    """What was measured, in at most 100 columns."""
    return "\n".join([*_title(result), *report.tables(result)]) + "\n"


def supports_of(
    kernel: RelationKernel,
    data: RatingSet,
    task: Task,
    items: Tensor,
    protocol: ActiveSupport,
    *,
    seed: int,
) -> dict[str, list[Whole]]:
    """The rows that each way to choose gives, the most telling first; RANDOM has one list a draw.

    items [M, width]: what the learner reads of the items that are to be answered for. No answer of
    the person is looked at. The seed is for what is drawn.
    """
    pool, most, learner = task.support, max(protocol.shots), kernel.base.learner
    generator = np.random.default_rng([seed, int(pool[0])])
    supports = {
        FIRST: [pool[:most]],
        RANDOM: [generator.permutation(pool)[:most] for _ in range(protocol.draws)],
    }
    tracks, given = described(kernel, data, data.item[pool]), active.every_answer(learner)
    for way, counted in _aims(kernel, data).items():
        rows = active.choose(
            learner, learner.prior(), tracks, NEUTRAL, items, k=most, given=given, counted=counted
        )
        supports[way] = [pool[rows]]
    return supports


def described(kernel: RelationKernel, data: RatingSet, items: Whole) -> Tensor:
    """What the learner reads of items [N] of the set: [N, width]."""
    keys = [data.item_keys[item] for item in items]
    return torch.from_numpy(kernel.base.inputs(data.features[items], keys))


def _aims(kernel: RelationKernel, data: RatingSet) -> dict[str, Tensor]:
    """What is to be known better, by the way's name: every answer, or one that says liked."""
    learner = kernel.base.learner
    liked = [at for at, target in enumerate(data.targets) if target.liked_from is not None]
    return {
        ACTIVE: active.by_noise(learner),
        **{f"{ACTIVE}-{data.targets[at].name}": active.only(learner, at) for at in liked},
    }


def _ask(fit: Fit, data: RatingSet, fold: Fold, protocol: ActiveSupport) -> Arrays:
    """`way` [W], means and variances [W, K, Q, T] and widths [W, 3, K, Q, T] of the answers to all
    queries of a fold."""
    training = data.rows(~np.isin(data.user, fold.people))
    kernel = fit(training, seed=fold.seed)
    items = described(kernel, data, np.unique(training.item))
    ways: list[str] = []
    answers = []
    for task in fold.tasks:
        supports = supports_of(kernel, data, task, items, protocol, seed=fold.seed)
        ways = [way for way, draws in supports.items() for _ in draws]
        given = [replace(task, support=rows) for draws in supports.values() for rows in draws]
        answers.append(np.stack([answers_to(kernel, data, one, protocol.shots) for one in given]))
    mean, variance, *widths = np.moveaxis(np.concatenate(answers, axis=3), 1, 0)
    return {
        "way": np.array(ways),
        "mean": mean,
        "variance": variance,
        "widths": np.stack(widths, axis=1),
    }


def _by_draw(answers: Arrays, draws: int) -> dict[str, list[Arrays]]:
    """What is told of every draw, by way; one without chance is always the same,
    and is repeated so that all are measured alike."""
    ways: dict[str, list[Arrays]] = {}
    for draw, way in enumerate(answers["way"]):
        told = {name: answers[name][draw] for name in ("mean", "variance", "widths")}
        ways.setdefault(str(way), []).append(told)
    return {way: of_way * (draws // len(of_way)) for way, of_way in ways.items()}


def _draws_of(fold: Fold, draws: int) -> list[Fold]:
    """The fold once for each draw; to what measures answers, each is a seed of its own."""
    return [replace(fold, seed=fold.seed * draws + draw) for draw in range(draws)]


def _title(result: report.Told) -> Iterator[str]:
    data, settings = result["data"], result["settings"]
    seeds = ", ".join(map(str, settings["seeds"]))
    yield from textwrap.wrap(
        f"{data['name']} (licence: {data['licence']}), active choice of the support with "
        "relation-kernel",
        report.WIDTH,
    )
    yield from textwrap.wrap(
        f"{settings['folds']} folds over users, seeds {seeds}; K of the first {POOL} ratings are "
        f"given: the first K, K drawn ({settings['draws']} times each), or the K that tell most; "
        f"the {data['questions']:,} rows after them of {data['users_asked']:,} users are asked "
        "for. ± is a standard error, brackets hold 95 %: users drawn again "
        f"{result['resamples']:,} times.",
        report.WIDTH,
    )
