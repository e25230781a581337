"""Clinics that were made up, whose truth is known: moods drift back by themselves, and listening
adds so much."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from therapy.statistics.drift import PRIOR
from therapy.statistics.headline import Headline, headline
from therapy.statistics.pairs import Pairs

Array = NDArray[np.float64]
AXIS = PRIOR["valence"]
TARGET = 0.4
LINE = (AXIS.intercept, AXIS.slope)


@dataclass(frozen=True)
class Made:
    """A clinic whose people have their own usual mood, towards which they drift."""

    people: int = 25
    each: int = 12
    effect: float = 0.0
    controls: float = 0.0  # share of sessions
    seen_when_low: float = 0.0  # sessions begin so much below the usual mood
    between: float = 0.12
    held_near: float | None = None
    """Sessions that begin so near TARGET are controls, as on the phone; else they are drawn."""

    def headline(self, random: np.random.Generator, line: tuple[float, float] = LINE) -> Headline:
        return headline(*self.pairs(random, line), AXIS)

    def pairs(self, random: np.random.Generator, line: tuple[float, float]) -> tuple[Pairs, Pairs]:
        """Of those that lead somewhere, and of those that aim at no change."""
        person, before, after, is_control = self.sessions(random, line)
        treated, controls = (
            Pairs.of(person[chosen], before[chosen], after[chosen], self.people)
            for chosen in (~is_control, is_control)
        )
        return treated, controls

    def sessions(
        self, random: np.random.Generator, line: tuple[float, float]
    ) -> tuple[NDArray[np.int_], Array, Array, NDArray[np.bool_]]:
        """Whose it is, before, after, and whether it is a control; each [N]."""
        intercept, slope = line
        person = np.repeat(np.arange(self.people), random.poisson(self.each, self.people) + 1)
        own = random.normal(0, self.between, self.people)[person]
        usual = (intercept + own) / (1 - slope)
        before = usual - self.seen_when_low + random.normal(0, 0.3, len(person))
        is_control = random.random(len(person)) < self.controls
        if self.held_near is not None:
            is_control = np.abs(before - TARGET) < self.held_near
        drifted = intercept + own + slope * before
        after = drifted + self.effect * ~is_control + random.normal(0, AXIS.residual, len(person))
        return person, before, after, is_control


def drawn(made: Made, clinics: int) -> Iterator[tuple[Pairs, Pairs]]:
    """Each clinic's line is another one, as the published one is not known exactly."""
    random = np.random.default_rng(20)
    for intercept, slope in random.multivariate_normal(LINE, AXIS.covariance, clinics):
        yield made.pairs(random, (intercept, slope))


def many(made: Made, clinics: int) -> list[Headline]:
    return [headline(*pairs, AXIS) for pairs in drawn(made, clinics)]
