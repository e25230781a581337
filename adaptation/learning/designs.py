"""From rating sets to what the hierarchy is fitted to: scales, items, and the rows of a design."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from adaptation.learning import factors
from adaptation.learning.expectation import Design
from adaptation.learning.hierarchy import Hierarchy
from adaptation.learning.ratings import Floats, RatingSet, Truths, Whole
from adaptation.learning.relation import CLIP

MOST_ITEMS = 600  # with columns of their own: those that most people rated
SETTING, MOOD, CONTENT, LABELS, SQUARES, ITEMS = range(6)
"""Groups of population columns, each with a strength of its own. LABELS is content that has but two
values, a genre say; its squares would tell nothing more and are 0."""


@dataclass(frozen=True)
class Scales:
    """What content and answers are standardised by."""

    centre: Floats  # [F] of content
    scale: Floats  # [F]
    answer_centre: Floats  # [T] of answers on the unit scale
    answer_scale: Floats  # [T]


@dataclass(frozen=True)
class Prepared:
    """Ratings in time order within each person's series, with the scales and items they fix."""

    ratings: RatingSet
    scales: Scales
    items: Whole  # those with columns of their own

    @cached_property
    def content(self) -> Floats:
        """[I, F] of every item, in standard deviations, clipped."""
        centred = (self.ratings.features - self.scales.centre) / self.scales.scale
        return np.clip(centred, -CLIP, CLIP)

    @cached_property
    def is_label(self) -> Truths:
        """[F] which content has but two values."""
        return np.array([len(np.unique(column)) <= 2 for column in self.content.T], bool)

    @cached_property
    def series(self) -> Whole:
        """[R] which series each row is of; −1 for auxiliary rows, of which no task is made."""
        return np.where(self.ratings.auxiliary, -1, self.ratings.run)

    def design(self, relations: Floats | None = None) -> Design:
        """The design with these relation features of every row, for each answer [R, T, r], or with
        none."""
        ratings, scales = self.ratings, self.scales
        if relations is None:
            relations = np.zeros((len(ratings), len(ratings.targets), 0))
        content = self.content[ratings.item]
        asked = np.isfinite(ratings.mood.sum(axis=1))
        mood = np.where(asked[:, None], ratings.mood, 0.0)
        blocks = {
            SETTING: np.column_stack([np.ones(len(ratings)), ratings.auxiliary]),
            MOOD: mood,
            CONTENT: content,
            SQUARES: np.where(self.is_label, 0.0, content**2),
            ITEMS: (ratings.item[:, None] == self.items).astype(float),
        }
        groups = np.repeat(list(blocks), [block.shape[1] for block in blocks.values()])
        groups[groups == CONTENT] = np.where(self.is_label, LABELS, CONTENT)
        answers = (ratings.unit - scales.answer_centre) / scales.answer_scale
        weight = self.weight
        return Design(
            np.column_stack(list(blocks.values())),
            groups,
            _rows(ratings, mood, relations),
            np.where(weight > 0, answers, 0.0),
            weight,
            ratings.auxiliary.astype(np.int64),
            ratings.user,
        )

    @cached_property
    def weight(self) -> Floats:
        """[R, T] how much of an observation each answer is of what it is asked for."""
        return np.where(self.ratings.answerable, self.ratings.told, 0.0)

    @cached_property
    def answers(self) -> tuple[Whole, Whole]:
        """Row and answer of every answer that there is, [M] each."""
        row, answer = np.nonzero(self.weight > 0)
        return row, answer

    def residuals(self, fitted: Hierarchy) -> factors.Residuals:
        """What the population got wrong, answer by answer."""
        row, answer = self.answers
        return factors.Residuals(
            self.ratings.user[row],
            self.ratings.item[row],
            answer,
            fitted.residual[row, answer],
            self.weight[row, answer],
        )


def prepare(ratings: RatingSet, resolution: Floats | None) -> Prepared:
    """Scales and items of the ratings. `resolution` [F]: no scale of a feature is finer."""
    ratings = ratings.rows(np.lexsort((ratings.order, ratings.series, ratings.user)))
    return Prepared(ratings, _scales(ratings, resolution), _items_of_their_own(ratings))


def _scales(ratings: RatingSet, resolution: Floats | None) -> Scales:
    content = ratings.features[ratings.item]
    spread = content.std(0)
    if resolution is not None:
        spread = np.maximum(spread, resolution)
    answers = np.where(ratings.told > 0, ratings.unit, np.nan)
    if not ratings.auxiliary.all():
        answers = answers[~ratings.auxiliary]
    told = np.isfinite(answers).sum(0)
    centre = np.nansum(answers, axis=0) / np.maximum(told, 1)
    answer_spread = np.sqrt(np.nansum((answers - centre) ** 2, axis=0) / np.maximum(told, 1))
    return Scales(
        content.mean(0),
        np.where(spread > 1e-6, spread, 1.0),
        centre,
        np.where(answer_spread > 1e-6, answer_spread, 1.0),
    )


def _items_of_their_own(ratings: RatingSet) -> Whole:
    """Items that at least two people rated; the most rated ones where there are many."""
    pairs = np.unique(np.column_stack([ratings.item, ratings.user]), axis=0)
    raters = np.bincount(pairs[:, 0], minlength=len(ratings.features))
    enough = np.flatnonzero(raters >= factors.FEWEST_PEOPLE)
    most = enough[np.argsort(-raters[enough], kind="stable")][:MOST_ITEMS]
    return np.sort(most)


def _rows(ratings: RatingSet, mood: Floats, phi: Floats) -> Floats:
    """How a person's coordinates enter each answer [R, T, d], as RelationLearner.rows has them."""
    carries = [target.carries for target in ratings.targets]
    moods = [answer for answer, axis in enumerate(carries) if axis is not None]
    width = 1 + phi.shape[2]
    rows = np.zeros((len(ratings), len(carries), len(carries) * width + len(moods)))
    for answer, axis in enumerate(carries):
        rows[:, answer, answer * width] = 1.0
        rows[:, answer, answer * width + 1 : (answer + 1) * width] = phi[:, answer]
        if axis is not None:
            rows[:, answer, len(carries) * width + moods.index(answer)] = mood[:, axis]
    return rows
