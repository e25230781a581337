"""The task-adaptive neural process. That its variance is learned is tested with the others."""

import torch

from adaptation.learning.learners import tanp
from adaptation.learning.learners.episodic import Settings
from adaptation.learning.learners.neural_process import NeuralProcess
from adaptation.learning.learners.tanp import TaskDecoder, TaskPool
from tests.adaptation.learning.learners.episodic_sets import (
    assert_adapting_helps,
    assert_module_reads_a_set,
    assert_no_ratings_say_nothing,
    assert_recipe_keeps_the_protocol,
    assert_recipe_takes_poor_sets,
    assert_training_helps,
    ratings,
    stirred,
)


def test_a_task_belongs_to_the_prototypes_near_it() -> None:
    pool = TaskPool(size=2, prototypes=3)
    with torch.no_grad():
        pool.prototypes.copy_(torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 1.0]]))
    assignment = pool.assignment(torch.zeros(1, 1, 2))[0, 0]
    weights = torch.tensor([1.0, 1 / 101, 1 / 2])  # 1 / (1 + squared distance)
    torch.testing.assert_close(assignment, weights / weights.sum())
    torch.testing.assert_close(pool(torch.zeros(1, 1, 2))[0, 0], assignment @ pool.prototypes)


def test_the_person_modulates_the_decoder() -> None:
    """Beyond the residuals' own way through, which is silenced here."""
    module = stirred(tanp.task_adaptive)
    assert isinstance(module, NeuralProcess)
    assert isinstance(module.decoder, TaskDecoder)
    x = ratings(1, 3, seed=1)[0].expand(2, -1, -1)
    with torch.no_grad():
        module.decoder.path.weight.zero_()
        mean, _ = module.predict_batch(module.adapt_batch(*ratings(2, 5)), x)
        assert not torch.allclose(mean[0], mean[1])
        for modulate in module.decoder.modulate:
            modulate.weight.zero_()
        mean, _ = module.predict_batch(module.adapt_batch(*ratings(2, 5)), x)
        assert torch.allclose(mean[0], mean[1])


def test_it_reads_a_support_as_a_set() -> None:
    assert_module_reads_a_set(tanp.task_adaptive)
    assert_no_ratings_say_nothing(tanp.task_adaptive)


def test_the_recipe_keeps_the_protocol() -> None:
    assert_recipe_keeps_the_protocol(tanp.fit)
    assert_recipe_takes_poor_sets(tanp.fit)


def test_adapting_lowers_the_error() -> None:
    assert_adapting_helps(tanp.fit)


def test_training_finds_what_people_differ_in() -> None:
    settings = Settings(steps=200, learning_rate=1e-2, weight_decay=0.1)
    assert_training_helps(tanp.fit, settings, gain=0.03)
