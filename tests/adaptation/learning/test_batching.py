"""Many patients in one pass are the patients one after the other."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from adaptation.learning import batching
from adaptation.learning.bases import Base
from adaptation.learning.rated import Ratings
from adaptation.learning.relation import RelationLearner, RelationSettings
from adaptation.learning.support import Support
from adaptation.learning.sweeping import sweep
from tests.adaptation.learning.made_up import made_up_learner, made_up_tracks

PATIENTS, RATED, TRACKS = 7, 6, 20


def some_ratings(learner: RelationLearner, *, patients: int = PATIENTS) -> Ratings:
    """Some answers are missing, some count in part, and the second half of the last patient's
    ratings is padding."""
    generator = np.random.default_rng(patients)
    answers = learner.settings.answers

    def uniform(*shape: int) -> torch.Tensor:
        return torch.from_numpy(generator.uniform(-1, 1, shape).astype(np.float32))

    weight = generator.choice([0.0, 1 / 3, 1.0], (patients, RATED, answers)).astype(np.float32)
    weight[-1, RATED // 2 :] = 0
    return Ratings(
        made_up_tracks(TRACKS, seed=3, features=learner.settings.width),
        torch.from_numpy(generator.integers(0, TRACKS, (patients, RATED))),
        uniform(patients, RATED, 2),
        uniform(patients, RATED, answers),
        torch.from_numpy(weight),
    )


def one_after_the_other(learner: RelationLearner, ratings: Ratings) -> torch.Tensor:
    with torch.inference_mode():
        return torch.stack(
            [
                learner.adapt(
                    learner.prior(),
                    ratings.tracks[ratings.rated[patient]],
                    ratings.mood[patient],
                    ratings.outcome[patient],
                    ratings.weight[patient],
                )
                for patient in range(len(ratings))
            ]
        )


def assert_same(learner: RelationLearner, ratings: Ratings) -> None:
    expected = one_after_the_other(learner, ratings)
    torch.testing.assert_close(batching.adapt(learner, ratings), expected, rtol=0, atol=1e-5)


def drawn(settings: RelationSettings, seed: int = 0) -> RelationLearner:
    """A learner of any shape."""
    generator = torch.Generator().manual_seed(seed)
    learner = RelationLearner(settings)
    factor = torch.randn(settings.coordinates, settings.coordinates, generator=generator)
    learner.covariance.copy_(0.05 * factor @ factor.T / len(factor) + 0.01 * torch.eye(len(factor)))
    learner.coupling.copy_(torch.tril(torch.randn(learner.coupling.shape, generator=generator), -1))
    return learner.eval()


@pytest.mark.parametrize("seed", range(3))
def test_one_pass_is_one_after_the_other(seed: int) -> None:
    learner = made_up_learner(seed)
    ratings = some_ratings(learner)
    moved = one_after_the_other(learner, ratings) - learner.prior()
    assert moved.abs().amax(1).min() > 0.01
    assert_same(learner, ratings)


@pytest.mark.parametrize(
    "settings",
    [
        RelationSettings(features=3, relations=2, items=True),
        RelationSettings(features=3, relations=2, carries=(None,)),
        RelationSettings(features=3, relations=1, carries=(1, None, 0, 1)),
        RelationSettings(features=3, relations=1, carries=(0, None)),
    ],
)
def test_learners_of_every_shape(settings: RelationSettings) -> None:
    learner = drawn(settings)
    assert_same(learner, some_ratings(learner))


@pytest.mark.parametrize("still", [[0], [1, 2, 3], [4, 12, 13], list(range(14))])
def test_coordinates_that_no_rating_moves_stay_at_nothing(still: list[int]) -> None:
    learner = made_up_learner()
    learner.covariance[still] = 0
    learner.covariance[:, still] = 0
    ratings = some_ratings(learner)
    assert_same(learner, ratings)
    mean = learner.belief(batching.adapt(learner, ratings)).mean
    assert not mean[:, still].any()


def test_a_prior_that_cannot_be_inverted_in_32_bits_is_adapted_rating_by_rating() -> None:
    """Two coordinates are nearly one."""
    learner = made_up_learner()
    learner.covariance[1] = learner.covariance[0]
    learner.covariance[:, 1] = learner.covariance[:, 0]
    learner.covariance[1, 1] = learner.covariance[0, 0] * (1 + 1e-6)
    assert_same(learner, some_ratings(learner))


def test_more_patients_than_fit_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    learner = made_up_learner()
    monkeypatch.setattr(batching, "PATIENTS", 3)
    assert_same(learner, some_ratings(learner))


def test_without_ratings_the_vector_is_the_prior() -> None:
    learner = made_up_learner()
    ratings = some_ratings(learner)
    parts = (ratings.rated, ratings.mood, ratings.outcome, ratings.weight)
    none = Ratings(ratings.tracks, *(part[:, :0] for part in parts))
    silent = replace(ratings, weight=torch.zeros_like(ratings.weight))
    for nothing in (none, silent):
        vectors = batching.adapt(learner, nothing)
        assert torch.equal(vectors, learner.prior().expand(PATIENTS, -1))


def supports() -> list[Support]:
    """Two patients who know tracks by name, one who does not, and one who rated nothing."""
    generator = np.random.default_rng(0)

    def drawn(*shape: int) -> NDArray[np.float32]:
        return generator.uniform(-1, 1, shape).astype(np.float32)

    tracks = drawn(3, 4)

    def support(places: list[int], keys: tuple[str, ...]) -> Support:
        rows = len(places)
        weight = np.ones((rows, 3), np.float32)
        return Support(tracks[places], drawn(rows, 2), drawn(rows, 3), weight, keys)

    return [
        support([0, 1, 2], ("a", "b", "c")),
        support([2, 0], ("c", "a")),
        support([1], ()),
        Support.of([], np.zeros((0, 4), np.float32)),
    ]


def test_support_sets_side_by_side_are_what_the_base_reads_of_each() -> None:
    settings = RelationSettings(features=4, relations=2, items=True)
    items = {key: np.arange(5.0) / 10 + place for place, key in enumerate("ac")}
    base = Base(drawn(settings), "schema", (), items)
    ratings = Ratings.by(base, supports())
    assert len(ratings.tracks) == 4  # a, b, c, and one without a name
    vectors = batching.adapt(base.learner, ratings)
    for support, vector in zip(supports(), vectors, strict=True):
        with torch.inference_mode():
            alone = base.learner.adapt(
                base.learner.prior(),
                torch.from_numpy(base.inputs(support.features.reshape(-1, 4), support.tracks)),
                *map(torch.from_numpy, (support.mood, support.outcome, support.weight)),
            )
        torch.testing.assert_close(vector, alone, rtol=0, atol=1e-5)


def test_when_nobody_rated_anything_there_are_no_tracks() -> None:
    base = Base(made_up_learner(), "schema", ())
    ratings = Ratings.by(base, supports()[-1:] * 2)
    assert ratings.tracks.shape == (0, 4)
    vectors = batching.adapt(base.learner, ratings)
    assert torch.equal(vectors, base.learner.prior().expand(2, -1))


def test_sweeping_inverts_and_solves() -> None:
    generator = torch.Generator().manual_seed(0)
    factor = torch.randn(5, 5, 9, generator=generator, dtype=torch.float64)
    matrices = torch.einsum("ikb,jkb->ijb", factor, factor)
    block, beside = matrices[:4, :4].permute(2, 0, 1), matrices[:4, 4].T
    inverse = torch.linalg.inv(block)
    solved = torch.linalg.solve(block, beside.unsqueeze(-1)).squeeze(-1)
    sweep(matrices, 4)
    torch.testing.assert_close(matrices[:4, :4].permute(2, 0, 1), -inverse)
    torch.testing.assert_close(matrices[4, :4].T, solved)
    torch.testing.assert_close(matrices[:4, 4].T, solved)
