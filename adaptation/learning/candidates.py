"""Fits with different relation features, and which of them is served.

A fit shows, on the training people's own first ratings, for which answers knowing how tracks relate
helps (adaptation/learning/abstention.py). Where it does not, the relations of that answer have
still bent what all answers share: so the fit that was chosen is made once more, without them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from adaptation.learning import abstention, early_ratings, hierarchy
from adaptation.learning.abstention import Evidence
from adaptation.learning.designs import Prepared
from adaptation.learning.early_ratings import Calibration, Episodes
from adaptation.learning.expectation import Design
from adaptation.learning.factors import Factors
from adaptation.learning.hierarchy import Hierarchy
from adaptation.learning.ratings import Floats
from adaptation.learning.relation import RelationSettings


@dataclass(frozen=True)
class Fit:
    """A fitted hierarchy, and how beliefs are made and read: `calibration` serves no more of an
    answer than `evidence` says. Without `episodes` there was nothing to calibrate by."""

    shape: RelationSettings
    places: Factors
    fitted: Hierarchy
    calibration: Calibration
    evidence: tuple[Evidence, ...]
    episodes: Episodes | None


def fit(
    prepared: Prepared,
    places: Factors,
    *,
    iterations: int,
    progress: hierarchy.Progress | None = None,
    evidence: tuple[Evidence, ...] | None = None,
) -> Fit:
    """With relation features of these places. What the evidence, where it is known already, does
    not favour takes no part in the fit."""
    shape = _shape_of(prepared, places)
    design = _design_of(prepared, places, shape)
    if evidence is not None:
        silent = abstention.without_relations(shape, evidence)
        design = replace(design, rows=np.where(silent, 0.0, design.rows))
    fitted = hierarchy.fit(design, iterations=iterations, progress=progress)
    names = [target.name for target in prepared.ratings.targets]
    episodes = early_ratings.episodes_of(design, fitted, prepared.series)
    if episodes is None:
        plain = early_ratings.uncalibrated(fitted)
        return Fit(shape, places, fitted, plain, abstention.nothing_known(names), None)
    kinds = abstention.kinds(shape)
    trials = early_ratings.trials(fitted, episodes, kinds)
    evidence = evidence or abstention.weigh(names, shape, trials)
    calibration = early_ratings.calibrate(fitted, episodes, kinds)
    calibration = abstention.abstain(shape, calibration, evidence)
    served = abstention.wait(shape, calibration, evidence, trials)
    return Fit(shape, places, fitted, *served, episodes)


def as_served(
    prepared: Prepared, chosen: Fit, *, iterations: int, progress: hierarchy.Progress | None = None
) -> Fit:
    """The chosen fit, made again without the relations that are not served."""
    if not abstention.without_relations(chosen.shape, chosen.evidence).any():
        if progress is not None:
            progress(iterations, iterations)
        return chosen
    return fit(
        prepared,
        chosen.places,
        iterations=iterations,
        progress=progress,
        evidence=chosen.evidence,
    )


def simplest_of(candidates: Sequence[Fit]) -> Fit:
    """The first candidate that answers the training people's queries as well as the best one, but
    for one standard error (the one-standard-error rule, Breiman et al. 1984, CART)."""
    by_person = [surprises for one in candidates if (surprises := _by_person(one)) is not None]
    if not by_person:
        return candidates[0]
    best = min(by_person, key=lambda surprises: float(surprises.sum()))
    for candidate, surprises in zip(candidates, by_person, strict=True):
        worse = surprises - best
        if worse.sum() <= np.sqrt(len(worse)) * worse.std(ddof=1):
            return candidate
    raise AssertionError("the best candidate is no worse than itself")


def _by_person(candidate: Fit) -> Floats | None:
    """Surprises of every training person; None where there are no episodes."""
    if candidate.episodes is None:
        return None
    surprises = early_ratings.surprises(candidate.calibration, candidate.episodes)
    _, who = np.unique(candidate.episodes.person, return_inverse=True)
    return np.asarray(np.bincount(who, surprises), np.float64)


def _shape_of(prepared: Prepared, places: Factors) -> RelationSettings:
    return RelationSettings(
        features=prepared.content.shape[1],
        relations=places.content.shape[1],
        carries=tuple(target.carries for target in prepared.ratings.targets),
        items=bool(len(prepared.items)),
    )


def _design_of(prepared: Prepared, places: Factors, shape: RelationSettings) -> Design:
    relations = np.zeros((len(prepared.ratings), shape.answers, shape.relations))
    relations[prepared.answers] = places.left_out
    return prepared.design(relations)
