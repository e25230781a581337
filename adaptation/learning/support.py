"""From what a patient rated, in time order, to the rows that adapting reads.

A rated track says how much it was liked. What it did to the mood is known only between two mood
ratings of one sitting: with one track between them the second rating is its outcome; with n tracks
the way is shared out evenly, and each share counts as one n-th of an observation.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from adaptation.learning.outcomes import OUTCOMES, liking_to_unit

TrackKey = TypeVar("TrackKey")
Mood = tuple[float, float]
NEUTRAL: Mood = (0.0, 0.0)


@dataclass(frozen=True)
class MoodHeard:
    """A mood rating: valence and arousal in −1..1."""

    mood: Mood


@dataclass(frozen=True)
class TrackHeard(Generic[TrackKey]):
    """A track rating: liking 1..5."""

    track: TrackKey
    liking: float


@dataclass(frozen=True)
class SupportRow(Generic[TrackKey]):
    """One rated track as the learners read it; outcomes and weights in the order of OUTCOMES."""

    track: TrackKey
    mood: Mood
    outcome: tuple[float, float, float]
    weight: tuple[float, float, float]


def support_rows(
    sitting: Sequence[MoodHeard | TrackHeard[TrackKey]],
) -> Iterator[SupportRow[TrackKey]]:
    """Rows of one sitting, whose events are in time order."""
    before: Mood | None = None
    waiting: list[TrackHeard[TrackKey]] = []
    for event in sitting:
        if isinstance(event, TrackHeard):
            waiting.append(event)
            continue
        yield from _rows_between(before, waiting, event.mood)
        before, waiting = event.mood, []
    yield from _rows_between(before, waiting, None)


def _rows_between(
    before: Mood | None, heard: list[TrackHeard[TrackKey]], after: Mood | None
) -> Iterator[SupportRow[TrackKey]]:
    for place, track in enumerate(heard):
        liking = liking_to_unit(track.liking)
        if before is None or after is None:
            mood = before or NEUTRAL
            yield SupportRow(track.track, mood, (liking, 0.0, 0.0), (1.0, 0.0, 0.0))
            continue
        start = _between(before, after, place / len(heard))
        end = _between(before, after, (place + 1) / len(heard))
        share = 1.0 / len(heard)
        yield SupportRow(track.track, start, (liking, *end), (1.0, share, share))


def _between(before: Mood, after: Mood, share: float) -> Mood:
    return (
        before[0] + (after[0] - before[0]) * share,
        before[1] + (after[1] - before[1]) * share,
    )


@dataclass(frozen=True)
class Support:
    """S rated tracks as arrays, in time order: what the learners are given."""

    features: NDArray[np.float32]  # [S, F]
    mood: NDArray[np.float32]  # [S, 2]
    outcome: NDArray[np.float32]  # [S, 3]
    weight: NDArray[np.float32]  # [S, 3]
    tracks: tuple[str, ...] = ()  # S keys, by which a base knows tracks; empty: it knows none

    def __len__(self) -> int:
        return len(self.features)

    @classmethod
    def of(
        cls,
        rows: Iterable[SupportRow[TrackKey]],
        features: NDArray[np.float32],
        tracks: Sequence[str] = (),
    ) -> "Support":
        """Rows with their tracks' features [S, F] and keys, row by row."""
        listed = list(rows)
        return cls(
            np.asarray(features, np.float32).reshape(len(listed), -1 if listed else 0),
            np.array([row.mood for row in listed], np.float32).reshape(-1, 2),
            np.array([row.outcome for row in listed], np.float32).reshape(-1, len(OUTCOMES)),
            np.array([row.weight for row in listed], np.float32).reshape(-1, len(OUTCOMES)),
            tuple(tracks),
        )
