"""Two ways of listening compared in one person: randomised blocks, how many sessions they take, and
what the person's own sessions say in the end.

Each block holds every arm equally often in random order, so that a slow drift of the person hits
both arms alike (Kravitz & Duan 2014, AHRQ 13(14)-EHC122-EF). A session's outcome is the mood after
it; the mood before and the block stand in the model beside the arm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t

Array = NDArray[np.float64]

# Of the effect, in units of what varies from session to session: as large as that variation is
# likely, three times as large hardly. A step of ours. Of level, mood before and block nothing is
# said beforehand: a prior on them in the same units, however wide, would take their being small for
# a sign that sessions vary little, and intervals would be too narrow (docs/statistics.md).
EFFECT_SCALE = 1.0
# Of the variation itself: as if it had been seen in one session, at that of ordinary listening.
PRIOR_SESSIONS, PRIOR_DEVIATION = 1.0, 0.25
DRAWS = 20_000


class NotDesigned(Exception):
    """There is no such trial, or its sessions do not compare its arms; the text says why."""


def randomised_blocks(blocks: int, each: int, seed: int) -> list[list[int]]:
    """Arms, 0 or 1, of each session in each block; `each` arm so often in a block. Raises
    NotDesigned."""
    if blocks < 1 or each < 1:
        raise NotDesigned("A trial has at least one block, and each arm once in it.")
    random = np.random.default_rng(seed)
    return [random.permutation(np.repeat([0, 1], each)).tolist() for _ in range(blocks)]


def power(effect: float, blocks: int, each: int, deviation: float) -> float:
    """How often the comparison of such a trial, every mood of it said, would have an interval that
    leaves out 0, given how much sessions vary around what mood before and block explain.

    Drawn DRAWS times, the same draws for every effect, for what the prior does to it has no closed
    form. Raises NotDesigned.
    """
    sessions, others = 2 * blocks * each, blocks + 1
    if sessions - others < 2 or deviation <= 0:
        raise NotDesigned("More sessions than blocks by three, and a deviation above 0.")
    # Of the arm itself the blocks explain nothing, and the mood before as much as chance does.
    alone = sessions / 4 * (1 - 1 / (sessions - blocks))
    random = np.random.default_rng(0)
    seen = effect + deviation * alone**-0.5 * random.standard_normal(DRAWS)
    left = deviation**2 * random.chisquare(sessions - others - 1, DRAWS)
    degrees = PRIOR_SESSIONS + sessions - others
    precision = alone + EFFECT_SCALE**-2
    squares = PRIOR_SESSIONS * PRIOR_DEVIATION**2 + left + seen**2 * alone * (1 - alone / precision)
    half = t.ppf(0.975, degrees) * np.sqrt(squares / degrees / precision)
    return float(np.mean(np.abs(seen) * alone / precision > half))


def deviation_around(before: ArrayLike, after: ArrayLike) -> float:
    """How much sessions vary around what the mood before explains: the residual standard deviation
    of the line after ~ before. Both [N], −1..1. Raises NotDesigned of fewer than three."""
    x, y = np.asarray(before, float), np.asarray(after, float)
    if len(x) < 3:
        raise NotDesigned("Of fewer than three sessions no line says how much they vary.")
    design = np.column_stack([np.ones(len(x)), x])
    line, *_ = np.linalg.lstsq(design, y, rcond=None)
    return float((np.square(y - design @ line).sum() / (len(x) - 2)) ** 0.5)


@dataclass(frozen=True)
class Comparison:
    """Of arm 1 against arm 0, on −1..1: how much higher the mood is after it."""

    effect: float
    low: float
    high: float
    higher: float
    """Probability that the effect is above 0."""
    deviation: float
    """How much sessions vary, as it is believed now."""
    sessions: tuple[int, int]
    """Of arm 0 and arm 1."""


def compare(
    arm: Sequence[int], block: Sequence[int], before: ArrayLike, after: ArrayLike
) -> Comparison:
    """Bayesian linear regression in closed form: a normal-inverse-gamma prior of the effect and of
    the variation, none of the other coefficients (Gelman et al. 2013, Bayesian Data Analysis, §14.2
    and §14.8). The interval is the middle 95 % of the posterior. All [N]. Raises NotDesigned."""
    arms, y = np.asarray(arm), np.asarray(after, float)
    ones = int((arms == 1).sum())
    sessions = (len(arms) - ones, ones)
    if 0 in sessions:
        raise NotDesigned("There are sessions of one arm alone.")
    others = _others(np.asarray(block), np.asarray(before, float))
    (arm_alone, y_alone), rank = _without(others, np.column_stack([arms.astype(float), y]))
    precision = float(arm_alone @ arm_alone) + EFFECT_SCALE**-2
    effect = float(arm_alone @ y_alone) / precision
    degrees = PRIOR_SESSIONS + len(y) - rank
    squares = PRIOR_SESSIONS * PRIOR_DEVIATION**2
    squares += max(float(y_alone @ y_alone) - precision * effect**2, 0.0)
    error = (squares / degrees / precision) ** 0.5
    half = float(t.ppf(0.975, degrees)) * error
    return Comparison(
        effect=effect,
        low=effect - half,
        high=effect + half,
        higher=float(t.cdf(effect / error, degrees)),
        deviation=(squares / degrees) ** 0.5,
        sessions=sessions,
    )


def _others(blocks: NDArray[np.int_], before: Array) -> Array:
    """Level, mood before, and how each block but the first differs."""
    columns = [np.ones(len(blocks)), before]
    return np.column_stack(
        columns + [(blocks == one).astype(float) for one in np.unique(blocks)[1:]]
    )


def _without(others: Array, columns: Array) -> tuple[Array, int]:
    """What of each column [N, C] the others do not explain, as rows [C, N], and how many of the
    others do not follow from each other."""
    fitted, _, rank, _ = np.linalg.lstsq(others, columns, rcond=None)
    return (columns - others @ fitted).T, int(rank)
