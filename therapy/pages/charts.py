"""The mood chart's geometry: one small chart an axis of affect, a pair of dots a session.

Pure arithmetic, no records and no markup; `therapy/sessions/mood_chart.html` draws what is
computed here. All lengths are units of the drawing's view box, y downward as in SVG.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 360, 216
LEFT, RIGHT, TOP, BOTTOM = 38.0, 350.0, 26.0, 170.0
MOST_DATES = 5  # labels that fit side by side below a chart this wide


@dataclass(frozen=True)
class Mood:
    """A point of the affect plane, each coordinate −1..1."""

    valence: float
    arousal: float


@dataclass(frozen=True)
class SessionMood:
    """What one session says to the chart; `target` is its plan's, where it had a plan."""

    started_at: datetime
    before: Mood
    after: Mood
    target: Mood | None = None


@dataclass(frozen=True)
class Axis:
    """One coordinate of affect, and what its ends are called."""

    name: str
    high: str
    low: str

    def of(self, mood: Mood) -> float:
        return mood.valence if self.name == "valence" else mood.arousal


VALENCE = Axis("valence", high="pleasant", low="unpleasant")
AROUSAL = Axis("arousal", high="excited", low="calm")


@dataclass(frozen=True)
class Tick:
    """A label and where it stands along its axis."""

    at: float
    text: str


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
    description: str
    pairs: tuple[Pair, ...]
    targets: tuple[Level, ...]
    levels: tuple[Tick, ...]
    dates: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: float = LEFT
    right: float = RIGHT
    top: float = TOP
    bottom: float = BOTTOM


def mood_charts(sessions: Sequence[SessionMood]) -> tuple[AffectChart, AffectChart]:
    """The charts of valence and arousal for sessions in time order.

    Sessions stand at equal distances, so that two on one day do not hide each other.
    Raises ValueError when there is no session: an empty chart would say nothing.
    """
    if not sessions:
        raise ValueError("A mood chart needs at least one session with moods before and after.")
    return _chart(VALENCE, sessions), _chart(AROUSAL, sessions)


def height_of(value: float) -> float:
    """Where −1..1 stands in the drawing: 1 at the top, −1 at the bottom."""
    return BOTTOM - (value + 1) / 2 * (BOTTOM - TOP)


def _chart(axis: Axis, sessions: Sequence[SessionMood]) -> AffectChart:
    slot = (RIGHT - LEFT) / len(sessions)
    places = [LEFT + slot * (index + 0.5) for index in range(len(sessions))]
    return AffectChart(
        axis=axis,
        description=_in_words(axis, sessions),
        pairs=tuple(_pair(axis, x, one) for x, one in zip(places, sessions, strict=True)),
        targets=_targets(axis, places, slot, sessions),
        levels=tuple(
            Tick(height_of(value), text)
            for value, text in ((1, "+1"), (0.5, "+0.5"), (0, "0"), (-0.5, "−0.5"), (-1, "−1"))
        ),
        dates=_dates(places, sessions),
    )


def _pair(axis: Axis, x: float, session: SessionMood) -> Pair:
    before, after = axis.of(session.before), axis.of(session.after)
    return Pair(x, height_of(before), height_of(after), session.started_at, before, after)


def _targets(
    axis: Axis, places: list[float], slot: float, sessions: Sequence[SessionMood]
) -> tuple[Level, ...]:
    levels: list[Level] = []
    for x, session in zip(places, sessions, strict=True):
        if session.target is None:
            continue
        start, end, y = x - slot / 2, x + slot / 2, height_of(axis.of(session.target))
        joins = levels and levels[-1].y == y and abs(levels[-1].end - start) < slot / 2
        if joins:
            levels[-1] = Level(levels[-1].start, end, y)
        else:
            levels.append(Level(start, end, y))
    return tuple(levels)


def _dates(places: list[float], sessions: Sequence[SessionMood]) -> tuple[Tick, ...]:
    """At most `MOST_DATES` days, spread over the chart; a day is written once."""
    last = len(sessions) - 1
    shown = min(len(sessions), MOST_DATES)
    chosen = {round(step * last / max(shown - 1, 1)) for step in range(shown)}
    one_year = sessions[0].started_at.year == sessions[-1].started_at.year
    ticks: list[Tick] = []
    for index in sorted(chosen):
        day = sessions[index].started_at
        text = f"{day.day} {day:%b}" if one_year else f"{day:%b %Y}"
        if not ticks or ticks[-1].text != text:
            ticks.append(Tick(places[index], text))
    return tuple(ticks)


def _in_words(axis: Axis, sessions: Sequence[SessionMood]) -> str:
    changes = [axis.of(one.after) - axis.of(one.before) for one in sessions]
    higher = sum(change > 0 for change in changes)
    lower = sum(change < 0 for change in changes)
    first, last = sessions[0].started_at, sessions[-1].started_at
    span = f"{first.day} {first:%B %Y}"
    if first.date() != last.date():
        span += f" to {last.day} {last:%B %Y}"
    counted = "1 session" if len(sessions) == 1 else f"{len(sessions)} sessions"
    return (
        f"{counted}, {span}. After the music {axis.name} was higher than before in {higher}, "
        f"lower in {lower} and the same in {len(sessions) - higher - lower}. "
        "The table below the charts has every number."
    )
