"""Meta-training: learn, across people, what helps to answer for a new one.

Everything is fitted in closed form or by a few steps of EM, on training people only: the
population's answer and how people differ (hierarchy), on which relation features they differ
(factors), what a few first ratings are worth (early_ratings), and for which answers adapting has
not been shown to help (abstention).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from adaptation.learning import abstention, assembly, early_ratings, factors, hierarchy
from adaptation.learning.abstention import Evidence
from adaptation.learning.designs import Prepared, prepare
from adaptation.learning.early_ratings import Calibration
from adaptation.learning.hierarchy import Hierarchy
from adaptation.learning.ratings import Floats, RatingSet
from adaptation.learning.relation import RelationLearner, RelationSettings

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
    steps = FIRST_LOOK + len(settings.relations) * settings.iterations
    first = hierarchy.fit(
        prepared.design(), iterations=FIRST_LOOK, progress=_part(progress, 0, steps)
    )
    residuals = prepared.residuals(first)
    candidates = []
    for place, relations in enumerate(settings.relations):
        places = factors.fit(residuals, prepared.content, relations=relations, seed=seed)
        done = FIRST_LOOK + place * settings.iterations
        part = _part(progress, done, steps)
        candidates.append(_candidate(prepared, places, settings.iterations, part))
    return _trained(prepared, _simplest_of(candidates))


def _part(progress: Progress | None, done: int, steps: int) -> hierarchy.Progress | None:
    return None if progress is None else lambda step, _: progress(done + step, steps)


@dataclass(frozen=True)
class _Candidate:
    """A fit with so many relation features."""

    shape: RelationSettings
    places: factors.Factors
    fitted: Hierarchy
    calibration: Calibration
    episodes: early_ratings.Episodes | None


def _candidate(
    prepared: Prepared,
    places: factors.Factors,
    iterations: int,
    progress: hierarchy.Progress | None,
) -> _Candidate:
    ratings = prepared.ratings
    shape = RelationSettings(
        features=prepared.content.shape[1],
        relations=places.content.shape[1],
        carries=tuple(target.carries for target in ratings.targets),
        items=bool(len(prepared.items)),
    )
    relations = np.zeros((len(ratings), shape.answers, shape.relations))
    relations[prepared.answers] = places.left_out
    design = prepared.design(relations)
    fitted = hierarchy.fit(design, iterations=iterations, progress=progress)
    episodes = early_ratings.episodes_of(design, fitted, prepared.series)
    if episodes is None:
        plain = early_ratings.uncalibrated(fitted)
        return _Candidate(shape, places, fitted, plain, None)
    calibration = early_ratings.calibrate(fitted, episodes, abstention.kinds(shape))
    return _Candidate(shape, places, fitted, calibration, episodes)


def _simplest_of(candidates: list[_Candidate]) -> _Candidate:
    """The first candidate that answers the training people's queries as well as the best one, but
    for one standard error (the one-standard-error rule, Breiman et al. 1984, CART)."""
    episodes = candidates[0].episodes
    if episodes is None:
        return candidates[0]
    by_person = [_surprises_by_person(one) for one in candidates]
    best = min(by_person, key=lambda surprises: float(surprises.sum()))
    for candidate, surprises in zip(candidates, by_person, strict=True):
        worse = surprises - best
        if worse.sum() <= np.sqrt(len(worse)) * worse.std(ddof=1):
            return candidate
    raise AssertionError("the best candidate is no worse than itself")


def _surprises_by_person(candidate: _Candidate) -> Floats:
    assert candidate.episodes is not None
    surprises = early_ratings.surprises(candidate.calibration, candidate.episodes)
    _, who = np.unique(candidate.episodes.person, return_inverse=True)
    return np.asarray(np.bincount(who, surprises), np.float64)


def _trained(prepared: Prepared, chosen: _Candidate) -> Trained:
    """The chosen fit as a base, abstaining where adapting was not shown to help."""
    shape, calibration, episodes = chosen.shape, chosen.calibration, chosen.episodes
    names = [target.name for target in prepared.ratings.targets]
    if episodes is None:
        evidence = abstention.nothing_known(names)
        widths = early_ratings.gaussian_widths(len(names))
    else:
        evidence = abstention.weigh(names, shape, calibration, episodes)
        calibration = abstention.abstain(shape, calibration, evidence)
        widths = early_ratings.interval_widths(calibration, episodes)
    fit = (chosen.fitted, chosen.places)
    return Trained(
        assembly.learner_of(shape, prepared.scales, *fit, calibration, widths),
        assembly.item_columns(prepared, shape, *fit),
        evidence,
    )
