"""Episodes: a person's first ratings to adapt to, and their next ones to answer."""

import numpy as np
import pytest
import torch

from adaptation.learning.episodes import QUERIES, SHOTS, Batch, draw, rows_of
from adaptation.learning.support import Support


def history(listener: int, ratings: int) -> Support:
    """Whose every number tells who rated, and which rating it was."""
    numbers = listener * 1000 + np.arange(ratings, dtype=np.float32)

    def column(width: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
        return np.repeat(numbers[:, None], width, axis=1)

    return Support(column(4), column(2), column(3), np.ones((ratings, 3), np.float32))


def seen(batch: Batch, episode: int) -> list[int]:
    """The ratings in an episode, padding left out."""
    there = batch.weight[episode, :, 0] > 0
    return [int(x) for x in batch.features[episode, there, 0]]


def test_an_episode_is_a_run_of_one_listeners_ratings_in_time_order() -> None:
    listeners = [history(0, 40), history(1, 25), history(2, 30)]
    for seed in range(20):
        drawn = draw(listeners, episodes=5, generator=np.random.default_rng(seed))
        for episode in range(5):
            support, query = seen(drawn.support, episode), seen(drawn.query, episode)
            run = support + query
            assert run == list(range(run[0], run[0] + len(run)))
            assert len({number // 1000 for number in run}) == 1
            assert len(support) in SHOTS
            assert len(query) == QUERIES


def test_all_columns_are_cut_alike() -> None:
    drawn = draw([history(3, 30)], episodes=4, generator=np.random.default_rng(0), shots=5)
    for batch in (drawn.support, drawn.query):
        assert torch.equal(batch.features[..., 0], batch.mood[..., 1])
        assert torch.equal(batch.features[..., 0], batch.outcome[..., 2])


def test_every_number_of_shots_and_every_start_comes_up() -> None:
    generator = np.random.default_rng(1)
    shots, starts = set(), set()
    for _ in range(60):
        drawn = draw([history(0, 20)], episodes=4, generator=generator)
        shots.add(drawn.support.features.shape[1])
        starts |= {(seen(drawn.support, e) + seen(drawn.query, e))[0] for e in range(4)}
    assert shots == set(SHOTS)
    assert starts >= set(range(8))


@pytest.mark.parametrize("ratings", [2, 3, 11])
def test_someone_with_few_ratings_is_still_asked_something(ratings: int) -> None:
    drawn = draw([history(0, ratings)], episodes=3, generator=np.random.default_rng(0), shots=10)
    for episode in range(3):
        assert seen(drawn.support, episode) == list(range(ratings - 1))
        assert seen(drawn.query, episode) == [ratings - 1]


def test_shorter_support_sets_are_padded_with_weight_zero() -> None:
    batch = Batch.of([history(0, 2), history(1, 5), history(2, 0)])
    assert batch.features.shape == (3, 5, 4)
    assert batch.mood.shape == (3, 5, 2)
    assert (batch.weight.sum((1, 2)) / 3).tolist() == [2, 5, 0]
    assert not batch.features[0, 2:].any()
    assert not batch.outcome[2].any()


def test_the_same_generator_draws_the_same_episodes() -> None:
    listeners = [history(n, 20) for n in range(5)]

    def drawn(seed: int) -> Batch:
        return draw(listeners, episodes=8, generator=np.random.default_rng(seed)).query

    assert torch.equal(drawn(7).features, drawn(7).features)
    assert not torch.equal(drawn(7).features, drawn(8).features)


def test_rows_of_a_history_are_a_slice_of_every_column() -> None:
    part = rows_of(history(0, 10), 3, 6)
    assert len(part) == 3
    for column in (part.features, part.mood, part.outcome):
        assert column[:, 0].tolist() == [3, 4, 5]
