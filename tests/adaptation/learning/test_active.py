"""What asking about a track is worth, beside the belief worked out with whole matrices."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from adaptation.learning.active import by_noise, choose, every_answer, information, only
from adaptation.learning.outcomes import LIKING
from adaptation.learning.relation import RelationLearner
from tests.adaptation.learning.made_up import made_up_learner, made_up_tracks

TRACKS, COLLECTION = made_up_tracks(12, seed=1), made_up_tracks(40, seed=2)
MOOD = torch.tensor([0.4, -0.3])
NEUTRAL = torch.zeros(2)

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def learner() -> RelationLearner:
    return made_up_learner()


def rows_of(learner: RelationLearner, tracks: Tensor) -> Floats:
    """[N, T, d]"""
    with torch.inference_mode():
        rows: Floats = learner.rows(tracks, MOOD.expand(len(tracks), -1)).double().numpy()
    return rows


def condition(covariance: Floats, seen: Floats, noise: Floats) -> Floats:
    """The covariance of a Gaussian given rows [n, d] of it with noise [n, n]."""
    spread = covariance @ seen.T
    narrowed: Floats = spread @ np.linalg.solve(seen @ spread + noise, spread.T)
    return covariance - narrowed


def noise_of(learner: RelationLearner) -> Floats:
    """R [T, T]."""
    factor = np.eye(3) + learner.coupling.double().numpy()
    return np.asarray(factor @ np.diag(learner.support_noise.double().numpy()) @ factor.T)


def brute_force(
    learner: RelationLearner, prior: Floats, answers: list[int], counted: Floats
) -> Floats:
    """The drop of the summed variance over the collection by each track, one after the other."""
    seen, asked = rows_of(learner, TRACKS), rows_of(learner, COLLECTION)
    noise = noise_of(learner)[np.ix_(answers, answers)]

    def variance(covariance: Floats) -> float:
        unknown = np.array([np.diag(track @ covariance @ track.T) for track in asked])
        return float((unknown @ counted).mean())

    after = [variance(condition(prior, track[answers], noise)) for track in seen]
    return variance(prior) - np.array(after)


@pytest.mark.parametrize("answers", [[LIKING], [0, 1, 2]], ids=["liking", "every answer"])
@pytest.mark.parametrize("aim", ["liking", "by noise"])
def test_information_is_the_drop_of_the_variance(
    learner: RelationLearner, answers: list[int], aim: str
) -> None:
    given = only(learner) if answers == [LIKING] else every_answer(learner)
    counted = only(learner) if aim == "liking" else by_noise(learner)
    found = information(
        learner, learner.prior(), TRACKS, MOOD, COLLECTION, given=given, counted=counted
    )
    expected = brute_force(
        learner, learner.covariance.double().numpy(), answers, counted.double().numpy()
    )
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4)
    assert expected.max() > 1.2 * expected.min() > 0


@pytest.mark.parametrize("answer", [-1.0, 0.2, 30.0])
def test_whatever_the_answer_is_it_tells_as_much_as_was_expected(
    learner: RelationLearner, answer: float
) -> None:
    """Of the variance that the learner states, without the noise."""
    expected = information(
        learner,
        learner.prior(),
        TRACKS,
        MOOD,
        COLLECTION,
        given=every_answer(learner),
        counted=only(learner),
    )

    def unknown(vector: Tensor) -> Tensor:
        _, variance = learner.predict(vector, COLLECTION, MOOD.expand(len(COLLECTION), -1))
        own = learner.own_noise(learner.belief(vector))
        return (variance - own)[:, LIKING].mean()

    with torch.inference_mode():
        for track, drop in zip(TRACKS, expected, strict=True):
            told = learner.adapt_one(
                learner.prior(), track, MOOD, torch.full((3,), answer), torch.ones(3)
            )
            torch.testing.assert_close(
                unknown(learner.prior()) - unknown(told), drop, rtol=2e-3, atol=1e-5
            )


def test_what_is_known_already_tells_less(learner: RelationLearner) -> None:
    given, counted = every_answer(learner), by_noise(learner)

    def worth(vector: Tensor) -> Tensor:
        return information(learner, vector, TRACKS, MOOD, COLLECTION, given=given, counted=counted)

    with torch.inference_mode():
        known = learner.prior()
        for _ in range(20):
            known = learner.adapt_one(known, TRACKS[3], MOOD, torch.zeros(3), given)
    before, after = worth(learner.prior()), worth(known)
    assert after[3] < 0.05 * before[3]
    assert after.argmin() == 3


def test_an_answer_that_is_not_given_tells_nothing(learner: RelationLearner) -> None:
    counted = by_noise(learner)
    worths = [
        information(
            learner, learner.prior(), TRACKS, MOOD, COLLECTION, given=given, counted=counted
        )
        for given in (torch.zeros(3), only(learner), 0.5 * every_answer(learner), torch.ones(3))
    ]
    assert not worths[0].any()
    assert (worths[0] < worths[1]).all()
    assert (worths[1] < worths[3]).all()
    assert (worths[2] < worths[3]).all()


def test_a_choice_is_greedy_and_takes_no_track_twice(learner: RelationLearner) -> None:
    """Each choice is the best after the update by those before, by whole matrices."""
    counted = by_noise(learner)
    chosen = choose(
        learner,
        learner.prior(),
        TRACKS,
        MOOD,
        COLLECTION,
        k=len(TRACKS),
        given=every_answer(learner),
        counted=counted,
    )
    assert sorted(chosen) == list(range(len(TRACKS)))
    covariance, seen = learner.covariance.double().numpy(), rows_of(learner, TRACKS)
    for place, row in enumerate(chosen[:5]):
        worth = brute_force(learner, covariance, [0, 1, 2], counted.double().numpy())
        worth[chosen[:place]] = -np.inf
        assert row == worth.argmax()
        covariance = condition(covariance, seen[row], noise_of(learner))


def test_a_shorter_choice_is_the_beginning_of_a_longer_one(learner: RelationLearner) -> None:
    aim = {"given": every_answer(learner), "counted": only(learner)}
    short, long = (
        choose(learner, learner.prior(), TRACKS, MOOD, COLLECTION, k=k, **aim) for k in (2, 6)
    )
    assert short == long[:2]


@pytest.mark.parametrize("k", [-1, 13])
def test_more_than_there_are_cannot_be_chosen(learner: RelationLearner, k: int) -> None:
    with pytest.raises(ValueError, match=f"{k} of 12 tracks cannot be chosen"):
        choose(
            learner,
            learner.prior(),
            TRACKS,
            MOOD,
            COLLECTION,
            k=k,
            given=every_answer(learner),
            counted=only(learner),
        )


def test_chosen_ratings_leave_less_unknown_and_less_error_than_drawn_ones() -> None:
    """Three of thirty tracks, for a hundred made-up patients of the learner's own world."""
    learner = made_up_learner(seed=5)
    generator = torch.Generator().manual_seed(6)
    tracks = made_up_tracks(30, seed=7)
    calm, liking = NEUTRAL.expand(30, -1), only(learner)
    chosen = choose(
        learner, learner.prior(), tracks, NEUTRAL, tracks, k=3, given=liking, counted=liking
    )
    root = torch.linalg.cholesky(learner.covariance)
    unknown, wrong = {True: 0.0, False: 0.0}, {True: 0.0, False: 0.0}
    with torch.inference_mode():
        rows = learner.rows(tracks, calm)
        for _ in range(100):
            patient = root @ torch.randn(len(root), generator=generator)
            truth = learner.expected(tracks, calm) + rows @ patient
            noise = torch.randn(30, generator=generator) * learner.support_noise[LIKING].sqrt()
            heard = truth.clone()
            heard[:, LIKING] += noise
            drawn = torch.randperm(30, generator=generator)[:3].tolist()
            for actively, asked in ((True, chosen), (False, drawn)):
                vector = learner.adapt(
                    learner.prior(), tracks[asked], calm[asked], heard[asked], liking.expand(3, -1)
                )
                mean, variance = learner.predict(vector, tracks, calm)
                unknown[actively] += float(variance[:, LIKING].mean())
                wrong[actively] += float(((mean - truth)[:, LIKING] ** 2).mean())
    assert unknown[True] < unknown[False]
    assert wrong[True] < 0.9 * wrong[False]
