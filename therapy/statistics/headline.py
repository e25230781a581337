"""The one number first: how much further moods went than they would have gone by themselves.

Where a clinic has enough sessions that aim at no change (maintenance, control), they stand beside
the others in one model, after ~ before + arm + (1 | person), and the number is the arm's
coefficient. Else every session is held against the published drift, after − expected ~ 1 +
(1 | person), and the uncertainty of that line is added to the interval.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from therapy.statistics.drift import Drift
from therapy.statistics.pairs import Pairs
from therapy.statistics.random_intercepts import Fit, NotEstimable, Sums, fit

# Steps of ours: with fewer, the clinic's own line is less sure than the published one.
FEWEST_CONTROLS = 100  # sessions
FEWEST_CONTROLLED = 10  # people who had both
FEWEST_PEOPLE = 5


class TooFewPeople(Exception):
    """An interval over so few people says nothing, and might tell who they are."""


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
    line: Drift
    """What is expected without an effect, by that model."""
    naive: float
    """Mean change from before to after of the same sessions, which is not an effect."""

    @property
    def is_shown(self) -> bool:
        """The interval leaves out 0."""
        return self.low > 0 or self.high < 0


def headline(treated: Pairs, controls: Pairs, drift: Drift) -> Headline:
    """Of one axis, from the sessions that lead somewhere and those that aim at no change, both of
    the same people in the same order. Raises TooFewPeople."""
    if treated.people < FEWEST_PEOPLE:
        raise TooFewPeople(f"{treated.people} people; at least {FEWEST_PEOPLE}.")
    lacking = _lacking(treated, controls)
    if lacking is None:
        try:
            return _beside_controls(treated, controls)
        except NotEstimable as problem:
            lacking = str(problem)
    return _against(treated, controls, drift, lacking)


def _lacking(treated: Pairs, controls: Pairs) -> str | None:
    """What there is too little of for the clinic's own controls; None where there is enough."""
    if controls.sessions < FEWEST_CONTROLS:
        return f"{controls.sessions} maintenance or control sessions; at least {FEWEST_CONTROLS}."
    both = int(((treated.n > 0) & (controls.n > 0)).sum())
    if both < FEWEST_CONTROLLED:
        return f"{both} people had both kinds of sessions; at least {FEWEST_CONTROLLED}."
    return None


def _beside_controls(treated: Pairs, controls: Pairs) -> Headline:
    n, before = treated.n + controls.n, treated.before + controls.before
    arms, in_arm = treated.n.sum(), treated.before.sum()
    before_squared = (treated.before_squared + controls.before_squared).sum()
    sums = Sums(
        n=n,
        x=np.column_stack([n, before, treated.n]),
        y=treated.after + controls.after,
        xx=np.array(
            [
                [n.sum(), before.sum(), arms],
                [before.sum(), before_squared, in_arm],
                [arms, in_arm, arms],
            ]
        ),
        xy=np.array(
            [
                (treated.after + controls.after).sum(),
                (treated.product + controls.product).sum(),
                treated.after.sum(),
            ]
        ),
        yy=float((treated.after_squared + controls.after_squared).sum()),
    )
    fitted = fit(sums)
    line = Drift(
        intercept=float(fitted.coefficients[0]),
        slope=float(fitted.coefficients[1]),
        covariance=fitted.covariance[:2, :2],
        residual=fitted.within**0.5,
        source=f"{controls.sessions} maintenance and control sessions of this cohort",
    )
    told = _Told(
        difference=float(fitted.coefficients[2]),
        variance=float(fitted.covariance[2, 2]),
        model="controls",
        because="The clinic's own controls.",
        line=line,
    )
    return _headline(treated, controls, fitted, told)


def _against(treated: Pairs, controls: Pairs, drift: Drift, lacking: str) -> Headline:
    fitted = beyond_line(treated, drift)
    mean_before = float(treated.before.sum() / treated.n.sum())
    told = _Told(
        difference=float(fitted.coefficients[0]),
        variance=float(fitted.covariance[0, 0]) + drift.variance_at(mean_before),
        model="drift",
        because=lacking,
        line=drift,
    )
    return _headline(treated, controls, fitted, told)


def beyond_line(treated: Pairs, drift: Drift) -> Fit:
    """after − expected ~ 1 + (1 | person), as if the line were known: for what is compared by the
    same line. Raises NotEstimable."""
    beyond = treated.beyond(drift)
    sums = Sums(
        n=treated.n,
        x=treated.n[:, np.newaxis],
        y=beyond,
        xx=np.array([[treated.n.sum()]]),
        xy=np.array([beyond.sum()]),
        yy=treated.beyond_squared(drift),
    )
    return fit(sums)


@dataclass(frozen=True)
class _Told:
    difference: float
    variance: float
    model: str
    because: str
    line: Drift


def _headline(treated: Pairs, controls: Pairs, fitted: Fit, told: _Told) -> Headline:
    # People are what is sampled: an interval by their number, and not by that of sessions.
    half = float(t.ppf(0.975, fitted.people - 1)) * told.variance**0.5
    return Headline(
        difference=told.difference,
        low=told.difference - half,
        high=told.difference + half,
        people=fitted.people,
        sessions=treated.sessions,
        controls=controls.sessions,
        model=told.model,
        because=told.because,
        line=told.line,
        naive=float((treated.after - treated.before).sum() / treated.n.sum()),
    )
