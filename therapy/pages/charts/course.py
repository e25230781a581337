"""Session after session against where moods drift by themselves, as an XmR chart an axis.

`therapy/sessions/course_chart.html` draws what is computed here. A value is the mood after a
session minus what ordinary listening would have left of the mood before it.
"""

import math
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
from therapy.statistics.control_charts import FEWEST, Chart, xmr
from therapy.statistics.drift import PRIOR

STEP = 0.25  # of the scale, which is as wide as its values and limits need
SMALLEST = 0.5


@dataclass(frozen=True)
class Point:
    """One session. `is_signal`: outside of the limits, or in a long run on one side."""

    x: float
    y: float
    started_at: datetime
    value: float
    is_signal: bool


@dataclass(frozen=True)
class CourseChart:
    """Everything that is drawn for one axis, and the same in words."""

    axis: Axis
    frame: Frame
    description: str
    findings: tuple[str, ...]
    """What stands out, as sentences; empty where nothing does."""
    points: tuple[Point, ...]
    line: str
    """The points as an SVG list."""
    levels: tuple[Tick, ...]
    centre: float
    limits: tuple[float, float]
    """Upper and lower."""


def course_charts(sessions: Sequence[SessionMood]) -> tuple[CourseChart, ...]:
    """The charts of valence and arousal for sessions in time order; none of fewer sessions than
    limits can be drawn for."""
    if len(sessions) < FEWEST:
        return ()
    frame = frame_of(sessions)
    return tuple(_chart(axis, frame, sessions) for axis in (VALENCE, AROUSAL))


def beyond_drift(axis: Axis, session: SessionMood) -> float:
    """The mood after it minus the expected one, −2..2; above 0: higher than by itself."""
    drift = PRIOR[axis.name]
    expected = drift.intercept + drift.slope * axis.of(session.before)
    return axis.of(session.after) - expected


def _chart(axis: Axis, frame: Frame, sessions: Sequence[SessionMood]) -> CourseChart:
    values = [beyond_drift(axis, one) for one in sessions]
    chart = xmr(values)
    assert chart is not None  # there are FEWEST
    most = _reach([*values, chart.low, chart.high])
    signals = {*chart.beyond}.union(*(range(first, last + 1) for first, last in chart.runs))
    points = tuple(
        Point(x, _height(value, most), one.started_at, value, place in signals)
        for place, (x, value, one) in enumerate(zip(frame.places, values, sessions, strict=True))
    )
    return CourseChart(
        axis=axis,
        frame=frame,
        description=_in_words(axis, sessions, chart),
        findings=_findings(axis, sessions, chart),
        points=points,
        line=" ".join(f"{point.x:.1f},{point.y:.1f}" for point in points),
        levels=tuple(
            Tick(_height(value, most), f"{value:+g}".replace("-", "−") if value else "0")
            for value in (most, 0.0, -most)
        ),
        centre=_height(chart.centre, most),
        limits=(_height(chart.high, most), _height(chart.low, most)),
    )


def _reach(values: Sequence[float]) -> float:
    return max(SMALLEST, math.ceil(max(map(abs, values)) / STEP) * STEP)


def _height(value: float, most: float) -> float:
    return BOTTOM - (value + most) / (2 * most) * (BOTTOM - TOP)


def _in_words(axis: Axis, sessions: Sequence[SessionMood], chart: Chart) -> str:
    return (
        f"{span_in_words(sessions)}. {axis.name.capitalize()} after a session minus what was "
        f"expected: {_signed(chart.centre)} on average, usually from {_signed(chart.low)} to "
        f"{_signed(chart.high)}. " + (" ".join(_findings(axis, sessions, chart)) or NOTHING)
    )


NOTHING = "No session stands out from how this patient’s sessions vary anyway."


def _findings(axis: Axis, sessions: Sequence[SessionMood], chart: Chart) -> tuple[str, ...]:
    found = []
    if chart.beyond:
        days = ", ".join(_day(sessions[place].started_at) for place in chart.beyond)
        found.append(f"{axis.name.capitalize()} was outside of the limits on {days}.")
    for first, last in chart.runs:
        found.append(
            f"{axis.name.capitalize()} stayed on one side of its median for {last - first + 1} "
            f"sessions, {_day(sessions[first].started_at)} to {_day(sessions[last].started_at)}."
        )
    return tuple(found)


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
