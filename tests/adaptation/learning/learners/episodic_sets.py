"""What every neural few-shot learner is tested with: small batches, and one set that has it all."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from adaptation.learning.learners.base import Prediction
from adaptation.learning.learners.episodic import EpisodicLearner, Settings
from adaptation.learning.learners.episodic_module import Build, Columns, EpisodicModule
from adaptation.learning.ratings import RatingSet
from tests.adaptation.learning.learners.rating_sets import linear_set, linear_world

COLUMNS = Columns(content=5, targets=3)
FEW = Settings(steps=10, episodes=8)
UNTRAINED = Settings(steps=0)
NOBODY = np.zeros(0, np.int64)

Fit = Callable[..., EpisodicLearner]
Batch = tuple[Tensor, Tensor, Tensor]


def stirred(build: Build, seed: int = 0) -> EpisodicModule:
    """A module with nothing left at 0 that starts there."""
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = build(COLUMNS)
    with torch.no_grad():
        for weights in module.parameters():
            weights.add_(torch.randn(weights.shape, generator=generator), alpha=0.2)
    return module


def ratings(people: int, rows: int, seed: int = 0) -> Batch:
    """x [people, rows, C], y and weight [people, rows, T]; one answer in five is missing."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(people, rows, COLUMNS.width, generator=generator)
    y = torch.randn(people, rows, COLUMNS.targets, generator=generator)
    weight = (torch.rand(y.shape, generator=generator) > 0.2).float()
    return x, y * weight, weight


def answers(module: EpisodicModule, support: Batch, query: Tensor) -> Tensor:
    """Means and log-variances, [2, B, N, T]."""
    with torch.no_grad():
        return torch.stack(module.predict_batch(module.adapt_batch(*support), query))


def close(first: Tensor, second: Tensor) -> bool:
    return torch.allclose(first, second, atol=1e-5, rtol=1e-4)


def assert_module_reads_a_set(build: Build) -> None:
    """Neither order nor padding nor the neighbours in the batch matter; the ratings do."""
    module, support, query = stirred(build), ratings(3, 6), ratings(3, 4, seed=1)[0]
    expected = answers(module, support, query)

    turned = torch.tensor([4, 0, 5, 2, 1, 3])
    assert close(answers(module, _each(support, lambda t: t[:, turned]), query), expected)

    x, y, weight = ratings(3, 2, seed=2)
    padding = (x, y, torch.zeros_like(weight))
    padded = tuple(torch.cat(pair, dim=1) for pair in zip(support, padding, strict=True))
    assert close(answers(module, padded, query), expected)

    for person in range(3):
        alone = _each(support, lambda t, p=person: t[p : p + 1])
        answered = answers(module, alone, query[person : person + 1])
        assert close(answered, expected[:, person : person + 1])

    assert not close(answers(module, (x, y, weight), query), expected)


def assert_no_ratings_say_nothing(build: Build) -> None:
    """With no rows at all, and with rows that are all padding, everybody is answered alike."""
    module, query = stirred(build), ratings(1, 4, seed=1)[0].expand(2, -1, -1)
    nothing = answers(module, ratings(2, 0), query)
    assert close(nothing[:, 0], nothing[:, 1])
    x, y, weight = ratings(2, 3)
    assert close(answers(module, (x, y, torch.zeros_like(weight)), query), nothing)


def _each(batch: Batch, change: Callable[[Tensor], Tensor]) -> Batch:
    x, y, weight = batch
    return change(x), change(y), change(weight)


def everything() -> RatingSet:
    """Twelve people with a lab series (auxiliary, no mood before) and an ordinary one; some answers
    are missing."""
    rows = linear_set(people=12, ratings=16)
    auxiliary = np.arange(len(rows)) % 16 < 5
    answered = rows.answers.copy()
    answered[np.arange(len(rows)) % 7 == 0, 0] = np.nan
    answered[np.arange(len(rows)) % 11 == 0, 2] = np.nan
    return replace(
        rows,
        answers=answered,
        mood=np.where(auxiliary[:, None], np.nan, rows.mood),
        auxiliary=auxiliary,
        series=rows.user * 2 + auxiliary,
    )


def predicted(learner: EpisodicLearner, support: RatingSet, query: RatingSet) -> Prediction:
    return learner.predict(learner.adapt(support), query)


def assert_recipe_keeps_the_protocol(fit: Fit) -> None:
    """The same seed, the same learner, and nothing is read that must not be."""
    rows = everything()
    training, new = rows.of_users(range(10)), rows.of_users([10])
    support, query = new.rows(np.arange(5, 9)), new.rows(np.arange(9, 16))
    torch.manual_seed(5)
    untouched = torch.rand(1)
    torch.manual_seed(5)
    learner = fit(training, seed=3, settings=FEW)
    assert torch.equal(torch.rand(1), untouched)
    expected = predicted(learner, support, query)
    assert expected.mean.shape == expected.variance.shape == query.answers.shape
    assert np.isfinite(expected.mean).all()
    assert (expected.variance > 0).all()

    again = predicted(fit(training, seed=3, settings=FEW), support, query)
    assert np.array_equal(again.mean, expected.mean)
    assert np.array_equal(again.variance, expected.variance)
    other = predicted(fit(training, seed=4, settings=FEW), support, query)
    assert not np.array_equal(other.mean, expected.mean)

    secret = replace(query, answers=np.full_like(query.answers, np.nan))
    assert np.array_equal(predicted(learner, support, secret).mean, expected.mean)
    told = replace(support, answers=support.answers + 0.5)
    assert not np.array_equal(predicted(learner, told, query).mean, expected.mean)
    nobody = predicted(learner, new.rows(NOBODY), query)
    assert np.isfinite(nobody.mean).all()
    assert len(predicted(learner, support, new.rows(NOBODY)).mean) == 0


def assert_recipe_takes_poor_sets(fit: Fit) -> None:
    """One target, no features, no moods, and an item that nobody rated."""
    poor = linear_set(people=6, ratings=8, items=12, targets=("liking",), moods=False)
    poor = replace(poor, features=np.zeros((12, 0)), feature_names=())
    known = poor.rows((poor.item != 11) & (poor.user < 5))
    learner = fit(known, seed=0, settings=FEW)
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


def assert_adapting_helps(fit: Fit) -> None:
    """People differ by an offset: ten ratings tell half of it at least, one rating does no harm."""
    rows = linear_world(people=36, offset=1.0, slope=0.0, noise=0.5).ratings
    learner = fit(rows.of_users(range(16)), seed=0, settings=FEW)
    new = rows.of_users(range(16, 36))
    before = errors(learner, new, 0)
    assert (errors(learner, new, 1) < before).all()
    assert (errors(learner, new, 10) < 0.6 * before).all()


def assert_training_helps(fit: Fit, settings: Settings, gain: float = 0.05) -> None:
    """People differ in what they make of the content: that is found by training, not at first."""
    rows = linear_world(people=60, offset=0.3, slope=1.0, noise=0.3, item_effect=0.1).ratings
    training, new = rows.of_users(range(40)), rows.of_users(range(40, 60))
    untrained = fit(training, seed=0, settings=UNTRAINED)
    trained = fit(training, seed=0, settings=settings)
    assert errors(trained, new, 10).sum() < (1 - gain) * errors(untrained, new, 10).sum()
