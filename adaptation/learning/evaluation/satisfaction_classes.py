"""The three classes of a change of valence, and how probable each is."""

from collections.abc import Callable

import numpy as np
from scipy.special import ndtr

from adaptation.learning.datasets.situnes_splits import Part
from adaptation.learning.ratings import Floats, Whole

EDGES = (-0.125, 0.125)
CLASSES = 3  # drop, keep, lift


def classes_of(part: Part) -> Whole:
    """0 drop (a change up to −.125), 1 keep, 2 lift (above .125) [N]."""
    change = part.after[:, 0] - part.before[:, 0]
    return np.searchsorted(EDGES, change, side="left").astype(np.int64)


def chances_of_classes(
    mean: Floats, variance: Floats, before: Floats, below: Callable[[Floats], Floats] = ndtr
) -> Floats:
    """Probabilities [N, 3], from what is expected of the valence after and the valence before.
    `below` is the distribution of the error in standard deviations; without it, a Gaussian's."""
    deviation = np.sqrt(variance)
    low, high = (below((before + edge - mean) / deviation) for edge in EDGES)
    return np.column_stack([low, high - low, 1 - high])
