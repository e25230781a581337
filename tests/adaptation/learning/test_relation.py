"""The relation learner: what it answers before, while and after it gets to know a listener."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from adaptation.learning.outcomes import AROUSAL, LIKING, VALENCE, liking_to_unit
from adaptation.learning.relation import Belief, RelationLearner, RelationSettings
from adaptation.learning.simulation import any_mood, imagine_listener, rate, standardised_by
from tests.adaptation.learning.made_up import made_up_learner, made_up_tracks
from tests.trained import SCHEMA, some_tracks

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


def unknown(learner: RelationLearner, vector: Tensor, asked: Rated) -> Tensor:
    """Variance [N, 3] of what is not known of the patient: that of an answer without its noise."""
    with torch.inference_mode():
        noise = learner.own_noise(learner.belief(vector))
    return answers(learner, vector, asked)[1] - noise


@steady
@given(seed=seeds)
def test_what_is_not_known_never_grows(learner: RelationLearner, seed: int) -> None:
    rated, asked = Rated.of(12, seed), Rated.of(10, seed + 1)
    before = unknown(learner, learner.prior(), asked)
    for count in range(1, 13):
        after = unknown(learner, rated.taken(list(range(count))).adapted(learner), asked)
        assert (after <= before + 1e-6).all()
        assert (after > -1e-6).all()
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
        relation = learner.relations_of(features)
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
        belief = learner.belief(learner.prior())
    assert not belief.mean.any()
    assert not torch.cat([belief.rated, belief.total, belief.squares]).any()
    assert torch.equal(belief.covariance, belief.covariance.T)
    assert torch.linalg.eigvalsh(belief.covariance.double()).min() > -1e-9
    assert len(learner.prior()) == learner.vector_size <= 200


def test_features_are_read_in_standard_deviations_and_clipped() -> None:
    learner = RelationLearner(RelationSettings(features=2))
    learner.centre, learner.scale = torch.tensor([3.0, 7.0]), torch.tensor([2.0, 1.0])
    seen = learner.standardised(torch.tensor([[3.0, 7.0], [5.0, 8.0], [1e6, -1e6]]))
    torch.testing.assert_close(seen, torch.tensor([[0.0, 0.0], [1.0, 1.0], [4.0, -4.0]]))


# Answers that hang together


def judged(**changed: Tensor) -> RelationLearner:
    """A made-up learner, with these buffers exchanged."""
    torch.manual_seed(1)
    learner = made_up_learner(1, features=5)
    learner.load_state_dict(learner.state_dict() | changed)
    return learner


def standard(count: int, seed: int) -> Rated:
    """Ratings of tracks whose content is in standard deviations, as a made-up learner has it."""
    rated = Rated.of(count, seed)
    tracks = made_up_tracks(count, seed, features=5)
    return Rated(tracks, rated.mood, rated.outcome, rated.weight)


def noise_of(learner: RelationLearner) -> Tensor:
    """R [3, 3]."""
    factor = learner.coupling + torch.eye(3)
    return factor @ torch.diag(learner.support_noise) @ factor.T


def solved(learner: RelationLearner, rated: Rated) -> tuple[Tensor, Tensor]:
    """The belief after the ratings from one dense solve in float64, with all of R."""
    with torch.inference_mode():
        rows = learner.rows(rated.features, rated.mood).double()
        residual = (rated.outcome - learner.expected(rated.features, rated.mood)).double()
    covariance = learner.covariance.double()
    precision, told = torch.linalg.inv(covariance), torch.zeros(len(covariance)).double()
    for row, error, weight in zip(rows, residual, rated.weight.double(), strict=True):
        given = torch.nonzero(weight)[:, 0]
        root = weight[given].sqrt()
        noise = noise_of(learner).double()[given][:, given] / (root[:, None] * root)
        certain = row[given].T @ torch.linalg.inv(noise)
        precision = precision + certain @ row[given]
        told = told + certain @ error[given]
    covariance = torch.linalg.inv(precision)
    return covariance @ told, covariance


GIVEN: dict[str, list[list[float]]] = {
    "all answers": [[1, 1, 1]],
    "liking alone": [[1, 0, 0]],
    "all, or liking alone": [[1, 1, 1], [1, 0, 0]],
    "one mood missing": [[1, 1, 0], [1, 0, 1]],
    "moods that share a way": [[1, 1 / 2, 1 / 2], [1, 1 / 3, 1 / 3], [1, 0, 0]],
}


@pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)
def test_answers_whose_errors_go_together_are_weighed_together(given: list[list[float]]) -> None:
    """As one dense solve with the whole covariance of their errors weighs them."""
    learner = judged()
    assert (noise_of(learner)[~torch.eye(3, dtype=torch.bool)].abs() > 0.01).all()
    rated = standard(9, seed=6)
    weight = torch.tensor(given)[torch.arange(9) % len(given)]
    rated = Rated(rated.features, rated.mood, rated.outcome, weight)
    mean, covariance = solved(learner, rated)
    belief = learner.belief(rated.adapted(learner))
    torch.testing.assert_close(belief.mean.double(), mean, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(belief.covariance.double(), covariance, rtol=1e-3, atol=1e-5)
    learner.coupling = torch.zeros(3, 3)
    apart = learner.belief(rated.adapted(learner))
    if given != [[1, 0, 0]]:
        assert (apart.mean - belief.mean).abs().max() > 0.01


# How far what is known is believed, and how unsteady someone is


CAUTION = torch.tensor([0.0, 1.0, 3.0])


def test_what_is_known_is_believed_the_more_the_more_was_rated() -> None:
    """By n² / (n² + caution²), n with fractions, answer by answer; not at all before any rating."""
    learner = judged(caution=CAUTION)
    rated = standard(6, seed=3)
    assert torch.equal(learner.trust(learner.belief(learner.prior())), torch.zeros(3))
    for count in range(1, 7):
        belief = learner.belief(rated.taken(list(range(count))).adapted(learner))
        given = rated.weight[:count].sum(0)
        squared = given**2
        expected = torch.where(given > 0, squared / (squared + CAUTION**2).clamp(min=1e-9), 0.0)
        torch.testing.assert_close(belief.rated, given)
        torch.testing.assert_close(learner.trust(belief), expected)


def test_up_to_its_patience_nothing_is_believed() -> None:
    patient, eager = judged(caution=CAUTION), judged(caution=CAUTION)
    patient.patience = torch.tensor([0.0, 2.0, 4.0])
    rated = standard(6, seed=3)
    for count in range(1, 7):
        belief = patient.belief(rated.taken(list(range(count))).adapted(patient))
        begun = belief.rated > patient.patience
        expected = torch.where(begun, eager.trust(belief), 0.0)
        torch.testing.assert_close(patient.trust(belief), expected)


def test_predictions_move_from_the_population_as_far_as_the_patient_is_believed() -> None:
    cautious, sure = judged(caution=CAUTION), judged(caution=torch.zeros(3))
    rated, asked = standard(4, seed=4), standard(8, seed=5)
    vector = rated.adapted(cautious)
    assert torch.equal(vector, rated.adapted(sure))  # caution is in the reading, not in the belief
    population = answers(sure, sure.prior(), asked)[0]
    trust = cautious.trust(cautious.belief(vector))
    moved = [answers(one, vector, asked)[0] - population for one in (cautious, sure)]
    torch.testing.assert_close(moved[0], trust * moved[1])
    assert (trust[1:] < 0.9).all()
    assert moved[1].abs().max() > 0.05


def belief_of(learner: RelationLearner, residuals: list[float]) -> Belief:
    """The belief after full ratings whose likings lie this far from the population's answer."""
    rated = standard(len(residuals), seed=7)
    with torch.inference_mode():
        expected = learner.expected(rated.features, rated.mood)
    outcome = expected + torch.tensor(residuals)[:, None] * torch.tensor([1.0, 0.0, 0.0])
    weight = torch.tensor([1.0, 0.0, 0.0]).expand(len(residuals), 3)
    return learner.belief(Rated(rated.features, rated.mood, outcome, weight).adapted(learner))


