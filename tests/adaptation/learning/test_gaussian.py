"""A patient's belief, and what one observation does to it."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from adaptation.learning import gaussian

COORDINATES = 6
steady = settings(deadline=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1)


class World:
    """A random prior and random observations of it, in float64."""

    def __init__(self, seed: int, observations: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)
        self.mean = self.draw(COORDINATES)
        factor = self.draw(COORDINATES, COORDINATES)
        product = factor @ factor.T + 0.1 * torch.eye(COORDINATES, dtype=torch.float64)
        self.covariance = torch.tril(product) + torch.tril(product, -1).T  # to the last digit
        self.rows = self.draw(observations, COORDINATES)
        self.values = self.draw(observations)
        self.noise = self.draw(observations) ** 2 + 0.05
        self.weights = torch.rand(observations, generator=self.generator, dtype=torch.float64)

    def draw(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self.generator, dtype=torch.float64)

    def observed(self, order: list[int] | None = None) -> tuple[Tensor, Tensor]:
        """The belief after the observations, one after the other."""
        mean, covariance = self.mean, self.covariance
        for n in range(len(self.rows)) if order is None else order:
            mean, covariance = gaussian.observe(
                mean, covariance, self.rows[n], self.values[n], self.noise[n], self.weights[n]
            )
        return mean, covariance

    def solved(self) -> tuple[Tensor, Tensor]:
        """The same belief by Bayesian linear regression: precisions add up."""
        precision = torch.linalg.inv(self.covariance)
        per_row = (self.weights / self.noise).unsqueeze(-1)
        total = precision + self.rows.T @ (per_row * self.rows)
        evidence = precision @ self.mean + self.rows.T @ (per_row.squeeze(-1) * self.values)
        return torch.linalg.solve(total, evidence), torch.linalg.inv(total)


def assert_same(first: tuple[Tensor, Tensor], second: tuple[Tensor, Tensor]) -> None:
    for ours, theirs in zip(first, second, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-7, atol=1e-8)


@steady
@given(seed=seeds)
def test_what_is_packed_comes_back(seed: int) -> None:
    world = World(seed, 0)
    vector = gaussian.pack(world.mean, world.covariance)
    assert vector.shape == (gaussian.vector_size(COORDINATES),)
    mean, covariance = gaussian.unpack(vector, COORDINATES)
    assert torch.equal(mean, world.mean)
    assert torch.equal(covariance, world.covariance)


def test_many_beliefs_are_packed_side_by_side() -> None:
    worlds = [World(seed, 0) for seed in range(6)]
    means = torch.stack([world.mean for world in worlds]).reshape(2, 3, -1)
    covariances = torch.stack([world.covariance for world in worlds]).reshape(2, 3, 6, 6)
    vectors = gaussian.pack(means, covariances)
    assert vectors.shape == (2, 3, gaussian.vector_size(COORDINATES))
    assert torch.equal(vectors[1, 0], gaussian.pack(worlds[3].mean, worlds[3].covariance))
    assert torch.equal(gaussian.unpack(vectors, COORDINATES)[1], covariances)


def test_a_vector_of_seventeen_coordinates_has_170_numbers() -> None:
    assert gaussian.vector_size(17) == 17 + 17 * 18 // 2 == 170


@steady
@given(seed=seeds, observations=st.integers(1, 12))
def test_observing_one_by_one_is_the_closed_form_posterior(seed: int, observations: int) -> None:
    world = World(seed, observations)
    assert_same(world.observed(), world.solved())


@steady
@given(seed=seeds, order=st.permutations(range(7)))
def test_the_order_of_observations_does_not_matter(seed: int, order: list[int]) -> None:
    world = World(seed, 7)
    assert_same(world.observed(order), world.observed())


def test_weight_zero_leaves_the_belief_as_it_was() -> None:
    world = World(1, 3)
    world.weights[:] = 0.0
    mean, covariance = world.observed()
    assert torch.equal(mean, world.mean)
    assert torch.equal(covariance, world.covariance)


@pytest.mark.parametrize("parts", [2, 3, 10])
def test_n_observations_of_weight_one_nth_are_one_observation(parts: int) -> None:
    world = World(parts, 1)
    world.weights[:] = 1.0
    whole = world.observed()
    world.weights[:] = 1.0 / parts
    assert_same(world.observed([0] * parts), whole)
    once_only = world.observed([0])
    assert not torch.allclose(once_only[0], whole[0], rtol=1e-3)


def test_a_smaller_weight_moves_the_belief_less() -> None:
    world = World(4, 1)
    moved = []
    for weight in (0.1, 0.5, 1.0):
        world.weights[:] = weight
        moved.append(float((world.observed()[0] - world.mean).norm()))
    assert moved[0] < moved[1] < moved[2]


def test_the_covariance_stays_symmetric_and_positive_after_500_float32_updates() -> None:
    generator = np.random.default_rng(3)
    mean, covariance = torch.zeros(17), 0.05 * torch.eye(17)
    for _ in range(500):
        row = torch.from_numpy(generator.normal(size=17).astype(np.float32))
        mean, covariance = gaussian.observe(
            mean, covariance, row, torch.tensor(0.3), torch.tensor(0.06), torch.tensor(1.0)
        )
        covariance = gaussian.unpack(gaussian.pack(mean, covariance), 17)[1]  # as a phone keeps it
        assert torch.equal(covariance, covariance.T)
    assert covariance.dtype == torch.float32
    eigenvalues = torch.linalg.eigvalsh(covariance.double())
    assert eigenvalues.min() > 0
    # 500 observations leave each direction about noise / (500 × its share of a row).
    assert eigenvalues.min() > 0.06 / 500 * 0.3
    assert eigenvalues.max() < 0.06 / 500 * 3
