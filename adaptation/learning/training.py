"""Meta-training: learn, across people, what helps to answer for a new one.

Everything is fitted in closed form or by a few steps of EM, on training people only: the
population's answer and how people differ (hierarchy), on which relation features they differ
(factors), what a few first ratings are worth (early_ratings), and for which answers adapting has
not been shown to help (abstention).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from adaptation.learning import assembly, candidates, early_ratings, factors, hierarchy
from adaptation.learning.abstention import Evidence
from adaptation.learning.candidates import Fit
from adaptation.learning.designs import Prepared, prepare
from adaptation.learning.ratings import Floats, RatingSet
from adaptation.learning.relation import RelationLearner

Progress = Callable[[int, int], None]
"""Called with the step and the number of steps."""

FEWEST_PEOPLE = 2
FIRST_LOOK = 4  # iterations to find the residuals that relation features are learned from


@dataclass(frozen=True)
class TrainingSettings:
    """`relations` are the numbers of relation features to choose from, the fewest first."""

    relations: tuple[int, ...] = (2, 4)
    iterations: int = hierarchy.ITERATIONS


@dataclass(frozen=True)
class Trained:
    """A base, and what its training learned of items and of itself."""

    learner: RelationLearner
    items: dict[str, Floats]  # item columns by item key, for RelationSettings.items
    evidence: tuple[Evidence, ...]  # an answer each


def meta_train(
    ratings: RatingSet,
    *,
    seed: int,
    resolution: Floats | None = None,
    settings: TrainingSettings | None = None,
    progress: Progress | None = None,
) -> Trained:
    """A relation learner trained on everybody in `ratings`; the same seed gives the same one.

    `resolution` [F] is the schema's (schema.Feature): no scale of a feature is finer. Under
    torchrun the processes share the fitting (hierarchy.fit) and end with the same learner. Raises
    ValueError when there are fewer than two people.
    """
    people = len(np.unique(ratings.user))
    if people < FEWEST_PEOPLE:
        raise ValueError(f"Meta-training needs at least {FEWEST_PEOPLE} people; there is {people}.")
    settings = settings or TrainingSettings()
    prepared = prepare(ratings, resolution)
    fits = len(settings.relations) + 1
    steps = FIRST_LOOK + fits * settings.iterations

    def part(number: int) -> hierarchy.Progress | None:
        return _part(progress, FIRST_LOOK + number * settings.iterations, steps)

    first = hierarchy.fit(
        prepared.design(), iterations=FIRST_LOOK, progress=_part(progress, 0, steps)
    )
    residuals = prepared.residuals(first)
    found = []
    for number, relations in enumerate(settings.relations):
        places = factors.fit(residuals, prepared.content, relations=relations, seed=seed)
        found.append(
            candidates.fit(prepared, places, iterations=settings.iterations, progress=part(number))
        )
    chosen = candidates.simplest_of(found)
    served = candidates.as_served(
        prepared, chosen, iterations=settings.iterations, progress=part(fits - 1)
    )
    return _trained(prepared, served)


def _part(progress: Progress | None, done: int, steps: int) -> hierarchy.Progress | None:
    return None if progress is None else lambda step, _: progress(done + step, steps)


def _trained(prepared: Prepared, served: Fit) -> Trained:
    """The fit as a base."""
    widths = (
        early_ratings.gaussian_widths(served.shape.answers)
        if served.episodes is None
        else early_ratings.interval_widths(served.calibration, served.episodes)
    )
    fit = (served.fitted, served.places)
    return Trained(
        assembly.learner_of(served.shape, prepared.scales, *fit, served.calibration, widths),
        assembly.item_columns(prepared, served.shape, *fit),
        served.evidence,
    )
