"""What learners read of a row: content, what other people said of the item, and the mood before.

The item columns are the mean residual of other people's answers about the item, drawn towards 0 as
far as the training data say that items differ (James & Stein 1961; the shrinkage is a one-way
analysis of variance). A training row never sees its own person's answers there, so that the
columns mean the same for someone new.
"""

from dataclasses import dataclass

import numpy as np

from adaptation.learning.ratings import Floats, RatingSet, Truths, Whole

CLIP = 4.0  # standard deviations; an item further out is treated as being there


@dataclass(frozen=True)
class _Tally:
    """Sums and numbers of residuals under sorted keys."""

    keys: Whole  # [M]
    total: Floats  # [M + 1, T]; the last row, of zeros, is for keys that are not there
    count: Floats  # [M + 1, T]

    @classmethod
    def of(cls, keys: Whole, residual: Floats) -> "_Tally":
        known, place = np.unique(keys, return_inverse=True)
        total, count = np.zeros((2, len(known) + 1, residual.shape[1]))
        np.add.at(total, place, np.nan_to_num(residual))
        np.add.at(count, place, np.isfinite(residual).astype(float))
        return cls(known, total, count)

    def at(self, keys: Whole) -> tuple[Floats, Floats]:
        """Sums and numbers [N, T] under each key."""
        place = np.searchsorted(self.keys, keys)
        within = np.minimum(place, len(self.keys) - 1)
        place = np.where(self.keys[within] == keys, within, len(self.keys))
        return self.total[place], self.count[place]


def _pair(rows: RatingSet) -> Whole:
    """One key for each person and item."""
    return rows.user * len(rows.features) + rows.item


@dataclass(frozen=True)
class Inputs:
    """Fixed by the training rows. C = F + T + 6 columns: content, item, mood."""

    centre: Floats  # [F]
    scale: Floats  # [F]
    answer_centre: Floats  # [T]
    answer_scale: Floats  # [T]
    drift: Floats  # [3, T], an answer from the mood before: intercept, valence, arousal
    everyone: _Tally  # residuals by item
    own: _Tally  # residuals by person and item
    shrinkage: Floats  # [T]: how many people's answers the prior is worth

    @classmethod
    def fit(cls, training: RatingSet) -> "Inputs":
        """Centres, scales and item statistics of the training rows."""
        content = training.features[training.item]
        only_auxiliary = bool(training.auxiliary.all())
        field = np.flatnonzero(training.auxiliary == only_auxiliary)
        centre, scale = _centre_and_scale(content)
        answer_centre, answer_scale = _centre_and_scale(training.answers[field])
        standard = (training.answers - answer_centre) / answer_scale
        drift = _drift(training.rows(field), standard[field])
        residual = _within_person(training, standard - _mood_columns(training)[:, :3] @ drift)
        return cls(
            centre,
            scale,
            answer_centre,
            answer_scale,
            drift,
            _Tally.of(training.item, residual),
            _Tally.of(_pair(training), residual),
            _shrinkage(training, residual),
        )

    @property
    def width(self) -> int:
        """C."""
        return len(self.centre) + len(self.shrinkage) + 6

    def of(self, rows: RatingSet) -> Floats:
        """Columns [N, C] of rows, of people who were trained on or not."""
        return np.column_stack([self.content(rows), self.items(rows), _mood_columns(rows)])

    def content(self, rows: RatingSet) -> Floats:
        """[N, F] in standard deviations, clipped."""
        return np.clip((rows.features[rows.item] - self.centre) / self.scale, -CLIP, CLIP)

    def items(self, rows: RatingSet) -> Floats:
        """[N, T], in standard deviations of an answer; 0 where nobody else rated the item."""
        total, count = self.everyone.at(rows.item)
        own_total, own_count = self.own.at(_pair(rows))
        return (total - own_total) / (count - own_count + self.shrinkage)

    def answers(self, rows: RatingSet) -> tuple[Floats, Floats]:
        """Standardised answers [N, T], 0 where there is none, and weights [N, T] (0: none)."""
        standard = (rows.answers - self.answer_centre) / self.answer_scale
        return np.where(rows.told > 0, standard, 0.0), rows.told

    def back(self, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
        """Standardised mean and variance [N, T] on the targets' own scales."""
        return mean * self.answer_scale + self.answer_centre, variance * self.answer_scale**2


def _mood_columns(rows: RatingSet) -> Floats:
    """[N, 6]: 1 (mood asked), valence, arousal, their squares and product; all 0 where the mood
    before was not asked."""
    asked = np.isfinite(rows.mood.sum(axis=1))
    valence, arousal = np.where(asked, rows.mood.T, 0.0)
    return np.column_stack(
        [asked, valence, arousal, valence**2, arousal**2, valence * arousal]
    ).astype(float)


def _centre_and_scale(values: Floats) -> tuple[Floats, Floats]:
    told = np.maximum(np.isfinite(values).sum(axis=0), 1)
    centre = np.nansum(values, axis=0) / told
    spread = np.sqrt(np.nansum((values - centre) ** 2, axis=0) / told)
    return centre, np.where(spread > 1e-9, spread, 1.0)


def _drift(rows: RatingSet, standard: Floats) -> Floats:
    columns = _mood_columns(rows)[:, :3]
    drift = np.zeros((3, standard.shape[1]))
    for target in range(standard.shape[1]):
        told = np.isfinite(standard[:, target]) & (columns[:, 0] > 0)
        if told.sum() > 3:
            drift[:, target] = np.linalg.lstsq(columns[told], standard[told, target], rcond=None)[0]
    return drift


def _within_person(rows: RatingSet, residual: Floats) -> Floats:
    """Residuals less the person's own mean in that setting; NaN stays NaN."""
    within = residual.copy()
    for part in _person_settings(rows):
        told = np.isfinite(residual[part]).sum(axis=0)
        within[part] -= np.nansum(residual[part], axis=0) / np.maximum(told, 1)
    return within


def _person_settings(rows: RatingSet) -> list[Truths]:
    return [
        (rows.user == person) & (rows.auxiliary == setting)
        for person in np.unique(rows.user)
        for setting in (False, True)
    ]


def _shrinkage(rows: RatingSet, residual: Floats) -> Floats:
    """σ²_within / σ²_between items, from a one-way analysis of variance; large where items do not
    differ."""
    shrinkage = np.full(residual.shape[1], 1e6)
    for target in range(residual.shape[1]):
        told = np.isfinite(residual[:, target])
        values, items = residual[told, target], rows.item[told]
        count = np.bincount(items)
        count_of = count[count > 0]
        if len(values) <= len(count_of) or len(count_of) < 2:
            continue
        mean = np.bincount(items, values)[count > 0] / count_of
        within = (np.square(values).sum() - (count_of * mean**2).sum()) / (
            len(values) - len(count_of)
        )
        effective = (len(values) - np.square(count_of).sum() / len(values)) / (len(count_of) - 1)
        between = (
            (count_of * (mean - values.mean()) ** 2).sum() / (len(count_of) - 1) - within
        ) / effective
        if between > 0:
            shrinkage[target] = min(within / between, 1e6)
    return shrinkage
