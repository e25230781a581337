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
from scipy.stats import nct, t

Array = NDArray[np.float64]

# Of coefficients in units of what varies from session to session. An effect as large as that
# variation is likely, three times as large hardly; of level, mood before and block next to nothing
# is said beforehand. Steps of ours.
EFFECT_SCALE, OTHER_SCALE = 1.0, 30.0
# Of the variation itself: as if it had been seen in one session, at that of ordinary listening.
PRIOR_SESSIONS, PRIOR_DEVIATION = 1.0, 0.25


class NotDesigned(Exception):
    """There is no such trial, or its sessions do not compare its arms; the text says why."""


def randomised_blocks(blocks: int, each: int, seed: int) -> list[list[int]]:
    """Arms, 0 or 1, of each session in each block; `each` arm so often in a block. Raises
    NotDesigned."""
    if blocks < 1 or each < 1:
        raise NotDesigned("A trial has at least one block, and each arm once in it.")
    random = np.random.default_rng(seed)
    return [random.permutation(np.repeat([0, 1], each)).tolist() for _ in range(blocks)]


def power(effect: float, sessions_an_arm: int, deviation: float) -> float:
    """How often a two-sided t test at 5 % finds an effect, given how much sessions vary around what
    mood before and block explain. Raises NotDesigned."""
    if sessions_an_arm < 2 or deviation <= 0:
        raise NotDesigned("At least two sessions an arm, and a deviation above 0.")
    degrees = 2 * sessions_an_arm - 2
    shift = abs(effect) / deviation * (sessions_an_arm / 2) ** 0.5
    critical = t.ppf(0.975, degrees)
    return float(nct.sf(critical, degrees, shift) + nct.cdf(-critical, degrees, shift))


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
    """Bayesian linear regression with a normal-inverse-gamma prior (Gelman et al. 2013, Bayesian
    Data Analysis, §14.8), in closed form; the interval is the middle 95 % of the posterior. All
    [N]. Raises NotDesigned."""
    arms, y = np.asarray(arm), np.asarray(after, float)
    ones = int((arms == 1).sum())
    sessions = (len(arms) - ones, ones)
    if 0 in sessions:
        raise NotDesigned("There are sessions of one arm alone.")
    design = _design(arms, np.asarray(block), np.asarray(before, float))
    scales = np.full(design.shape[1], OTHER_SCALE)
    scales[0] = EFFECT_SCALE
    precision = design.T @ design + np.diag(scales**-2)
    spread = np.linalg.inv(precision)
    mean = spread @ design.T @ y
    degrees = PRIOR_SESSIONS + len(y)
    squares = PRIOR_SESSIONS * PRIOR_DEVIATION**2 + float(y @ y - mean @ precision @ mean)
    error = (squares / degrees * float(spread[0, 0])) ** 0.5
    effect, half = float(mean[0]), float(t.ppf(0.975, degrees)) * error
    return Comparison(
        effect=effect,
        low=effect - half,
        high=effect + half,
        higher=float(t.cdf(effect / error, degrees)),
        deviation=(squares / degrees) ** 0.5,
        sessions=sessions,
    )


def _design(arms: NDArray[np.int_], blocks: NDArray[np.int_], before: Array) -> Array:
    """Arm, level, mood before, and how each block but the first differs."""
    others = np.unique(blocks)[1:]
    columns = [arms.astype(float), np.ones(len(arms)), before]
    return np.column_stack(columns + [(blocks == one).astype(float) for one in others])
