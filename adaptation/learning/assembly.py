"""From a fit to the module that is served, in the units that it reads and answers in."""

import numpy as np
import torch

from adaptation.learning.designs import CONTENT, ITEMS, MOOD, SETTING, SQUARES, Prepared, Scales
from adaptation.learning.early_ratings import Calibration
from adaptation.learning.factors import Factors
from adaptation.learning.hierarchy import Hierarchy
from adaptation.learning.ratings import Floats, Whole
from adaptation.learning.relation import RelationLearner, RelationSettings


def learner_of(
    shape: RelationSettings,
    scales: Scales,
    fitted: Hierarchy,
    places: Factors,
    calibration: Calibration,
    widths: Floats,
) -> RelationLearner:
    """The learner that holds all this. `widths` [levels, T] of its intervals."""
    with torch.random.fork_rng(devices=[]):  # its weights are drawn only to be exchanged
        learner = RelationLearner(shape)
    unit = scales.answer_scale
    block = {
        group: fitted.population[:, at] * unit[:, None] for group, at in _blocks(shape).items()
    }
    by_coordinate = unit[_answer_of_coordinate(shape)]
    factor = np.linalg.cholesky(calibration.support_noise * unit[:, None] * unit)
    values = {
        "centre": scales.centre,
        "scale": scales.scale,
        "covariance": calibration.spread * by_coordinate[:, None] * by_coordinate,
        "coupling": np.tril(factor / np.diag(factor), -1),
        "support_noise": np.diag(factor) ** 2,
        "answer_noise": calibration.answer_noise * unit**2,
        "caution": calibration.caution,
        "patience": calibration.patience,
        "steadiness": calibration.steadiness,
        "widths": widths,
        "relation.weight": places.content.T,
        "population.weight": np.hstack([block[CONTENT], block[SQUARES]]),
        "population.bias": scales.answer_centre + block[SETTING][:, 0],
        "carry.weight": block[MOOD],
    }
    learner.load_state_dict({name: torch.tensor(value).float() for name, value in values.items()})
    return learner.eval()


def item_columns(
    prepared: Prepared, shape: RelationSettings, fitted: Hierarchy, places: Factors
) -> dict[str, Floats]:
    """What a track has behind its content, by its key: the population's own weight on it, and its
    place beside its content."""
    weights = fitted.population[:, _blocks(shape)[ITEMS]]
    columns = np.hstack([weights.T * prepared.scales.answer_scale, places.beside[prepared.items]])
    keys = prepared.ratings.item_keys
    return {keys[item]: row for item, row in zip(prepared.items, columns, strict=True)}


def _blocks(shape: RelationSettings) -> dict[int, slice]:
    """Where each group of population columns lies; the items come last."""
    sizes = {SETTING: 2, MOOD: 2, CONTENT: shape.features, SQUARES: shape.features}
    ends = np.cumsum(list(sizes.values()))
    blocks = {group: slice(end - sizes[group], end) for group, end in zip(sizes, ends, strict=True)}
    return blocks | {ITEMS: slice(int(ends[-1]), None)}


def _answer_of_coordinate(shape: RelationSettings) -> Whole:
    """Which answer's unit each coordinate is in [d]."""
    return np.array([*np.repeat(np.arange(shape.answers), 1 + shape.relations), *shape.moods])
