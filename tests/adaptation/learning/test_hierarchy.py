"""The hierarchical linear model: it finds a known truth, and is what brute force says it is."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from adaptation.learning import hierarchy
from adaptation.learning.expectation import Design
from adaptation.learning.hierarchy import Hierarchy
from adaptation.learning.ratings import Floats
from tests.adaptation.learning.hierarchies import (
    NOISE,
    POPULATION,
    SPREAD,
    Joint,
    brute_residual,
    drawn,
    rows_of,
    whole,
)

SMALL = drawn(people=5, rows=7, seed=3)


def assert_same(first: Hierarchy, second: Hierarchy, tolerance: float = 1e-9) -> None:
    for name in ("population", "spread", "noise", "strengths"):
        np.testing.assert_allclose(
            getattr(first, name), getattr(second, name), rtol=0, atol=tolerance, err_msg=name
        )


def test_it_recovers_what_the_answers_were_drawn_from() -> None:
    """Two answers, a fifth of them missing, two settings with errors of their own."""
    fitted = hierarchy.fit(whole(drawn(people=150, rows=12)), iterations=15)
    np.testing.assert_allclose(fitted.population[:, 1:], POPULATION[:, 1:], atol=0.06)
    np.testing.assert_allclose(fitted.population[:, 0], POPULATION[:, 0], atol=0.15)
    np.testing.assert_allclose(fitted.spread, SPREAD, atol=0.12)
    np.testing.assert_allclose(fitted.noise, NOISE, atol=0.08)


def test_who_is_not_in_the_data_is_not_invented() -> None:
    """Everybody the same: hardly any spread is found, and all of it is noise."""
    design = whole(drawn(people=60, rows=16, settings=1))
    generator = np.random.default_rng(1)
    alike = design.columns @ POPULATION.T + generator.normal(0, 0.7, design.answers.shape)
    alike = np.where(design.weight > 0, alike, 0.0)
    fitted = hierarchy.fit(replace(design, answers=alike), iterations=20)
    assert (np.diag(fitted.spread) < 0.03).all()
    np.testing.assert_allclose(np.diag(fitted.noise[0]), 0.49, atol=0.05)


def after(design: Design, iterations: int) -> tuple[Hierarchy, Joint]:
    """The fit after some iterations, and the joint posterior by brute force under its P, R and Λ,
    which is what the next iteration must come from."""
    fitted = hierarchy.fit(design, iterations=iterations)
    return fitted, Joint.of(design, fitted.spread, fitted.noise, fitted.strengths)


@pytest.mark.parametrize("iterations", [0, 1, 4])
@pytest.mark.parametrize("given", [whole, lambda design: design], ids=["whole", "fractions"])
def test_an_iteration_is_expectation_maximisation(
    iterations: int, given: Callable[[Design], Design]
) -> None:
    design = given(SMALL)
    fitted, joint = after(design, iterations)
    following = hierarchy.fit(design, iterations=iterations + 1)
    np.testing.assert_allclose(fitted.population, joint.population, atol=1e-7)
    np.testing.assert_allclose(following.spread, joint.spread(), atol=1e-7)
    np.testing.assert_allclose(following.noise, [joint.noise(0), joint.noise(1)], atol=1e-7)
    np.testing.assert_allclose(following.strengths[1], joint.strength(1), atol=3e-6)
    assert np.array_equal(following.strengths[0], fitted.strengths[0])  # always needed, never drawn


def test_the_residual_is_that_of_a_population_fitted_without_the_person() -> None:
    fitted = hierarchy.fit(SMALL, iterations=4)
    np.testing.assert_allclose(fitted.residual, brute_residual(SMALL, fitted), atol=1e-7)
    with_them = SMALL.answers - SMALL.columns @ fitted.population.T
    assert np.abs(fitted.residual - with_them).max() > 0.05  # they did make a difference


def test_a_persons_answers_do_not_move_the_population_they_are_measured_against() -> None:
    """With P, R and Λ as they start (no iteration), the population without someone is the same
    whatever they say; the population with them is not."""
    theirs = SMALL.person == 2
    other = replace(
        SMALL, answers=np.where((SMALL.weight > 0) & theirs[:, None], 3.0, SMALL.answers)
    )
    one, two = (hierarchy.fit(design, iterations=0) for design in (SMALL, other))
    np.testing.assert_allclose(
        (SMALL.answers - one.residual)[theirs], (other.answers - two.residual)[theirs], atol=1e-9
    )
    assert np.abs(one.population - two.population).max() > 0.1


def split(design: Design, shares: tuple[float, ...]) -> Design:
    """Every row several times, each a share of an observation."""
    again = rows_of(design, np.tile(np.arange(len(design.answers)), len(shares)))
    return replace(again, weight=again.weight * np.repeat(shares, len(design.answers))[:, None])


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.2, 0.3, 0.5)], ids=str)
def test_rows_that_share_an_observation_are_one(shares: tuple[float, ...]) -> None:
    once = hierarchy.fit(SMALL, iterations=5)
    parts = hierarchy.fit(split(SMALL, shares), iterations=5)
    assert_same(once, parts)
    np.testing.assert_allclose(parts.residual[: len(SMALL.answers)], once.residual, atol=1e-9)
    twice = hierarchy.fit(split(SMALL, (1.0, 1.0)), iterations=5)
    assert np.abs(twice.noise - once.noise).max() > 0.01  # that would be another observation


def test_what_stands_where_no_answer_is_does_not_count() -> None:
    nonsense = replace(SMALL, answers=np.where(SMALL.weight > 0, SMALL.answers, 1e3))
    assert_same(hierarchy.fit(SMALL, iterations=5), hierarchy.fit(nonsense, iterations=5))


def test_the_order_of_the_rows_and_of_the_people_does_not_matter() -> None:
    order = np.random.default_rng(5).permutation(len(SMALL.answers))
    mixed = rows_of(SMALL, order)
    mixed = replace(mixed, person=np.array([40, 7, 13, 2, 5])[mixed.person])
    once, again = hierarchy.fit(SMALL, iterations=5), hierarchy.fit(mixed, iterations=5)
    assert_same(once, again)
    np.testing.assert_allclose(again.residual, once.residual[order], atol=1e-9)


def alone(design: Design, answer: int) -> Design:
    """With one answer only."""
    own = slice(2 * answer, 2 * answer + 2)
    return replace(
        design,
        rows=design.rows[:, [answer]][:, :, own],
        answers=design.answers[:, [answer]],
        weight=design.weight[:, [answer]],
    )


def test_one_answer_is_enough() -> None:
    fitted = hierarchy.fit(alone(whole(drawn(people=100, rows=12, seed=1)), 0), iterations=15)
    assert fitted.population.shape == (1, 4)
    np.testing.assert_allclose(fitted.population[0, 1:], POPULATION[0, 1:], atol=0.08)
    np.testing.assert_allclose(fitted.spread, SPREAD[:2, :2], atol=0.15)
    np.testing.assert_allclose(fitted.noise[:, 0, 0], NOISE[:, 0, 0], atol=0.1)


def test_a_second_answer_that_nobody_gave_changes_nothing() -> None:
    """Nor does it get a noise of nothing: what is not known stays as it was assumed."""
    weight = SMALL.weight.copy()
    weight[:, 1] = 0.0
    silent = hierarchy.fit(replace(SMALL, weight=weight), iterations=5)
    single = hierarchy.fit(alone(SMALL, 0), iterations=5)
    np.testing.assert_allclose(silent.population[0], single.population[0], atol=1e-9)
    np.testing.assert_allclose(silent.spread[:2, :2], single.spread, atol=1e-9)
    np.testing.assert_allclose(silent.noise[:, 0, 0], single.noise[:, 0, 0], atol=1e-9)
    np.testing.assert_allclose(silent.noise[:, 1, 1], 0.6)


def finite(values: Floats) -> bool:
    return bool(np.isfinite(values).all())


@pytest.mark.parametrize("rows", [1, 2, 20])
def test_two_people_are_enough_to_have_an_answer(rows: int) -> None:
    design = drawn(people=2, rows=rows, seed=8, missing=0.0)
    fitted = hierarchy.fit(design)
    assert finite(fitted.population)
    assert finite(fitted.residual)
    for matrix in (fitted.spread, *fitted.noise, *fitted.strengths):
        np.testing.assert_allclose(matrix, matrix.T, atol=1e-12)
        assert np.linalg.eigvalsh(matrix).min() > 0


def test_with_few_people_what_goes_together_is_believed_less() -> None:
    """P's diagonal is what the data say; the rest is drawn to 0, less with more people."""
    shares = []
    for people in (4, 40):
        _, joint = after(whole(drawn(people=people, rows=12, seed=2)), 3)
        following = hierarchy.fit(joint.design, iterations=4)
        moments = np.mean(
            [
                joint.second_moment(slice(first, first + 4))
                for first in range(joint.columns, len(joint.mean), 4)
            ],
            axis=0,
        )
        np.testing.assert_allclose(np.diag(following.spread), np.diag(moments), atol=1e-7)
        shares.append(following.spread[0, 1] / moments[0, 1])
    np.testing.assert_allclose(shares, [4 / 8, 40 / 44], atol=1e-6)


def test_columns_that_say_nothing_are_drawn_to_nothing() -> None:
    """A group's strength is learned: noise columns weigh hardly anything, others keep theirs."""
    design = whole(drawn(people=30, rows=12, seed=4))
    noise = np.random.default_rng(6).normal(size=(len(design.answers), 30))
    wide = replace(
        design,
        columns=np.hstack([design.columns, noise]),
        groups=np.array([0, 1, 1, 1, *[2] * 30]),
    )
    learned, assumed = (hierarchy.fit(wide, iterations=count).population for count in (20, 0))
    assert learned[:, 4:].std() < 0.4 * assumed[:, 4:].std()
    assert learned[:, 1:4].std() > 0.9 * POPULATION[:, 1:].std()


def test_progress_is_told_of_every_iteration() -> None:
    told: list[tuple[int, int]] = []
    hierarchy.fit(SMALL, iterations=3, progress=lambda *step: told.append(step))
    assert told == [(1, 3), (2, 3), (3, 3)]
