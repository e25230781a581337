"""Trials in people who were made up, whose truth is known: moods drift back by themselves, people
change over the weeks, some moods are not said, and one arm adds so much."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from therapy.statistics.drift import PRIOR
from therapy.statistics.single_case import Comparison, compare, randomised_blocks

Array = NDArray[np.float64]
AXIS = PRIOR["arousal"]


@dataclass(frozen=True)
class MadeTrial:
    """Sessions begin `seen_when_high` above the person's usual mood, and usual and after alike move
    by `trend` from the first session to the last."""

    effect: float = 0.0
    blocks: int = 6
    each: int = 2
    trend: float = 0.0
    seen_when_high: float = 0.3
    unsaid: float = 0.1  # share of sessions without both moods

    def sessions(
        self, random: np.random.Generator
    ) -> tuple[NDArray[np.int_], NDArray[np.int_], Array, Array]:
        """Arm, block, before, after; each [N], of the sessions that count."""
        drawn = randomised_blocks(self.blocks, self.each, int(random.integers(2**31)))
        arm = np.array([one for block in drawn for one in block])
        block = np.repeat(np.arange(self.blocks), 2 * self.each)
        moved = self.trend * np.linspace(0, 1, len(arm))
        usual = AXIS.intercept / (1 - AXIS.slope) + random.normal(0, 0.12) + moved
        before = usual + self.seen_when_high + random.normal(0, 0.3, len(arm))
        drifted = usual + AXIS.slope * (before - usual)
        after = drifted + self.effect * arm + random.normal(0, AXIS.residual, len(arm))
        said = random.random(len(arm)) >= self.unsaid
        return arm[said], block[said], before[said], after[said]

    def compared(self, random: np.random.Generator) -> Comparison:
        return compare(*self.sessions(random))
