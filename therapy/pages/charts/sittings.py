"""What the charts of one patient have in common: sessions in time order, side by side.

Sessions stand at equal distances, so that two on one day do not hide each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 360, 216
LEFT, RIGHT, TOP, BOTTOM = 42.0, 344.0, 30.0, 170.0  # room for what is written beside
BESIDE = 6.0  # between a chart and the labels on its left
MOST_DATES = 5  # labels that fit side by side below a chart this wide
APART = 44.0  # between the names of two plans


@dataclass(frozen=True)
class Mood:
    """A point of the affect plane, each coordinate −1..1."""

    valence: float
    arousal: float


@dataclass(frozen=True)
class SessionMood:
    """What one session says to the charts; `target` and `plan`, its version, are of the plan that
    it was held under, where there was one."""

    started_at: datetime
    before: Mood
    after: Mood
    target: Mood | None = None
    plan: int | None = None


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
class Frame:
    """The box of a chart, where each of its sessions stands in it, and what is written along."""

    places: tuple[float, ...]
    dates: tuple[Tick, ...]
    plans: tuple[Tick, ...]
    """Between sessions where another version of the plan begins; no text where names would lie
    over each other."""
    width: int = WIDTH
    height: int = HEIGHT
    left: float = LEFT
    right: float = RIGHT
    top: float = TOP
    bottom: float = BOTTOM

    @property
    def label(self) -> float:
        """Where labels beside the chart end."""
        return self.left - BESIDE

    @property
    def slot(self) -> float:
        """The room of one session."""
        return (self.right - self.left) / len(self.places)


def frame_of(sessions: Sequence[SessionMood]) -> Frame:
    """Raises ValueError when there is no session: an empty chart would say nothing."""
    if not sessions:
        raise ValueError("A chart needs at least one session with moods before and after.")
    slot = (RIGHT - LEFT) / len(sessions)
    places = tuple(LEFT + slot * (index + 0.5) for index in range(len(sessions)))
    return Frame(places, _dates(places, sessions), _plans(places, slot, sessions))


def span_in_words(sessions: Sequence[SessionMood]) -> str:
    """3 sessions, 2 March 2026 to 4 March 2026."""
    first, last = sessions[0].started_at, sessions[-1].started_at
    span = f"{first.day} {first:%B %Y}"
    if first.date() != last.date():
        span += f" to {last.day} {last:%B %Y}"
    counted = "1 session" if len(sessions) == 1 else f"{len(sessions)} sessions"
    return f"{counted}, {span}"


def _dates(places: Sequence[float], sessions: Sequence[SessionMood]) -> tuple[Tick, ...]:
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


def _plans(
    places: Sequence[float], slot: float, sessions: Sequence[SessionMood]
) -> tuple[Tick, ...]:
    ticks: list[Tick] = []
    named = -APART
    known = sessions[0].plan
    for x, session in zip(places, sessions, strict=True):
        if session.plan is None or session.plan == known:
            continue
        known = session.plan
        at = x - slot / 2
        is_free = at - named >= APART
        ticks.append(Tick(at, f"plan {known}" if is_free else ""))
        named = at if is_free else named
    return tuple(ticks)
