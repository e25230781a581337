"""A trial's sessions in time as an XmR chart, with blocks, and with arms once it is over.

`therapy/trials/chart.html` draws what is computed here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from therapy.outcomes.trials import Sitting
from therapy.pages.charts.moods import LEVELS, height_of
from therapy.pages.charts.sittings import BESIDE, BOTTOM, LEFT, RIGHT, TOP, WIDTH, Tick
from therapy.pages.plan_words import signed
from therapy.statistics.control_charts import Chart, xmr

HEIGHT = 184  # no dates stand below it


@dataclass(frozen=True)
class Dot:
    """A session; `arm` is empty while the trial goes on."""

    x: float
    y: float
    arm: str
    says: str


@dataclass(frozen=True)
class TrialChart:
    """Everything that is drawn, and the same in words for those who do not see it."""

    description: str
    dots: tuple[Dot, ...]
    blocks: tuple[float, ...]
    """Where a new block begins."""
    levels: tuple[Tick, ...]
    centre: float | None
    limits: tuple[float, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: float = LEFT
    label: float = LEFT - BESIDE
    right: float = RIGHT
    top: float = TOP
    bottom: float = BOTTOM


def trial_chart(sittings: Sequence[Sitting], *, with_arms: bool) -> TrialChart | None:
    """Of the sessions with both moods; None where there is none."""
    shown = [(one, one.after) for one in sittings if one.counts and one.after is not None]
    if not shown:
        return None
    slot = (RIGHT - LEFT) / len(shown)
    places = [LEFT + slot * (index + 0.5) for index in range(len(shown))]
    blocks = [one.block for one, _ in shown]
    chart = xmr([after for _, after in shown])
    return TrialChart(
        description=_in_words([after for _, after in shown], chart),
        dots=tuple(
            Dot(x, height_of(after), one.arm if with_arms else "", _says(one, after, with_arms))
            for x, (one, after) in zip(places, shown, strict=True)
        ),
        blocks=tuple(
            x - slot / 2
            for x, block, before in zip(places[1:], blocks[1:], blocks, strict=False)
            if block != before
        ),
        levels=LEVELS,
        centre=None if chart is None else height_of(chart.centre),
        limits=()
        if chart is None
        else tuple(height_of(one) for one in (chart.low, chart.high) if -1 <= one <= 1),
    )


def _says(one: Sitting, after: float, with_arms: bool) -> str:
    arm = f", {one.arm.upper()}" if with_arms else ""
    return (
        f"{one.started_at.day} {one.started_at:%b %Y}, block {one.block + 1}{arm}: {signed(after)}"
    )


def _in_words(values: Sequence[float], chart: Chart | None) -> str:
    counted = "1 session" if len(values) == 1 else f"{len(values)} sessions"
    if chart is None:
        return f"{counted}; too few to say how much they vary by themselves."
    beyond = len(chart.beyond)
    outside = "none lies" if not beyond else f"{beyond} {'lies' if beyond == 1 else 'lie'}"
    shift = " Eight or more in a row lie on one side of the median." if chart.runs else ""
    return (
        f"{counted}, mean {signed(chart.centre)}; {outside} outside of what varies anyway, "
        f"{signed(chart.low)} to {signed(chart.high)}.{shift}"
    )
