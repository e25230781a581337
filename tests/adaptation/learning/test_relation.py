"""The relation learner: what it answers before, while and after it gets to know a listener."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from adaptation.learning import gaussian
from adaptation.learning.outcomes import AROUSAL, LIKING, VALENCE, liking_to_unit
from adaptation.learning.relation import RelationLearner, RelationSettings
from adaptation.learning.simulation import any_mood, imagine_listener, rate, standardised_by
from tests.trained import SCHEMA, some_listeners, some_tracks

LISTENERS, RATED, ASKED = 48, 10, 24
steady = settings(deadline=None, derandomize=True, max_examples=25)
seeds = st.integers(0, 2**32 - 1)


@dataclass(frozen=True)
class Rated:
    """A random support set and random questions. Outcomes need not be likely."""

    features: Tensor
    mood: Tensor
    outcome: Tensor
    weight: Tensor

    @classmethod
    def of(cls, count: int, seed: int) -> "Rated":
        generator = np.random.default_rng(seed)

        def uniform(*shape: int) -> Tensor:
            return torch.from_numpy(generator.uniform(-1, 1, shape).astype(np.float32))

        weight = generator.choice([0.0, 1 / 3, 0.5, 1.0], (count, 3)).astype(np.float32)
        tracks = torch.from_numpy(some_tracks(count, seed=seed))
        return cls(tracks, uniform(count, 2), uniform(count, 3), torch.from_numpy(weight))

    def taken(self, order: list[int]) -> "Rated":
        return Rated(
            self.features[order], self.mood[order], self.outcome[order], self.weight[order]
        )

    def adapted(self, learner: RelationLearner) -> Tensor:
        with torch.inference_mode():
            return learner.adapt(
                learner.prior(), self.features, self.mood, self.outcome, self.weight
            )


def answers(learner: RelationLearner, vector: Tensor, asked: Rated) -> tuple[Tensor, Tensor]:
    with torch.inference_mode():
        return learner.predict(vector, asked.features, asked.mood)


def test_with_nothing_rated_the_answer_is_the_populations(learner: RelationLearner) -> None:
    asked = Rated.of(20, seed=1)
    vector = Rated.of(0, seed=0).adapted(learner)
    with torch.inference_mode():
        assert torch.equal(vector, learner.prior())
        expected = learner.expected(asked.features, asked.mood)
    mean, variance = answers(learner, vector, asked)
    torch.testing.assert_close(mean, expected)
    assert (variance > learner.noise()).all()


def test_ratings_of_weight_zero_are_as_nothing_rated(learner: RelationLearner) -> None:
    rated = Rated.of(5, seed=2)
    silent = Rated(rated.features, rated.mood, rated.outcome, torch.zeros_like(rated.weight))
    with torch.inference_mode():
        torch.testing.assert_close(silent.adapted(learner), learner.prior(), rtol=0, atol=0)


@steady
@given(seed=seeds, count=st.integers(1, 15))
def test_a_whole_support_set_is_the_same_as_its_tracks_one_by_one(
    learner: RelationLearner, seed: int, count: int
) -> None:
    rated = Rated.of(count, seed)
    with torch.inference_mode():
        vector = learner.prior()
        for n in range(count):
            one = rated.taken([n])
            vector = learner.adapt_one(
                vector, one.features[0], one.mood[0], one.outcome[0], one.weight[0]
            )
    torch.testing.assert_close(rated.adapted(learner), vector, rtol=0, atol=1e-6)


@steady
@given(seed=seeds, order=st.permutations(range(8)))
def test_the_order_of_the_rated_tracks_does_not_matter(
    learner: RelationLearner, seed: int, order: list[int]
) -> None:
    rated = Rated.of(8, seed)
    torch.testing.assert_close(
        rated.adapted(learner), rated.taken(order).adapted(learner), rtol=0, atol=2e-5
    )


@steady
@given(seed=seeds)
def test_what_is_not_known_never_grows(learner: RelationLearner, seed: int) -> None:
    rated, asked = Rated.of(12, seed), Rated.of(10, seed + 1)
    before = answers(learner, learner.prior(), asked)[1]
    for count in range(1, 13):
        after = answers(learner, rated.taken(list(range(count))).adapted(learner), asked)[1]
        assert (after <= before + 1e-6).all()
        assert (after > learner.noise() - 1e-6).all()
        before = after


def test_a_liked_track_is_expected_to_be_liked_more_and_a_disliked_one_less(
    learner: RelationLearner,
) -> None:
    asked = Rated.of(1, seed=5)
    prior = answers(learner, learner.prior(), asked)[0][0, LIKING]
    liked, disliked = (
        Rated(asked.features, asked.mood, torch.tensor([[said, 0, 0]]), torch.tensor([[1.0, 0, 0]]))
        for said in (1.0, -1.0)
    )
    up = answers(learner, liked.adapted(learner), asked)[0][0, LIKING]
    down = answers(learner, disliked.adapted(learner), asked)[0][0, LIKING]
    assert down < prior - 0.05 < prior + 0.05 < up


def test_the_mood_before_goes_into_the_mood_after(learner: RelationLearner) -> None:
    """Ordinary drift keeps about half of a mood; the base learned that from its listeners."""
    features = torch.from_numpy(some_tracks(1, seed=1)).expand(2, -1)
    for axis, outcome in enumerate((VALENCE, AROUSAL)):
        moods = torch.zeros(2, 2)
        moods[1, axis] = 1.0
        asked = Rated(features, moods, torch.zeros(2, 3), torch.zeros(2, 3))
        mean, _ = answers(learner, learner.prior(), asked)
        assert 0.3 < float(mean[1, outcome] - mean[0, outcome]) < 0.8


@dataclass(frozen=True)
class Crowd:
    """Simulated listeners whose true answers are known: the mean of many answers to a question."""

    support: Rated  # [L, S, …]
    asked: Rated  # [L, N, …], its outcome the truth

    @classmethod
    def of(cls, seed: int) -> "Crowd":
        generator = np.random.default_rng(seed)
        known, new = some_tracks(60, seed=0), some_tracks(ASKED, seed=seed)
        supports, questions = [], []
        for _ in range(LISTENERS):
            listener = imagine_listener(SCHEMA, generator)
            rated = known[generator.integers(0, len(known), RATED)]
            for tracks, answers_each, into in ((rated, 1, supports), (new, 24, questions)):
                moods = np.array([any_mood(generator) for _ in tracks])
                said = []
                for track, mood in zip(standardised_by(SCHEMA, tracks, known), moods, strict=True):
                    drawn = [rate(listener, track, mood, generator) for _ in range(answers_each)]
                    said.append(np.mean([[liking_to_unit(x), *after] for x, after in drawn], 0))
                into.append((tracks, moods, np.array(said)))
        return cls(*(_stacked(rows) for rows in (supports, questions)))

    def error(self, learner: RelationLearner, rated: int) -> np.ndarray[tuple[int], np.dtype[Any]]:
        """Root-mean-square distance from the truth [3] after that many ratings."""
        first = self.support
        with torch.inference_mode():
            vector = learner.adapt(
                learner.prior().expand(LISTENERS, -1),
                *(x[:, :rated] for x in (first.features, first.mood, first.outcome, first.weight)),
            )
            mean, _ = learner.predict(vector, self.asked.features, self.asked.mood)
        wrong: np.ndarray[tuple[int], np.dtype[Any]] = (
            ((mean - self.asked.outcome) ** 2).mean((0, 1)).sqrt().numpy()
        )
        return wrong


def _stacked(rows: list[tuple[Any, Any, Any]]) -> Rated:
    features, mood, outcome = (
        torch.from_numpy(np.stack(column).astype(np.float32)) for column in zip(*rows, strict=True)
    )
    return Rated(features, mood, outcome, torch.ones_like(outcome))


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return Crowd.of(seed=9)


def test_more_ratings_of_a_listener_bring_the_answers_nearer_to_the_truth(
    learner: RelationLearner, crowd: Crowd
) -> None:
    none, three, ten = (crowd.error(learner, count) for count in (0, 3, 10))
    assert (three < none).all()
    assert (ten < 0.92 * none).all()


def test_someone_elses_ratings_do_not_help(learner: RelationLearner, crowd: Crowd) -> None:
    exchanged = Rated(*(x.roll(1, 0) for x in vars(crowd.support).values()))
    own, others = crowd.error(learner, 10), Crowd(exchanged, crowd.asked).error(learner, 10)
    assert others[LIKING] > 1.2 * own[LIKING]


def test_listeners_are_adapted_side_by_side_as_one_by_one(
    learner: RelationLearner, crowd: Crowd
) -> None:
    support = crowd.support
    with torch.inference_mode():
        together = learner.adapt(
            learner.prior().expand(LISTENERS, -1),
            support.features,
            support.mood,
            support.outcome,
            support.weight,
        )
        mean, variance = learner.predict(together, crowd.asked.features, crowd.asked.mood)
    assert together.shape == (LISTENERS, learner.vector_size)
    assert mean.shape == variance.shape == (LISTENERS, ASKED, 3)
    alone = Rated(*(x[7] for x in vars(support).values())).adapted(learner)
    torch.testing.assert_close(together[7], alone, rtol=0, atol=1e-6)


def test_rows_have_an_offset_and_slopes_a_block_for_each_outcome_and_the_moods_persistence() -> (
    None
):
    learner = RelationLearner(RelationSettings(features=5, relations=2))
    features, mood = torch.randn(4, 7, 5), torch.rand(4, 7, 2)
    with torch.inference_mode():
        rows = learner.rows(features, mood)
        relation = learner.relation(learner.standardised(features))
    assert rows.shape == (4, 7, 3, 11)
    for outcome in range(3):
        block = rows[..., outcome, 3 * outcome : 3 * outcome + 3]
        assert torch.equal(block[..., 0], torch.ones(4, 7))
        assert torch.equal(block[..., 1:], relation)
    assert torch.equal(rows[..., VALENCE, -2], mood[..., 0])
    assert torch.equal(rows[..., AROUSAL, -1], mood[..., 1])
    used = [(0, 1, 2), (3, 4, 5, 9), (6, 7, 8, 10)]
    for outcome, columns in enumerate(used):
        others = [column for column in range(11) if column not in columns]
        assert not rows[..., outcome, others].any()


def test_the_prior_is_a_belief_around_nothing(learner: RelationLearner) -> None:
    with torch.inference_mode():
        mean, covariance = gaussian.unpack(learner.prior(), learner.settings.coordinates)
    assert not mean.any()
    assert torch.linalg.eigvalsh(covariance.double()).min() > -1e-9
    assert len(learner.prior()) == learner.vector_size <= 200


def test_features_are_read_in_standard_deviations_and_clipped() -> None:
    learner = RelationLearner(RelationSettings(features=2))
    learner.standardise_by(torch.tensor([[1.0, 7.0], [3.0, 7.0], [5.0, 7.0]]), torch.zeros(2))
    seen = learner.standardised(torch.tensor([[3.0, 7.0], [5.0, 8.0], [1e6, -1e6]]))
    torch.testing.assert_close(seen, torch.tensor([[0.0, 0.0], [1.0, 1.0], [4.0, -4.0]]))


def test_a_spread_that_nobody_hears_is_not_stretched() -> None:
    learner = RelationLearner(RelationSettings(features=2))
    levelled = torch.tensor([[-23.1, 60.0], [-23.0, 90.0], [-22.9, 120.0]])
    learner.standardise_by(levelled, resolution=torch.tensor([1.0, 4.0]))
    seen = learner.standardised(levelled)
    torch.testing.assert_close(seen[:, 0], torch.tensor([-0.1, 0.0, 0.1]), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(seen[:, 1], torch.tensor([-1.0, 0.0, 1.0]))


def test_the_learner_has_seen_what_simulated_listeners_are_like(learner: RelationLearner) -> None:
    """The stated variance is honest: some 80 % of answers lie in the 80 % interval."""
    inside = []
    for history in some_listeners(40, ratings=30, seed=77):
        rows = [torch.from_numpy(x) for x in vars(history).values()]
        vector = Rated(*(x[:10] for x in rows)).adapted(learner)
        mean, variance = answers(learner, vector, Rated(*(x[10:] for x in rows)))
        inside.append((rows[2][10:] - mean).abs() < 1.2816 * variance.sqrt())
    share = torch.cat(inside).float().mean(0)
    assert ((share > 0.7) & (share < 0.92)).all(), share
