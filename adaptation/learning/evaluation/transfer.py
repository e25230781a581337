"""Does a base that learned on one data set help people of another?

The default learner is meta-trained on a set (or on simulated listeners) and asked about people of
every set under the few-shot protocol, on the features and answers that the sets share
(adaptation/learning/datasets/common.py; a feature that one of them lacks says nothing there),
tracks being known by their content alone. Beside it stands mean and offset, fitted on *other people
of the set that is asked about*: what can be had there without any transfer, with and without what
they said of the same tracks. Where a base is asked about the set that it learned on, the people
asked about are left out of its training, as they are of mean and offset's. Where one of the two
sets has no mood before, neither uses it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from adaptation.learning.datasets import common
from adaptation.learning.evaluation.few_shot import FewShot, Progress, answers_to
from adaptation.learning.evaluation.folds import Fold
from adaptation.learning.evaluation.store import Arrays, ResultStore, data_digest
from adaptation.learning.evaluation.summary import summarise
from adaptation.learning.learners import registry
from adaptation.learning.learners.base import Recipe
from adaptation.learning.ratings import RatingSet

OFFSET, OFFSET_BY_CONTENT = "offset", "offset, by content"
SHOTS = (0, 5, 10)
LISTENERS = 200
RecipeOf = Callable[[str], Recipe]


class NothingShared(ValueError):
    """The sets cannot be compared with each other; the text says why."""


@dataclass(frozen=True)
class Work:
    """One fit and what it is asked."""

    learner: str  # the row of the table
    parts: Mapping[str, Any]  # what its answers depend on
    ask: Callable[[], Arrays]


def evaluate(
    sets: Sequence[RatingSet],
    protocol: FewShot,
    *,
    store: ResultStore,
    progress: Progress,
    listeners: int = LISTENERS,
    recipe_of: RecipeOf = registry.recipe,
) -> dict[str, Any]:
    """Every base about every set; what was measured, ready for JSON: under `tests`, by the name of
    the set that is asked about, what evaluation/summary.py tells.

    What the store has is not run again. Raises NothingShared, and TooFew where a set is too small.
    """
    if len({data.name for data in sets}) < len(sets):
        raise NothingShared("Two of the sets have the same name: they are the same, or name one.")
    shared = set.intersection(*(common.answers_of(data) for data in sets))
    answers = [meaning for meaning in common.MEANINGS if meaning in shared]
    if not answers:
        raise NothingShared(f"{', '.join(d.name for d in sets)} have no answers in common.")
    described = set.intersection(*(common.features_of(data) for data in sets))
    features = [name for name in common.SHARED if name in described]
    if not features:
        raise NothingShared(
            f"{', '.join(d.name for d in sets)} describe items by no feature in common. Known by "
            f"name are {', '.join(common.SHARED)}; other columns are not compared."
        )
    ground = [common.on_common_ground(data, answers) for data in sets]
    plans = {data.name: protocol.plan(data) for data in ground}
    work = {
        data.name: list(_work(data, ground, plans[data.name], protocol, listeners, recipe_of))
        for data in ground
    }
    done, total = 0, sum(map(len, work.values()))
    tests: dict[str, Any] = {}
    for data in ground:
        asked: dict[str, list[Arrays]] = {}
        for one in work[data.name]:
            asked.setdefault(one.learner, []).append(store.once(one.parts, one.ask))
            done += 1
            progress(done, total, f"{one.learner}, about {data.name}")
        plan = plans[data.name]
        tests[data.name] = summarise(data, plan, protocol.shots, asked, baselines=(OFFSET,))
    return {
        "protocol": "transfer",
        "settings": {**asdict(protocol), "listeners": listeners, "features": features},
        "code": store.code,
        "tests": tests,
    }


def _work(
    data: RatingSet,
    sets: Sequence[RatingSet],
    plan: Sequence[Fold],
    protocol: FewShot,
    listeners: int,
    recipe_of: RecipeOf,
) -> Iterator[Work]:
    """All that is asked about one set."""
    settings = {"protocol": "transfer", "about": data_digest(data), **asdict(protocol)}
    del settings["seeds"]
    by_content = common.by_content_alone(data)
    for learner, recipe, seen in (
        (OFFSET, recipe_of(OFFSET), data),
        (OFFSET_BY_CONTENT, recipe_of(OFFSET), by_content),
        (data.name, recipe_of(registry.DEFAULT), by_content),
    ):
        for fold in plan:
            parts = {**settings, "learner": learner, "seed": fold.seed, "fold": fold.number}
            yield Work(learner, parts, partial(_ask_own_people, seen, protocol.shots, recipe, fold))
    for seed in protocol.seeds:
        folds = [fold for fold in plan if fold.seed == seed]
        made_up = partial(common.simulated_on, data, [t.name for t in data.targets])
        others = [other for other in sets if other.name != data.name]
        sources = [*others, made_up(listeners=listeners, seed=seed)]
        for source in sources:
            parts = {**settings, "from": data_digest(source), "seed": seed}
            ask = partial(_ask_transferred, source, data, folds, protocol.shots, recipe_of)
            yield Work(source.name, parts, ask)


def _ask_own_people(data: RatingSet, shots: Sequence[int], recipe: Recipe, fold: Fold) -> Arrays:
    """Answers for the people of a fold by a learner fitted on the others of their set."""
    others = data.rows(~np.isin(data.user, fold.people))
    learner = recipe(common.filled(others, others), seed=fold.seed)
    asked = common.filled(data, others)
    return _as_arrays([answers_to(learner, asked, task, shots) for task in fold.tasks])


def _ask_transferred(
    source: RatingSet,
    data: RatingSet,
    folds: Sequence[Fold],
    shots: Sequence[int],
    recipe_of: RecipeOf,
) -> Arrays:
    """Answers for everybody of all folds by a base that learned on another set."""
    if not (common.asks_for_moods(source) and common.asks_for_moods(data)):
        source, data = common.without_mood(source), common.without_mood(data)
    training = common.by_content_alone(common.filled(source, source))
    learner = recipe_of(registry.DEFAULT)(training, seed=folds[0].seed)
    asked = common.by_content_alone(common.filled(data, source))
    tasks = [task for fold in folds for task in fold.tasks]
    return _as_arrays([answers_to(learner, asked, task, shots) for task in tasks])


def _as_arrays(answers: Sequence[Any]) -> Arrays:
    mean, variance, *widths = np.concatenate(answers, axis=2)
    return {"mean": mean, "variance": variance, "widths": np.stack(widths)}
