"""What every neural few-shot learner promises; what is particular to one is tested beside it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from adaptation.learning.learners import (
    maml,
    melu,
    neural_process,
    prototypical,
    relation_network,
    tanp,
)
from adaptation.learning.learners.episodic import EpisodicLearner, Settings
from adaptation.learning.learners.episodic_module import Build
from adaptation.learning.learners.neural_process import AttentiveProcess
from adaptation.learning.learners.prototypical import PrototypicalNetwork
from adaptation.learning.learners.relation_network import RelationNetwork
from adaptation.learning.ratings import RatingSet
from tests.adaptation.learning.learners.episodic_sets import (
    FEW,
    NOBODY,
    UNTRAINED,
    Batch,
    Fit,
    answers,
    everything,
    predicted,
    ratings,
    stirred,
)
from tests.adaptation.learning.learners.rating_sets import linear_set, linear_world

QUICK = Settings(steps=60, episodes=16, learning_rate=1e-2, weight_decay=0.1)
STEEP = replace(QUICK, learning_rate=3e-2)
LONG = replace(QUICK, steps=600, episodes=32, learning_rate=5e-3)


@dataclass(frozen=True)
class Case:
    """A learner, and the share of its error at first that training with `settings` takes away."""

    name: str  # in the registry
    build: Build
    fit: Fit
    settings: Settings
    gain: float


CASES = (
    Case("prototypical", PrototypicalNetwork, prototypical.fit, QUICK, gain=0.4),
    Case("relation-network", RelationNetwork, relation_network.fit, STEEP, gain=0.08),
    Case("maml", maml.maml, maml.fit, replace(STEEP, steps=40), gain=0.2),
    Case("anil", maml.anil, maml.fit_anil, replace(STEEP, steps=40), gain=0.2),
    Case("melu", melu.melu, melu.fit, replace(QUICK, steps=40), gain=0.2),
    Case("conditional-np", neural_process.conditional, neural_process.fit, LONG, gain=0.15),
    Case("attentive-np", AttentiveProcess, neural_process.fit_attentive, QUICK, gain=0.4),
    Case("tanp", tanp.task_adaptive, tanp.fit, replace(QUICK, steps=200, episodes=32), gain=0.03),
)
every_learner = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def close(first: Tensor, second: Tensor) -> bool:
    return torch.allclose(first, second, atol=1e-5, rtol=1e-4)


def of_people(people: slice, batch: Batch) -> Batch:
    x, y, weight = batch
    return x[people], y[people], weight[people]


@every_learner
def test_it_reads_a_support_as_a_set(case: Case) -> None:
    """Neither order nor padding nor the neighbours in the batch matter; the ratings do."""
    module, query = stirred(case.build), ratings(3, 4, seed=1)[0]
    support = x, y, weight = ratings(3, 6)
    expected = answers(module, support, query)

    turned = torch.tensor([4, 0, 5, 2, 1, 3])
    assert close(answers(module, (x[:, turned], y[:, turned], weight[:, turned]), query), expected)

    more_x, more_y, more_weight = ratings(3, 2, seed=2)
    padding = (more_x, more_y, torch.zeros_like(more_weight))
    padded = tuple(torch.cat(pair, dim=1) for pair in zip(support, padding, strict=True))
    assert close(answers(module, padded, query), expected)

    for person in (slice(0, 1), slice(1, 2), slice(2, 3)):
        alone = answers(module, of_people(person, support), query[person])
        assert close(alone, expected[:, person])

    assert not close(answers(module, (more_x, more_y, more_weight), query), expected)


@every_learner
def test_no_ratings_say_nothing(case: Case) -> None:
    """With no rows at all, and with rows that are all padding, everybody is answered alike."""
    module, query = stirred(case.build), ratings(1, 4, seed=1)[0].expand(2, -1, -1)
    nothing = answers(module, ratings(2, 0), query)
    assert close(nothing[:, 0], nothing[:, 1])
    x, y, weight = ratings(2, 3)
    assert close(answers(module, (x, y, torch.zeros_like(weight)), query), nothing)


def protocol() -> tuple[RatingSet, RatingSet, RatingSet]:
    """The training people, and a new person's support and query."""
    rows = everything()
    new = rows.of_users([10])
    return rows.of_users(range(10)), new.rows(np.arange(5, 9)), new.rows(np.arange(9, 16))


