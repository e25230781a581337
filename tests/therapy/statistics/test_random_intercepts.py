"""The mixed model beside statsmodels' own, and its limits."""

import warnings

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.api import OLS, MixedLM

from therapy.statistics.random_intercepts import Fit, NotEstimable, Sums, fit

Array = NDArray[np.float64]


def made_up(
    seed: int, *, between: float, people: int = 30
) -> tuple[NDArray[np.int_], Array, Array]:
    """Group, design [N, 2] and y of people with 1..19 observations each."""
    random = np.random.default_rng(seed)
    group = np.repeat(np.arange(people), random.integers(1, 20, people))
    x = np.column_stack([np.ones(len(group)), random.normal(size=len(group))])
    level = random.normal(0, between, people)[group]
    return group, x, x @ [0.2, 0.5] + level + random.normal(0, 0.3, len(group))


def fitted(group: NDArray[np.int_], x: Array, y: Array) -> Fit:
    return fit(Sums.of(group, x, y))


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("between", [0.1, 0.3, 0.8])
def test_it_finds_what_statsmodels_finds(seed: int, between: float) -> None:
    group, x, y = made_up(seed, between=between)
    ours = fitted(group, x, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where people hardly differ it warns of the boundary
        # Its usual optimiser ends before the highest likelihood where people hardly differ.
        theirs = MixedLM(y, x, group).fit(reml=True, method=["powell"], xtol=1e-10, ftol=1e-12)
    assert ours.coefficients == pytest.approx(theirs.fe_params, abs=1e-6)
    # Theirs are of the whole curvature, the ratio's too.
    assert np.sqrt(np.diag(ours.covariance)) == pytest.approx(theirs.bse_fe, rel=2e-3)
    assert ours.within == pytest.approx(theirs.scale, rel=1e-5)
    assert ours.between == pytest.approx(float(theirs.cov_re[0, 0]), rel=1e-4, abs=1e-6)


def test_where_nobody_was_seen_twice_it_is_least_squares() -> None:
    _, x, y = made_up(1, between=0.5)
    ours, theirs = fitted(np.arange(len(y)), x, y), OLS(y, x).fit()
    assert ours.between == 0
    assert ours.coefficients == pytest.approx(theirs.params)
    assert np.sqrt(np.diag(ours.covariance)) == pytest.approx(theirs.bse)


@pytest.mark.parametrize("column", [[1.0] * 6, [0.0] * 6])
def test_columns_that_cannot_be_told_apart_are_refused(column: list[float]) -> None:
    x = np.column_stack([np.ones(6), column])
    with pytest.raises(NotEstimable, match="told apart"):
        fitted(np.arange(6) // 2, x, np.arange(6.0))


def test_too_few_observations_are_refused() -> None:
    with pytest.raises(NotEstimable, match="2 observations do not determine 1"):
        fitted(np.arange(2), np.ones((2, 1)), np.arange(2.0))
    nobody = np.empty(0, int)
    with pytest.raises(NotEstimable):
        fitted(nobody, np.empty((0, 1)), np.empty(0))
