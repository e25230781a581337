"""Relation learners whose numbers were drawn, not trained: for what must hold of any learner."""

import numpy as np
import torch
from torch import Tensor

from adaptation.learning.relation import RelationLearner, RelationSettings


def made_up_learner(seed: int = 0, *, features: int = 4, relations: int = 3) -> RelationLearner:
    """A learner of three answers that hang together, in their coordinates and in their noise."""
    generator = torch.Generator().manual_seed(seed)
    learner = RelationLearner(RelationSettings(features=features, relations=relations))

    def drawn(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    d, answers = learner.settings.coordinates, learner.settings.answers
    factor = drawn(d, d) / np.sqrt(d)
    values = {
        "relation.weight": drawn(relations, features),
        "population.weight": drawn(answers, 2 * features) * 0.1,
        "covariance": 0.1 * factor @ factor.T,
        "coupling": torch.tril(drawn(answers, answers), -1) * 0.5,
        "support_noise": torch.tensor([0.2, 0.1, 0.3]),
        "answer_noise": torch.tensor([0.25, 0.1, 0.2]),
    }
    learner.load_state_dict(learner.state_dict() | values)
    return learner.eval()


def made_up_tracks(count: int, seed: int, *, features: int = 4) -> Tensor:
    """[count, features] in standard deviations."""
    return torch.randn(count, features, generator=torch.Generator().manual_seed(seed))