def test_an_answers_noise_is_the_usual_one_until_ratings_say_otherwise() -> None:
    learner = judged(steadiness=torch.full((3,), 5.0))
    usual = learner.noise()
    assert torch.equal(learner.own_noise(belief_of(learner, [])), usual)
    torch.testing.assert_close(learner.own_noise(belief_of(learner, [0.9] * 3))[1:], usual[1:])
    spread = float(usual[0].sqrt())
    calm, wild = (
        learner.own_noise(belief_of(learner, [by * spread, -by * spread] * 5))[LIKING]
        for by in (0.1, 3.0)
    )
    assert calm < 0.5 * usual[LIKING] < 3 * usual[LIKING] < wild


def test_own_noise_is_the_posterior_mean_of_an_inverse_gamma() -> None:
    """(ν a + Σ (r − u)²) / (ν + n), the squares around the own mean u, which is paid for by its
    distance from 0 under its prior: Σ (r − u)² + a u² / P, least over u."""
    steadiness, residuals = 7.0, [0.5, -0.1, 0.8, 0.4]
    learner = judged(steadiness=torch.full((3,), steadiness))
    usual, prior = float(learner.noise()[LIKING]), float(learner.covariance[0, 0])
    mean = np.linspace(-2, 2, 400_001)
    squares = sum((r - mean) ** 2 for r in residuals) + usual * mean**2 / prior
    expected = (steadiness * usual + squares.min()) / (steadiness + 4)
    found = learner.own_noise(belief_of(learner, residuals))[LIKING]
    assert float(found) == pytest.approx(expected, rel=1e-4)


