"""The task-adaptive neural process. That its variance is learned is tested with the others."""

import torch

from adaptation.learning.learners import tanp
from adaptation.learning.learners.neural_process import NeuralProcess
from adaptation.learning.learners.tanp import TaskDecoder, TaskPool
from tests.adaptation.learning.learners.episodic_sets import ratings, stirred


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
