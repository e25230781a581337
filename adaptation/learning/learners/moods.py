"""The mood before, as far as people differ in what it does to an answer."""

import numpy as np

from adaptation.learning.ratings import Floats, RatingSet, Target


def personal(rows: RatingSet, target: Target) -> Floats:
    """The axis that persists into the target [N, 1], or both [N, 2] where none does; 0 where the
    mood was not asked."""
    axes = [0, 1] if target.carries is None else [target.carries]
    return np.nan_to_num(rows.mood[:, axes])
