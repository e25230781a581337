"""The crossed Gaussian process against the formulas, and on answers of known make."""

import numpy as np
import pytest

from adaptation.learning.learners import crossed_gaussian_process
from adaptation.learning.learners.crossed_gaussian_process import Columns, Linear, Near, Same

TERMS = ((Same("person"),), (Linear("x"),), (Same("person"), Near("x")))


def made_up(count: int, seed: int = 0) -> tuple[dict[str, np.ndarray], np.ndarray]:
    generator = np.random.default_rng(seed)
    person = generator.integers(0, 5, count)
    x = generator.normal(size=(count, 2))
    answers = person - 2.0 + 1.5 * x[:, 0] + generator.normal(0, 0.3, count) + 3
    return {"person": person, "x": x}, answers


def part(columns: Columns, rows: object) -> Columns:
    return {name: values[rows] for name, values in columns.items()}


def test_factors_are_their_formulas() -> None:
    a = {"person": np.array([1, 2]), "x": np.array([[1.0, 2.0], [0.0, 0.0]])}
    b = {"person": np.array([2]), "x": np.array([[3.0, 1.0]])}
    assert Same("person").between(a, b).tolist() == [[0.0], [1.0]]
    assert Linear("x").between(a, b).tolist() == [[2.5], [0.0]]
    assert Near("x").between(a, b) == pytest.approx(np.exp([[-5 / 4], [-10 / 4]]))


@pytest.mark.parametrize("factor", [Same("person"), Linear("x"), Near("x")])
def test_own_is_the_diagonal(factor: crossed_gaussian_process.Factor) -> None:
    columns, _ = made_up(7)
    assert factor.own(columns) == pytest.approx(np.diag(factor.between(columns, columns)))


def test_it_predicts_new_rows_and_says_how_well() -> None:
    columns, answers = made_up(240)
    process = crossed_gaussian_process.fit(part(columns, slice(160)), answers[:160], TERMS)
    mean, variance = process.predict(part(columns, slice(160, None)))
    error = answers[160:] - mean
    assert np.square(error).mean() < 0.05 * answers.var()
    assert np.square(error / np.sqrt(variance)).mean() == pytest.approx(1, abs=0.4)


def test_left_out_answers_are_those_of_a_process_without_them() -> None:
    columns, answers = made_up(40)
    process = crossed_gaussian_process.fit(columns, answers, TERMS)
    mean, variance = process.left_out()
    covariance = np.diag(np.full(40, process.variances[-1]))
    for weight, term in zip(process.variances, TERMS, strict=False):
        covariance += weight * np.prod([each.between(columns, columns) for each in term], axis=0)
    standard = (answers - answers.mean()) / answers.std()
    for row in (0, 17, 39):
        others = np.arange(40) != row
        bearing = np.linalg.solve(covariance[np.ix_(others, others)], covariance[others, row])
        expected = bearing @ standard[others] * answers.std() + answers.mean()
        assert mean[row] == pytest.approx(expected)
        left = covariance[row, row] - bearing @ covariance[others, row]
        assert variance[row] == pytest.approx(left * answers.var())


def test_a_term_that_explains_nothing_is_given_little() -> None:
    columns, answers = made_up(200)
    columns["noise"] = np.random.default_rng(9).integers(0, 40, 200)
    process = crossed_gaussian_process.fit(
        columns, answers, ((Linear("x"),), (Same("noise"),), (Same("person"),))
    )
    of_x, of_noise, of_person, _ = process.variances
    assert of_noise < 0.1 * min(of_x, of_person)


def test_the_variances_are_of_highest_density() -> None:
    """No step along any of the logarithms gains."""
    columns, answers = made_up(60)
    parts = [np.prod([each.between(columns, columns) for each in term], axis=0) for term in TERMS]
    standard = (answers - answers.mean()) / answers.std()
    prior = np.log([*[0.05] * 3, 0.6])
    spread = np.array([*[1.5] * 3, 1.0])

    def density(log: np.ndarray) -> float:
        covariance = np.tensordot(np.exp(log[:-1]), parts, 1) + np.exp(log[-1]) * np.eye(60)
        _, log_det = np.linalg.slogdet(covariance)
        fit = standard @ np.linalg.solve(covariance, standard)
        return float(-(fit + log_det + np.square((log - prior) / spread).sum()) / 2)

    best = np.log(crossed_gaussian_process.fit(columns, answers, TERMS).variances)
    steps = 0.05 * np.concatenate([np.eye(4), -np.eye(4)])
    assert all(density(best + step) < density(best) for step in steps)
