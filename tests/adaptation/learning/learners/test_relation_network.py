"""The relation network."""

import torch

from adaptation.learning.learners import relation_network
from adaptation.learning.learners.episodic import Settings
from adaptation.learning.learners.relation_network import RelationNetwork
from tests.adaptation.learning.learners.episodic_sets import (
    answers,
    assert_adapting_helps,
    assert_module_reads_a_set,
    assert_no_ratings_say_nothing,
    assert_recipe_keeps_the_protocol,
    assert_recipe_takes_poor_sets,
    assert_training_helps,
    ratings,
    stirred,
)


def network() -> RelationNetwork:
    module = stirred(RelationNetwork)
    assert isinstance(module, RelationNetwork)
    return module


def test_it_reads_a_support_as_a_set() -> None:
    assert_module_reads_a_set(RelationNetwork)


def test_without_ratings_the_answer_is_the_populations() -> None:
    assert_no_ratings_say_nothing(RelationNetwork)
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


def test_the_recipe_keeps_the_protocol() -> None:
    assert_recipe_keeps_the_protocol(relation_network.fit)
    assert_recipe_takes_poor_sets(relation_network.fit)


def test_adapting_lowers_the_error() -> None:
    assert_adapting_helps(relation_network.fit)


def test_training_finds_what_people_differ_in() -> None:
    settings = Settings(steps=60, episodes=16, learning_rate=3e-2, weight_decay=0.1)
    assert_training_helps(relation_network.fit, settings, gain=0.08)