def test_someone_who_rates_everything_high_is_not_unsteady() -> None:
    learner = judged(steadiness=torch.full((3,), 5.0))
    high = learner.own_noise(belief_of(learner, [0.6] * 10))[LIKING]
    both = learner.own_noise(belief_of(learner, [0.6, -0.6] * 5))[LIKING]
    assert high < learner.noise()[LIKING] < both


def test_the_noise_of_those_whom_everyone_is_like_never_moves() -> None:
    """A base that found nobody unsteady says so with a steadiness without end."""
    learner = judged(steadiness=torch.full((3,), 1e6))
    found = learner.own_noise(belief_of(learner, [3.0, -3.0] * 5))
    torch.testing.assert_close(found, learner.noise(), rtol=1e-3, atol=0)


# Tracks that other people rated


def with_items() -> RelationLearner:
    torch.manual_seed(4)
    learner = RelationLearner(RelationSettings(features=5, relations=2, items=True))
    return learner.eval()


def test_what_others_said_of_a_track_is_added_to_what_is_expected_of_it() -> None:
    learner = with_items()
    assert learner.settings.width == 5 + 3 + 2
    content, mood = torch.randn(4, 5), torch.rand(4, 2)
    said, beside = torch.randn(4, 3), torch.randn(4, 2)
    tracks, unknown_ones = (
        torch.cat([content, *columns], dim=-1)
        for columns in ((said, beside), (torch.zeros(4, 3), torch.zeros(4, 2)))
    )
    plain = RelationLearner(RelationSettings(features=5, relations=2))
    plain.load_state_dict(learner.state_dict())
    with torch.inference_mode():
        torch.testing.assert_close(
            learner.expected(tracks, mood), plain.expected(content, mood) + said
        )
        torch.testing.assert_close(
            learner.relations_of(tracks), plain.relations_of(content) + beside
        )
        assert torch.equal(learner.expected(unknown_ones, mood), plain.expected(content, mood))
        assert torch.equal(learner.rows(unknown_ones, mood), plain.rows(content, mood))
        assert torch.equal(learner.standardised(tracks), plain.standardised(content))


def test_two_tracks_of_one_content_are_told_apart_by_who_likes_them() -> None:
    """Liking one speaks for another that lies where it lies, and against one that lies opposite."""
    learner = with_items()
    content = torch.zeros(3, 5)
    beside = torch.tensor([[2.0, 0.0], [2.0, 0.1], [-2.0, 0.0]])
    tracks = torch.cat([content, torch.zeros(3, 3), beside], dim=-1)
    with torch.inference_mode():
        calm = torch.zeros(3, 2)
        prior = learner.predict(learner.prior(), tracks, calm)[0][:, LIKING]
        liked = learner.adapt_one(
            learner.prior(), tracks[0], calm[0], torch.ones(3), torch.tensor([1.0, 0.0, 0.0])
        )
        after = learner.predict(liked, tracks, calm)[0][:, LIKING]
    moved = after - prior
    assert moved[1] > 0.05
    assert moved[2] < 0
