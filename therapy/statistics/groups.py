"""Groups of people held against the rest of them, without finding something by looking often, and
without telling what fewer than a few people said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, t

from therapy.statistics.drift import Drift
from therapy.statistics.headline import beyond_line
from therapy.statistics.pairs import Pairs
from therapy.statistics.random_intercepts import NotEstimable, Sums, fit

Array = NDArray[np.float64]
Members = NDArray[np.bool_]  # [P]

COEFFICIENTS = 2
TOGETHER = ""
"""The name of what small groups are put into."""


@dataclass(frozen=True)
class Group:
    """What the sessions of a group came to beyond the expected drift, with a 95 % interval in
    which the line is taken as known: groups are compared by the same line."""

    name: str
    people: int
    sessions: int
    difference: float
    low: float
    high: float
    p: float | None
    """That it differs from all others only by chance; None where there are no others."""
    q: float | None
    """The same among all groups that were looked at: the share of false finds among those that are
    at most so much (Benjamini & Hochberg 1995, doi 10.1111/j.2517-6161.1995.tb02031.x)."""


def members(names: Sequence[str], fewest: int) -> dict[str, Members]:
    """Who belongs to which group, of the name of each person [P].

    Groups of fewer than `fewest` people stand together, and where they are too few even so, with
    the smallest of the others: else the rest would follow from the whole. Empty where nothing is
    left to compare.
    """
    listed = np.asarray(names, object)
    groups = {name: np.asarray(listed == name, bool) for name in sorted(set(names))}
    small = [name for name, who in groups.items() if who.sum() < fewest]
    together = np.zeros(len(listed), bool)
    for name in small:
        together |= groups.pop(name)
    while 0 < together.sum() < fewest and groups:
        together |= groups.pop(min(groups, key=lambda name: int(groups[name].sum())))
    if together.sum() >= fewest:
        groups[TOGETHER] = together
    return groups


def compare(groups: Mapping[str, Members], treated: Pairs, line: Drift) -> list[Group]:
    """Each group beside all others. Groups whose sessions do not determine it are left out."""
    found = []
    for name, who in groups.items():
        try:
            found.append(_group(name, who, treated, line))
        except NotEstimable:
            continue
    tested = [one.p for one in found if one.p is not None]
    adjusted = iter(false_discovery_control(tested) if tested else ())
    return [
        one if one.p is None else Group(**{**vars(one), "q": float(next(adjusted))})
        for one in found
    ]


def _group(name: str, who: Members, treated: Pairs, line: Drift) -> Group:
    own = treated.of_those(who)
    fitted = beyond_line(own, line)
    difference = float(fitted.coefficients[0])
    half = float(t.ppf(0.975, fitted.people - 1)) * float(fitted.covariance[0, 0]) ** 0.5
    return Group(
        name=name,
        people=fitted.people,
        sessions=own.sessions,
        difference=difference,
        low=difference - half,
        high=difference + half,
        p=_beside_others(who, treated, line),
        q=None,
    )


def _beside_others(who: Members, treated: Pairs, line: Drift) -> float | None:
    """after − expected ~ 1 + group + (1 | person); the group's two-sided p. None where there are no
    others, or too few people to tell."""
    if not treated.n[~who].any() or treated.people <= COEFFICIENTS:
        return None
    beyond, inside = treated.beyond(line), treated.n * who
    total, of_group = treated.n.sum(), inside.sum()
    fitted = fit(
        Sums(
            n=treated.n,
            x=np.column_stack([treated.n, inside]),
            y=beyond,
            xx=np.array([[total, of_group], [of_group, of_group]]),
            xy=np.array([beyond.sum(), beyond[who].sum()]),
            yy=treated.beyond_squared(line),
        )
    )
    deviations = abs(float(fitted.coefficients[1])) / float(fitted.covariance[1, 1]) ** 0.5
    return float(2 * t.sf(deviations, fitted.people - COEFFICIENTS))
