"""Meta-training: what it promises, and what it refuses."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from adaptation.learning.episodes import draw
from adaptation.learning.measuring import measure
from adaptation.learning.outcomes import OUTCOMES
from adaptation.learning.relation import RelationLearner
from adaptation.learning.support import Support
from adaptation.learning.training import TrainingSettings, episode_loss, meta_train
from tests.trained import some_listeners

FEW = TrainingSettings(steps=4, episodes=4)


def trained(seed: int, listeners: Sequence[Support] | None = None) -> RelationLearner:
    return meta_train(listeners or some_listeners(12), seed=seed, settings=FEW)


def weights(learner: RelationLearner) -> torch.Tensor:
    return torch.cat([value.flatten() for value in learner.state_dict().values()])


def test_the_same_seed_gives_the_same_weights_to_the_last_bit() -> None:
    assert torch.equal(weights(trained(3)), weights(trained(3)))


def test_another_seed_gives_other_weights() -> None:
    assert not torch.equal(weights(trained(3)), weights(trained(4)))


def test_another_seed_starts_from_other_weights() -> None:
    untrained = TrainingSettings(steps=0)
    first, other = (
        meta_train(some_listeners(12), seed=seed, settings=untrained) for seed in (3, 4)
    )
    assert not torch.equal(weights(first), weights(other))


def test_other_listeners_give_other_weights() -> None:
    assert not torch.equal(weights(trained(3)), weights(trained(3, some_listeners(12, seed=2))))


def test_training_leaves_the_random_numbers_of_others_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    trained(3)
    assert torch.equal(torch.rand(3), expected)


def test_progress_is_told_of_every_step() -> None:
    told: list[tuple[int, int, float]] = []
    meta_train(some_listeners(12), seed=1, settings=FEW, progress=lambda *step: told.append(step))
    assert [(step, steps) for step, steps, _ in told] == [(n, 4) for n in range(1, 5)]
    assert all(np.isfinite(loss) for _, _, loss in told)


@pytest.mark.parametrize(
    "listeners", [[], some_listeners(3, ratings=1)], ids=["nobody", "one rating each"]
)
def test_with_nothing_usable_it_says_so(listeners: list[Support]) -> None:
    with pytest.raises(ValueError, match="at least one listener with two ratings"):
        meta_train(listeners, seed=1, settings=FEW)


def test_those_who_rated_once_are_passed_over() -> None:
    with_them = [*some_listeners(12), *some_listeners(5, ratings=1, seed=8)]
    assert torch.equal(weights(trained(3, with_them)), weights(trained(3)))


def test_it_learns_to_answer_for_listeners_whom_it_never_met() -> None:
    new = some_listeners(30, seed=50)
    batch = draw(new, episodes=60, generator=np.random.default_rng(0), shots=5)
    untrained = meta_train(some_listeners(60), seed=1, settings=TrainingSettings(steps=0))
    learner = meta_train(some_listeners(60), seed=1, settings=TrainingSettings(steps=40))
    with torch.inference_mode():
        assert episode_loss(learner, batch) < episode_loss(untrained, batch) - 0.05


def test_the_base_of_the_tests_beats_the_offset_alone(learner: RelationLearner) -> None:
    """Knowing which tracks were rated is worth something beyond the listener's mean."""
    rows = {row.shots: row for row in measure(learner, some_listeners(100, ratings=30, seed=60))}
    for outcome in OUTCOMES:
        assert rows[0].adapted[outcome] == rows[0].offset_only[outcome]
        for row in rows.values():  # one rating is not taken for the whole listener
            assert row.offset_only[outcome] <= rows[0].offset_only[outcome] + 0.005
    assert rows[10].adapted["liking"] < rows[10].offset_only["liking"] - 0.01
    assert rows[10].adapted["liking"] < rows[0].adapted["liking"] - 0.03


def test_measuring_leaves_out_those_with_too_few_ratings(learner: RelationLearner) -> None:
    many, few = some_listeners(5, ratings=20), some_listeners(5, ratings=10, seed=3)
    assert measure(learner, [*many, *few]) == measure(learner, many)
    with pytest.raises(ValueError, match="Nobody has more than 10 ratings"):
        measure(learner, few)


def test_outcomes_that_were_not_observed_do_not_count() -> None:
    """Nonsense with weight zero changes neither what is learned nor what is measured."""
    listeners = some_listeners(12, ratings=14)
    silenced, nonsense = [], []
    for history in listeners:
        weight = history.weight.copy()
        weight[::2, 1:] = 0.0
        outcome = np.where(weight > 0, history.outcome, np.float32(77.0))
        silenced.append(Support(history.features, history.mood, history.outcome, weight))
        nonsense.append(Support(history.features, history.mood, outcome, weight))
    first, second = trained(3, silenced), trained(3, nonsense)
    assert torch.equal(weights(first), weights(second))
    assert [row.adapted for row in measure(first, silenced)] == [
        row.adapted for row in measure(first, nonsense)
    ]
