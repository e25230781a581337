"""How often was liked what was called likely to be: the curve behind the calibration error."""

from typing import Any

import numpy as np
from scipy.special import ndtr

from adaptation.learning.evaluation.intervals import Resamples
from adaptation.learning.evaluation.measures import BINS, Predicted
from adaptation.learning.evaluation.ranks import ratio

FEWEST = 20  # answers in a bin, of all seeds, for its share to say anything


def reliability(
    cases: Predicted, liked_from: float, resamples: Resamples, *, whole: bool
) -> list[dict[str, Any]]:
    """For each bin of P(liked), 0..0.1 first, that has FEWEST answers or more: the mean that was
    stated, the share that was liked with its standard error, and how many answers these are.

    `whole`: answers are whole numbers, so that `liked_from` less a half is what separates them.
    """
    chance = ndtr((cases.mean - (liked_from - 0.5 * whole)) / cases.deviation)
    place = np.minimum((chance * BINS).astype(int), BINS - 1)
    liked = (cases.answer >= liked_from).astype(float)
    found = []
    for number in range(BINS):
        here = place == number
        if here.sum() < FEWEST:
            continue
        columns = np.column_stack([here, here * liked])
        share = resamples.of_sums(
            cases.person, columns, lambda sums: ratio(sums[..., 1], sums[..., 0])
        )
        found.append(
            {
                "stated": float(chance[here].mean()),
                "observed": share.value,
                "standard_error": share.error,
                "answers": int(here.sum()),
            }
        )
    return found
