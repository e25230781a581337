"""The few-shot protocol: learners answer for people they have never met, after K of their ratings.

People are left out in folds (docs/evaluation.md). A learner is fitted on every row of the others,
and sees of someone left out the first K ratings of one series and the questions after them: not
their other rows, and not the answers.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from adaptation.learning.evaluation.folds import Fold, Task, folds_of, tasks_of
from adaptation.learning.evaluation.measures import COVERAGES, gaussian_width
from adaptation.learning.evaluation.store import Arrays, ResultStore, data_digest
from adaptation.learning.evaluation.summary import summarise
from adaptation.learning.learners import registry
from adaptation.learning.learners.base import Learner, Prediction, Recipe
from adaptation.learning.ratings import Floats, RatingSet

Progress = Callable[[int, int, str], None]
"""Called with how many folds are done, of how many, and a word on the last."""


@dataclass(frozen=True)
class FewShot:
    """How people are asked. `random_support`: what may be given is drawn, not the first."""

    shots: tuple[int, ...] = (0, 1, 3, 5, 10)  # ascending
    folds: int = 10  # 2 or more
    seeds: tuple[int, ...] = (0, 1, 2)
    random_support: bool = False

    def plan(self, data: RatingSet) -> list[Fold]:
        """The folds of every seed. Raises TooFew where the data are too small."""
        return [fold for seed in self.seeds for fold in self._folds(data, seed)]

    def _folds(self, data: RatingSet, seed: int) -> list[Fold]:
        tasks = tasks_of(data, given=max(self.shots), seed=seed, random_support=self.random_support)
        return folds_of(tasks, count=self.folds, seed=seed)


def evaluate(
    data: RatingSet,
    learners: Sequence[str],
    protocol: FewShot,
    *,
    store: ResultStore,
    progress: Progress,
    recipe_of: Callable[[str], Recipe] = registry.recipe,
) -> dict[str, Any]:
    """Fit and ask every learner in every fold of every seed; what was measured, ready for JSON.

    A fold that the store has is not run again. Raises TooFew where the data are too small for the
    protocol, ValueError where what a learner answers is no prediction.
    """
    plan = protocol.plan(data)
    work = [(name, fold) for name in learners for fold in plan]
    settings = {"protocol": "few-shot", "data": data_digest(data), **asdict(protocol)}
    del settings["seeds"]  # a fold depends on its own alone
    asked: dict[str, list[Arrays]] = {name: [] for name in learners}
    for done, (name, fold) in enumerate(work, start=1):
        asked[name].append(
            store.once(
                {**settings, "learner": name, "seed": fold.seed, "fold": fold.number},
                partial(_ask, recipe_of, name, data, fold, protocol.shots),
            )
        )
        progress(done, len(work), f"{name} seed {fold.seed}, {fold.number + 1}/{protocol.folds}")
    return {
        "protocol": "few-shot",
        "settings": asdict(protocol),
        "code": store.code,
        **summarise(data, plan, protocol.shots, asked),
    }


def _ask(
    recipe_of: Callable[[str], Recipe],
    name: str,
    data: RatingSet,
    fold: Fold,
    shots: Sequence[int],
) -> Arrays:
    """Means and variances [K, Q, T] of the answers to all queries of a fold."""
    try:
        recipe = recipe_of(name)
        learner = recipe(data.rows(~np.isin(data.user, fold.people)), seed=fold.seed)
        answers = [answers_to(learner, data, task, shots) for task in fold.tasks]
    except Exception as problem:
        problem.add_note(f"Learner {name}, seed {fold.seed}, fold {fold.number + 1}.")
        raise
    mean, variance, *widths = np.concatenate(answers, axis=2)
    return {"mean": mean, "variance": variance, "widths": np.stack(widths)}


def answers_to(learner: Learner, data: RatingSet, task: Task, shots: Sequence[int]) -> Floats:
    """Mean, variance, then the half-widths of the 50, 80 and 95 % intervals in standard deviations
    [5, K, Q, T], after each number of ratings."""
    query = data.rows(task.query)
    query = replace(query, answers=np.full_like(query.answers, np.nan))
    predictions = [
        learner.predict(learner.adapt(data.rows(task.support[:given])), query) for given in shots
    ]
    return np.stack([_checked(each, query.answers.shape) for each in predictions], axis=1)


def _checked(prediction: Prediction, shape: tuple[int, ...]) -> Floats:
    """[5, Q, T]. Raises ValueError."""
    if prediction.mean.shape != shape or prediction.variance.shape != shape:
        raise ValueError(
            f"A prediction has the shapes {prediction.mean.shape} and "
            f"{prediction.variance.shape}; the questions have {shape}."
        )
    if not np.isfinite(prediction.mean).all() or not np.isfinite(prediction.variance).all():
        raise ValueError("A prediction is not finite.")
    if not (prediction.variance > 0).all():
        raise ValueError("A variance is not positive.")
    widths = [
        np.broadcast_to(prediction.widths.get(share / 100, gaussian_width(share)), shape)
        for share in COVERAGES
    ]
    return np.stack([prediction.mean, prediction.variance, *widths])
