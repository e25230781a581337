"""An untrained base of the usual shape: times do not depend on what was learned."""

import torch

from adaptation.learning.bases import Base
from adaptation.learning.relation import RelationLearner, RelationSettings

FEATURES = 43


def untrained(relations: int = 4) -> Base:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    learner = RelationLearner(RelationSettings(features=FEATURES, relations=relations)).eval()
    return Base(learner, "attune-audio-1", tuple([0.1] * FEATURES))
