"""A linear mixed model with one random intercept for each person, fitted by REML.

y = X β + u + e, with u ~ N(0, τ²) for each person and e ~ N(0, σ²) for each observation (Laird &
Ware 1982, doi 10.2307/2529876). The likelihood needs no more of a person than sums (Sums), so a
clinic's hundred thousands of sessions are fitted from one row a person, and new sessions are
added to what was summed before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

Array = NDArray[np.float64]

# τ²/σ² is looked for between nothing and where a person's own level is all that there is.
LARGEST_RATIO = 1e4


class NotEstimable(Exception):
    """The observations do not determine the coefficients; the text says why."""


@dataclass(frozen=True)
class Sums:
    """What the model needs of one person's n observations, X [n, P] and y [n]."""

    n: int
    x: Array  # [P], sums of the columns
    y: float
    xx: Array  # [P, P]
    xy: Array  # [P]
    yy: float

    @classmethod
    def of(cls, x: Array, y: Array) -> "Sums":
        return cls(len(y), x.sum(axis=0), float(y.sum()), x.T @ x, x.T @ y, float(y @ y))

    def __add__(self, more: "Sums") -> "Sums":
        """With other observations of the same person."""
        return Sums(
            self.n + more.n,
            self.x + more.x,
            self.y + more.y,
            self.xx + more.xx,
            self.xy + more.xy,
            self.yy + more.yy,
        )


@dataclass(frozen=True)
class Fit:
    """β [P] with its covariance [P, P], and the variances."""

    coefficients: Array
    covariance: Array
    between: float
    """τ², of people's intercepts."""
    within: float
    """σ², of observations around their person's."""
    people: int
    observations: int


def fit(people: Sequence[Sums]) -> Fit:
    """Raises NotEstimable: fewer observations than coefficients and two, or columns that cannot be
    told apart."""
    observations = sum(person.n for person in people)
    columns = len(people[0].x) if people else 0
    if observations <= columns + 1:
        raise NotEstimable(f"{observations} observations do not determine {columns} coefficients.")
    stacked = _Stacked(people)
    ratio = _best_ratio(stacked, observations)
    solved = _solve(stacked, ratio)
    within = solved.residual / (observations - columns)
    return Fit(
        coefficients=solved.coefficients,
        covariance=np.asarray(within * np.linalg.inv(solved.information), np.float64),
        between=ratio * within,
        within=within,
        people=len(people),
        observations=observations,
    )


class _Stacked:
    """The sums of all people, person by person in the first axis."""

    def __init__(self, people: Sequence[Sums]) -> None:
        self.n = np.array([person.n for person in people], float)
        self.x = np.array([person.x for person in people])
        self.y = np.array([person.y for person in people])
        self.xx = np.sum([person.xx for person in people], axis=0)
        self.xy = np.sum([person.xy for person in people], axis=0)
        self.yy = sum(person.yy for person in people)


@dataclass(frozen=True)
class _Solved:
    """Generalised least squares at one ratio: in units of σ²."""

    coefficients: Array
    information: Array
    residual: float


def _solve(people: _Stacked, ratio: float) -> _Solved:
    # The inverse of I + ratio·11' takes the share ratio / (1 + n·ratio) of each person's sums away.
    share = ratio / (1 + people.n * ratio)
    information = people.xx - (people.x.T * share) @ people.x
    right = people.xy - people.x.T @ (share * people.y)
    if np.linalg.matrix_rank(information, tol=1e-9 * np.trace(information)) < len(information):
        raise NotEstimable("Some columns cannot be told apart in these observations.")
    coefficients = np.linalg.solve(information, right)
    total = people.yy - float(share @ people.y**2)
    return _Solved(coefficients, information, max(total - float(right @ coefficients), 0.0))


def _best_ratio(people: _Stacked, observations: int) -> float:
    """τ²/σ² of the highest restricted likelihood; 0 where no person differs from another."""

    def deviance(ratio: float) -> float:
        solved = _solve(people, ratio)
        degrees = observations - len(solved.coefficients)
        _, information = np.linalg.slogdet(solved.information)
        spread = np.log1p(people.n * ratio).sum()
        return float(
            degrees * np.log(max(solved.residual, np.finfo(float).tiny)) + spread + information
        )

    if np.all(people.n <= 1):
        return 0.0  # nobody was seen twice: what differs between people cannot be told from noise
    found = minimize_scalar(
        lambda logarithm: deviance(np.exp(logarithm)),
        bounds=(np.log(1e-6), np.log(LARGEST_RATIO)),
        method="bounded",
        options={"xatol": 1e-6},
    )
    ratio = float(np.exp(found.x))
    return ratio if found.fun < deviance(0.0) else 0.0
