"""Mood before and after: one small chart an axis of affect, a pair of dots a session.

`therapy/sessions/mood_chart.html` draws what is computed here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from therapy.pages.charts.sittings import (
    AROUSAL,
    BOTTOM,
    TOP,
    VALENCE,
    Axis,
    Frame,
    SessionMood,
    Tick,
    frame_of,
    span_in_words,
)


@dataclass(frozen=True)
class Pair:
    """One session: the dot before, the dot after, on one vertical line."""

    x: float
    before: float
    after: float
    started_at: datetime
    value_before: float
    value_after: float


@dataclass(frozen=True)
class Level:
    """A stretch of the target: sessions in a row whose plans aimed at the same value."""

    start: float
    end: float
    y: float


@dataclass(frozen=True)
class AffectChart:
    """Everything that is drawn for one axis, and the same in words for those who do not see it."""

    axis: Axis
    frame: Frame
    description: str
    pairs: tuple[Pair, ...]
    targets: tuple[Level, ...]
    levels: tuple[Tick, ...]


def mood_charts(sessions: Sequence[SessionMood]) -> tuple[AffectChart, AffectChart]:
    """The charts of valence and arousal for sessions in time order. Raises ValueError when there is
    none."""
    frame = frame_of(sessions)
    return _chart(VALENCE, frame, sessions), _chart(AROUSAL, frame, sessions)


def height_of(value: float) -> float:
    """Where −1..1 stands in the drawing: 1 at the top, −1 at the bottom."""
    return BOTTOM - (value + 1) / 2 * (BOTTOM - TOP)


LEVELS = tuple(
    Tick(height_of(value), text)
    for value, text in ((1, "+1"), (0.5, "+0.5"), (0, "0"), (-0.5, "−0.5"), (-1, "−1"))
)


def _chart(axis: Axis, frame: Frame, sessions: Sequence[SessionMood]) -> AffectChart:
    return AffectChart(
        axis=axis,
        frame=frame,
        description=_in_words(axis, sessions),
        pairs=tuple(_pair(axis, x, one) for x, one in zip(frame.places, sessions, strict=True)),
        targets=_targets(axis, frame, sessions),
        levels=LEVELS,
    )


def _pair(axis: Axis, x: float, session: SessionMood) -> Pair:
    before, after = axis.of(session.before), axis.of(session.after)
    return Pair(x, height_of(before), height_of(after), session.started_at, before, after)


def _targets(axis: Axis, frame: Frame, sessions: Sequence[SessionMood]) -> tuple[Level, ...]:
    levels: list[Level] = []
    half = frame.slot / 2
    for x, session in zip(frame.places, sessions, strict=True):
        if session.target is None:
            continue
        start, end, y = x - half, x + half, height_of(axis.of(session.target))
        joins = levels and levels[-1].y == y and abs(levels[-1].end - start) < half
        if joins:
            levels[-1] = Level(levels[-1].start, end, y)
        else:
            levels.append(Level(start, end, y))
    return tuple(levels)


def _in_words(axis: Axis, sessions: Sequence[SessionMood]) -> str:
    changes = [axis.of(one.after) - axis.of(one.before) for one in sessions]
    higher = sum(change > 0 for change in changes)
    lower = sum(change < 0 for change in changes)
    return (
        f"{span_in_words(sessions)}. After the music {axis.name} was higher than before in "
        f"{higher}, lower in {lower} and the same in {len(sessions) - higher - lower}. "
        "The table below the charts has every number."
    )
