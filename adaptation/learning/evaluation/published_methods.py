"""How each method answers for the test rows of settings 1 to 3. None reads a rating of theirs.

`crossed-gp` is the mean of four Gaussian processes over people, items and content: with content as
groups of linear effects, which a person may have of their own, and as nearness; of the label and
of the rating 1..5. The label's is turned into a probability by a logistic curve that is fitted to
the training rows, each left out in turn; the rating's is the Gaussian's probability above 2.5.
Variances are chosen by the evidence of each split's training rows. The two ways of writing
content, the logistic curve and the prior were chosen by the `.valid` rows of all splits together
(docs/published-protocols.md says what that is worth).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr
from sklearn.linear_model import LogisticRegression

from adaptation.learning.datasets import situnes
from adaptation.learning.datasets.situnes_splits import Part, Split, Splits
from adaptation.learning.evaluation import published_columns
from adaptation.learning.evaluation.published_columns import SITUATIONS
from adaptation.learning.learners import crossed_gaussian_process, registry
from adaptation.learning.learners.crossed_gaussian_process import (
    Columns,
    Linear,
    Near,
    Same,
    Term,
)
from adaptation.learning.ratings import Floats, RatingSet, Target

LIKED_FROM = 3.0
BETWEEN_RATINGS = LIKED_FROM - 0.5
LABEL = Target("liked", 0, 1, liked_from=1)
ALMOST_FREE = 1e3  # inverse strength of the penalty of a curve with one slope

_PERSON, _ITEM, _GENRE = Same("person"), Same("item"), Same("genre")
_GROUPS = (Linear("popularity"), Linear("streaming"), Linear("signal"))
_NEAR = Near("content")
GROUPED: tuple[Term, ...] = (
    (_PERSON,),
    (_ITEM,),
    (_GENRE,),
    *((group,) for group in _GROUPS),
    *((_PERSON, group) for group in _GROUPS),
)
NEARBY: tuple[Term, ...] = ((_PERSON,), (_ITEM,), (_GENRE,), (_NEAR,), (_PERSON, _NEAR))


@dataclass(frozen=True)
class Question:
    """The test rows of one split, with the columns of the situation that may be read."""

    splits: Splits
    split: Split
    situation: str  # of SITUATIONS

    @property
    def labels(self) -> Floats:
        return liked(self.split.train)


Method = Callable[[Question], Floats]
"""Probabilities [N] that the test rows are liked."""


def liked(part: Part) -> Floats:
    """1 where the rating is 3 or more [N]."""
    return np.asarray(part.rating >= LIKED_FROM, np.float64)


def always(question: Question) -> Floats:
    """1 for everything."""
    return np.ones(len(question.split.test))


def base_rate(question: Question) -> Floats:
    """How much of the training rows is liked."""
    return np.full(len(question.split.test), question.labels.mean())


def logistic(question: Question) -> Floats:
    """Logistic regression on the categories of the published rows, and the situation."""
    train, test = (
        np.column_stack(
            [
                published_columns.one_hot(question.splits, question.split, part),
                published_columns.situation_of(part, question.split, question.situation),
            ]
        )
        for part in (question.split.train, question.split.test)
    )
    model = LogisticRegression(C=1.0, max_iter=2000).fit(train, question.labels)
    return np.asarray(model.predict_proba(test)[:, 1], np.float64)


def crossed_gp(question: Question) -> Floats:
    """The mean of four Gaussian processes, as the head of this module says."""
    train, test = (
        published_columns.crossed(question.splits, question.split, part, question.situation)
        for part in (question.split.train, question.split.test)
    )
    more: tuple[Term, ...] = ((Linear("situation"),),) if SITUATIONS[question.situation] else ()
    chances = [
        chance
        for terms in (GROUPED, NEARBY)
        for chance in (
            _from_label(train, question.labels, test, terms + more),
            _from_rating(train, question.split.train.rating, test, terms + more),
        )
    ]
    return np.asarray(np.mean(chances, axis=0), np.float64)


def _from_label(train: Columns, labels: Floats, test: Columns, terms: tuple[Term, ...]) -> Floats:
    process = crossed_gaussian_process.fit(train, labels, terms)
    known, _ = process.left_out()
    asked, _ = process.predict(test)
    curve = LogisticRegression(C=ALMOST_FREE).fit(known[:, None], labels)
    return np.asarray(curve.predict_proba(asked[:, None])[:, 1], np.float64)


def _from_rating(train: Columns, ratings: Floats, test: Columns, terms: tuple[Term, ...]) -> Floats:
    mean, variance = crossed_gaussian_process.fit(train, ratings, terms).predict(test)
    return np.asarray(ndtr((mean - BETWEEN_RATINGS) / np.sqrt(variance)), np.float64)


def learner(name: str) -> Method:
    """The registry's learner of this name, adapted to each person's own training rows. It reads no
    situation and no mood, and what it expects of the label is clipped to 0..1. Raises
    UnknownLearner."""
    recipe = registry.recipe(name)

    def answers(question: Question) -> Floats:
        split = question.split
        training = rating_set(question.splits, split.train, liked(split.train), LABEL)
        unknown = np.full(len(split.test), np.nan)
        asked = rating_set(question.splits, split.test, unknown, LABEL)
        fitted = recipe(training, seed=split.seed)
        chance = np.empty(len(asked))
        for person in np.unique(asked.user):
            rows = asked.user == person
            vector = fitted.adapt(training.of_users([person]))
            chance[rows] = fitted.predict(vector, asked.rows(rows)).mean[:, 0]
        return np.clip(chance, 0.0, 1.0)

    return answers


def rating_set(
    splits: Splits, part: Part, answers: Floats, target: Target, *, moods: bool = False
) -> RatingSet:
    """A part as learners read it, with answers [N] to one target. The mood
    before is left out unless asked for."""
    nobody_asked = np.full_like(part.before, np.nan)
    return RatingSet(
        name="SiTunes, published splits",
        licence="not stated",
        targets=(target,),
        feature_names=situnes.SCHEMA.columns,
        features=splits.features,
        item_keys=tuple(track.item for track in splits.tracks),
        user_keys=splits.listeners,
        user=part.listener,
        item=part.track,
        answers=answers[:, None],
        mood=part.before if moods else nobody_asked,
        order=part.time,
        series=np.zeros(len(part), np.int64),
        auxiliary=np.zeros(len(part), bool),
    )