@every_learner
def test_the_seed_and_nothing_else_draws_the_learner(case: Case) -> None:
    training, support, query = protocol()
    torch.manual_seed(5)
    untouched = torch.rand(1)
    torch.manual_seed(5)
    expected = predicted(case.fit(training, seed=3, settings=FEW), support, query)
    assert torch.equal(torch.rand(1), untouched)

    again = predicted(case.fit(training, seed=3, settings=FEW), support, query)
    assert np.array_equal(again.mean, expected.mean)
    assert np.array_equal(again.variance, expected.variance)
    other = predicted(case.fit(training, seed=4, settings=FEW), support, query)
    assert not np.array_equal(other.mean, expected.mean)


@every_learner
def test_predicting_reads_the_support_and_not_the_answers_asked_for(case: Case) -> None:
    training, support, query = protocol()
    learner = case.fit(training, seed=3, settings=FEW)
    expected = predicted(learner, support, query)
    assert expected.mean.shape == expected.variance.shape == query.answers.shape
    assert np.isfinite(expected.mean).all()
    assert (expected.variance > 0).all()

    secret = replace(query, answers=np.full_like(query.answers, np.nan))
    assert np.array_equal(predicted(learner, support, secret).mean, expected.mean)
    told = replace(support, answers=support.answers + 0.5)
    assert not np.array_equal(predicted(learner, told, query).mean, expected.mean)
    assert np.isfinite(predicted(learner, support.rows(NOBODY), query).mean).all()
    assert len(predicted(learner, support, query.rows(NOBODY)).mean) == 0


@every_learner
def test_the_recipe_takes_poor_sets(case: Case) -> None:
    """One target, no features, no moods, and an item that nobody rated."""
    poor = linear_set(people=6, ratings=8, items=12, targets=("liking",), moods=False)
    poor = replace(poor, features=np.zeros((12, 0)), feature_names=())
    known = poor.rows((poor.item != 11) & (poor.user < 5))
    learner = case.fit(known, seed=0, settings=FEW)
    new = poor.of_users([5])
    unseen = replace(new, item=np.full_like(new.item, 11))
    prediction = predicted(learner, new, unseen)
    assert prediction.mean.shape == (8, 1)
    assert np.isfinite(prediction.mean).all()
    assert np.isfinite(prediction.variance).all()


def errors(learner: EpisodicLearner, rows: RatingSet, shots: int) -> Any:
    """Mean squared error of each target [T] over the rows after the tenth of every person."""
    squared = []
    for person in np.unique(rows.user):
        own = rows.of_users([person])
        query = own.rows(np.arange(10, len(own)))
        mean = predicted(learner, own.rows(np.arange(shots)), query).mean
        squared.append((mean - query.answers) ** 2)
    return np.concatenate(squared).mean(axis=0)


@every_learner
def test_adapting_lowers_the_error(case: Case) -> None:
    """People differ by an offset: ten ratings tell half of it at least, one rating does no harm."""
    rows = linear_world(people=36, offset=1.0, slope=0.0, noise=0.5).ratings
    learner = case.fit(rows.of_users(range(16)), seed=0, settings=FEW)
    new = rows.of_users(range(16, 36))
    before = errors(learner, new, 0)
    assert (errors(learner, new, 1) < before).all()
    assert (errors(learner, new, 10) < 0.6 * before).all()


@every_learner
def test_training_finds_what_people_differ_in(case: Case) -> None:
    """What they make of the content, that is: it is found by training, not at first."""
    rows = linear_world(people=60, offset=0.3, slope=1.0, noise=0.3, item_effect=0.1).ratings
    training, new = rows.of_users(range(40)), rows.of_users(range(40, 60))
    untrained = case.fit(training, seed=0, settings=UNTRAINED)
    trained = case.fit(training, seed=0, settings=case.settings)
    assert errors(trained, new, 10).sum() < (1 - case.gain) * errors(untrained, new, 10).sum()
