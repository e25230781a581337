"""MeLU: its inner loop is MAML's, on the decision layers."""

import torch
from torch import Tensor

from adaptation.learning.learners import melu
from adaptation.learning.learners.maml import InnerLoop
from tests.adaptation.learning.learners.episodic_sets import COLUMNS, ratings, stirred


def test_a_person_changes_every_decision_layer_and_no_embedding() -> None:
    module = stirred(melu.melu)
    assert isinstance(module, InnerLoop)
    adapted = module.adapt_batch(*ratings(1, 5))
    start = dict(module.network.named_parameters())
    assert set(adapted) == {name for name in start if not name.startswith("embeddings.")}
    assert len(adapted) == len(start) - 2 * 3
    for name, weights in adapted.items():
        assert not torch.equal(weights[0], start[name]), name


def test_the_blocks_of_columns_are_embedded_apart() -> None:
    """Content, others' answers, and the mood with the population's answer, in that order."""
    network = melu.PreferenceEstimator(COLUMNS)
    x = ratings(1, 4)[0][0]
    read: dict[int, Tensor] = {}
    for place, layer in enumerate(network.embeddings):
        layer.register_forward_hook(
            lambda _, given, __, place=place: read.update({place: given[0]})
        )
    network(x)
    for place, columns in enumerate((slice(0, 5), slice(5, 8), slice(8, 17))):
        assert torch.equal(read[place], x[:, columns])
