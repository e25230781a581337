"""The relation network."""

import torch

from adaptation.learning.learners.relation_network import RelationNetwork
from tests.adaptation.learning.learners.episodic_sets import answers, ratings, stirred


def network() -> RelationNetwork:
    module = stirred(RelationNetwork)
    assert isinstance(module, RelationNetwork)
    return module


def test_without_ratings_the_answer_is_the_populations() -> None:
    query = ratings(1, 4, seed=1)[0]
    mean, _ = answers(network(), ratings(1, 0), query)
    assert torch.equal(mean, network().population(query))


def test_scores_are_between_0_and_1_and_know_query_from_support() -> None:
    module, x, other = network(), ratings(2, 3)[0], ratings(2, 4, seed=1)[0]
    query, support = module.embed(x), module.embed(other)
    score = module.score(query, support)
    assert score.shape == (2, 3, 4, 3)
    assert ((score > 0) & (score < 1)).all()
    assert not torch.allclose(score, module.score(support, query).transpose(1, 2))


def test_the_answer_is_the_weighed_mean_of_the_residuals() -> None:
    """Computed pair by pair for one person, one query and one target."""
    module, (x, y, weight), query = network(), ratings(1, 5), ratings(1, 1, seed=1)[0]
    mean, _ = answers(module, (x, y, weight), query)
    total, strength = 0.0, module.log_prior.exp()[0].item()
    for s in range(5):
        pair = torch.cat([module.embed(query[0, 0]), module.embed(x[0, s])])
        score = torch.sigmoid(module.relate(pair))[0].item() * weight[0, s, 0].item()
        total += score * (y[0, s, 0] - x[0, s, -3]).item()
        strength += score
    expected = query[0, 0, -3].item() + total / strength
    torch.testing.assert_close(mean[0, 0, 0].item(), expected, atol=1e-5, rtol=1e-4)
