"""The one number first: how much further moods went than they would have gone by themselves.

Where a clinic has enough sessions that aim at no change (maintenance, control), they stand beside
the others in one model, after ~ before + arm + (1 | person), and the number is the arm's
coefficient. Else every session is held against the published drift, after − expected ~ 1 +
(1 | person), and the uncertainty of that line is added to the interval.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from therapy.statistics.drift import Drift
from therapy.statistics.random_intercepts import Fit, NotEstimable, Sums, fit

Array = NDArray[np.float64]

# Steps of ours: with fewer, the clinic's own line is less sure than the published one.
FEWEST_CONTROLS = 100  # sessions
FEWEST_CONTROLLED = 10  # people who had both
FEWEST_PEOPLE = 5


class TooFewPeople(Exception):
    """An interval over so few people says nothing, and might tell who they are."""


@dataclass(frozen=True)
class Sessions:
    """N sessions with a mood before and after."""

    person: Sequence[Hashable]
    before: Array  # [N]
    after: Array  # [N]
    is_control: NDArray[np.bool_]  # [N], aims at no change

    def __len__(self) -> int:
        return len(self.before)


@dataclass(frozen=True)
class Headline:
    """Observed minus expected, on the scale −1..1; above 0 is higher than expected."""

    difference: float
    low: float
    high: float
    people: int
    sessions: int
    controls: int
    model: str
    """`controls` or `drift`."""
    because: str
    """Why this model and not the other."""
    naive: float
    """Mean change from before to after of the same sessions, which is not an effect."""

    @property
    def is_shown(self) -> bool:
        """The interval leaves out 0."""
        return self.low > 0 or self.high < 0


def headline(sessions: Sessions, drift: Drift) -> Headline:
    """Of one axis. Raises TooFewPeople."""
    treated = ~sessions.is_control
    people = {person for person, is_it in zip(sessions.person, treated, strict=True) if is_it}
    if len(people) < FEWEST_PEOPLE:
        raise TooFewPeople(f"{len(people)} people; at least {FEWEST_PEOPLE}.")
    lacking = _lacking(sessions)
    if lacking is None:
        try:
            return _beside_controls(sessions)
        except NotEstimable as problem:
            lacking = str(problem)
    return _against(sessions, treated, drift, lacking)


def _lacking(sessions: Sessions) -> str | None:
    """What there is too little of for the clinic's own controls; None where there is enough."""
    controls = int(sessions.is_control.sum())
    if controls < FEWEST_CONTROLS:
        return f"{controls} maintenance or control sessions; at least {FEWEST_CONTROLS}."
    arms: dict[Hashable, set[bool]] = defaultdict(set)
    for person, is_control in zip(sessions.person, sessions.is_control, strict=True):
        arms[person].add(bool(is_control))
    both = sum(len(of_one) == 2 for of_one in arms.values())
    if both < FEWEST_CONTROLLED:
        return f"{both} people had both kinds of sessions; at least {FEWEST_CONTROLLED}."
    return None


def _beside_controls(sessions: Sessions) -> Headline:
    arm = (~sessions.is_control).astype(float)
    design = np.column_stack([np.ones(len(sessions)), sessions.before, arm])
    fitted = fit(_by_person(sessions.person, design, sessions.after))
    difference, variance = float(fitted.coefficients[2]), float(fitted.covariance[2, 2])
    return _told(sessions, fitted, difference, variance, "controls", "The clinic's own controls.")


def _against(
    sessions: Sessions, treated: NDArray[np.bool_], drift: Drift, lacking: str
) -> Headline:
    places = np.flatnonzero(treated)
    of_treated = [sessions.person[place] for place in places]
    before, after = sessions.before[places], sessions.after[places]
    design = np.ones((len(places), 1))
    fitted = fit(_by_person(of_treated, design, after - drift.expected(before)))
    variance = float(fitted.covariance[0, 0]) + drift.variance_at(float(before.mean()))
    return _told(sessions, fitted, float(fitted.coefficients[0]), variance, "drift", lacking)


def _by_person(person: Sequence[Hashable], design: Array, y: Array) -> list[Sums]:
    places: dict[Hashable, list[int]] = defaultdict(list)
    for place, one in enumerate(person):
        places[one].append(place)
    return [Sums.of(design[of_one], y[of_one]) for of_one in places.values()]


def _told(
    sessions: Sessions, fitted: Fit, difference: float, variance: float, model: str, because: str
) -> Headline:
    # People are what is sampled: an interval by their number, and not by that of sessions.
    half = float(t.ppf(0.975, fitted.people - 1)) * variance**0.5
    treated = ~sessions.is_control
    return Headline(
        difference=difference,
        low=difference - half,
        high=difference + half,
        people=fitted.people,
        sessions=int(treated.sum()),
        controls=int(sessions.is_control.sum()),
        model=model,
        because=because,
        naive=float((sessions.after - sessions.before)[treated].mean()),
    )
