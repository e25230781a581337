"""The prototypical network."""

import torch

from adaptation.learning.learners.prototypical import LEVEL, PrototypicalNetwork
from tests.adaptation.learning.learners.episodic_sets import COLUMNS, answers, ratings, stirred


def test_without_ratings_the_answer_is_the_populations() -> None:
    module, query = stirred(PrototypicalNetwork), ratings(1, 4, seed=1)[0]
    mean, _ = answers(module, ratings(1, 0), query)
    assert torch.allclose(mean, module.population(query))


def test_a_new_item_is_answered_as_the_items_it_is_near_to() -> None:
    """One item was liked and another was not: each is answered for itself, and an answer never goes
    beyond a class's level."""
    module = stirred(PrototypicalNetwork)
    x = torch.zeros(1, 2, COLUMNS.width)
    x[0, 0, :5], x[0, 1, :5] = 3.0, -3.0
    y = torch.tensor([[[50.0] * 3, [-50.0] * 3]])
    above, _ = answers(module, (x, y, torch.ones_like(y)), x)
    assert (above[0, 0] > 0).all()
    assert (above[0, 1] < 0).all()
    assert above.abs().max() < LEVEL


def test_what_was_rated_twice_is_surer() -> None:
    module, (x, _, _) = stirred(PrototypicalNetwork), ratings(1, 1)
    y = module.population(x) + 1.0
    once = answers(module, (x, y, torch.ones_like(y)), x)[0] - module.population(x)
    twice = (torch.cat([table, table], dim=1) for table in (x, y, torch.ones_like(y)))
    more = answers(module, tuple(twice), x)[0] - module.population(x)
    assert (once > 0).all()
    assert (more > once).all()
