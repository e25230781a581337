"""A linear mixed model with one random intercept for each person, fitted by REML.

y = X β + u + e, with u ~ N(0, τ²) for each person and e ~ N(0, σ²) for each observation (Laird &
Ware 1982, doi 10.2307/2529876). The likelihood needs no more of a person than sums (Sums), so a
clinic's hundred thousands of sessions are fitted from one row a person.
"""

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
    """What the model needs of the observations of P people, with C columns."""

    n: Array  # [P]
    x: Array  # [P, C], sums of the columns
    y: Array  # [P]
    xx: Array  # [C, C], of all people together
    xy: Array  # [C]
    yy: float

    @classmethod
    def of(cls, person: NDArray[np.int_], x: Array, y: Array) -> "Sums":
        """Of N observations: whose each is, as 0..P − 1, x [N, C] and y [N]."""
        return cls(
            n=np.bincount(person).astype(float),
            x=np.column_stack([np.bincount(person, column) for column in x.T]),
            y=np.bincount(person, y).astype(float),
            xx=x.T @ x,
            xy=x.T @ y,
            yy=float(y @ y),
        )

    def of_the_seen(self) -> "Sums":
        """Without those who were never observed."""
        seen = self.n > 0
        return Sums(self.n[seen], self.x[seen], self.y[seen], self.xx, self.xy, self.yy)


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


def fit(sums: Sums) -> Fit:
    """Raises NotEstimable: fewer observations than coefficients and two, or columns that cannot be
    told apart."""
    people = sums.of_the_seen()
    observations, columns = int(people.n.sum()), people.x.shape[1]
    if observations <= columns + 1:
        raise NotEstimable(f"{observations} observations do not determine {columns} coefficients.")
    ratio = _best_ratio(people, observations)
    solved = _solve(people, ratio)
    within = solved.residual / (observations - columns)
    return Fit(
        coefficients=solved.coefficients,
        covariance=np.asarray(within * np.linalg.inv(solved.information), np.float64),
        between=ratio * within,
        within=within,
        people=len(people.n),
        observations=observations,
    )


@dataclass(frozen=True)
class _Solved:
    """Generalised least squares at one ratio: in units of σ²."""

    coefficients: Array
    information: Array
    residual: float


def _solve(people: Sums, ratio: float) -> _Solved:
    # The inverse of I + ratio·11' takes the share ratio / (1 + n·ratio) of each person's sums away.
    share = ratio / (1 + people.n * ratio)
    information = people.xx - (people.x.T * share) @ people.x
    right = people.xy - people.x.T @ (share * people.y)
    if np.linalg.matrix_rank(information, tol=1e-9 * np.trace(information)) < len(information):
        raise NotEstimable("Some columns cannot be told apart in these observations.")
    coefficients = np.asarray(np.linalg.solve(information, right), np.float64)
    total = people.yy - float(share @ people.y**2)
    return _Solved(coefficients, information, max(total - float(right @ coefficients), 0.0))


def _best_ratio(people: Sums, observations: int) -> float:
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
