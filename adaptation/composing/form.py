"""The shape in time: an introduction, phrases of eight bars, an ending and the last ring."""

from dataclasses import dataclass
from itertools import accumulate, cycle, islice, product
from typing import Literal

#: Shortest and longest piece that the form can hold, in seconds.
SHORTEST, LONGEST = 30.0, 900.0
#: Time after the last bar in which the music only rings and fades, in seconds.
RING = 3.5

PHRASE_BARS = 8
FEWEST_BARS = 7

SectionKind = Literal["intro", "phrase", "ending"]

_INTRO_COST = {1: 0.5, 2: 0.0, 4: 1.5}
_ENDING_COST = {2: 0.0, 3: 0.3, 4: 0.6}


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of whole bars.

    ``theme`` names the motif that a phrase is made of, ``turn`` counts its earlier statements,
    and ``energy`` (0..1) says how full the section sounds.
    """

    kind: SectionKind
    theme: str
    turn: int
    first_bar: int
    bars: int
    energy: float


@dataclass(frozen=True, slots=True)
class Form:
    """Sections in order, with the tempo at which they fill the time asked for."""

    sections: tuple[Section, ...]
    tempo: float
    beats_per_bar: int
    ring_beats: float

    @property
    def bars(self) -> int:
        """Whole bars, without the last ring."""
        return sum(section.bars for section in self.sections)

    @property
    def beats(self) -> float:
        """Length in beats, the last ring included."""
        return self.bars * self.beats_per_bar + self.ring_beats


def lay_out(*, seconds: float, tempo: float, beats_per_bar: int) -> Form:
    """A form that lasts ``seconds`` exactly, at the nearest tempo that makes the bars whole.

    Raises ValueError for a length outside ``SHORTEST``..``LONGEST``.
    """
    if not SHORTEST <= seconds <= LONGEST:
        raise ValueError(
            f"A piece of {seconds} s was asked for; use {SHORTEST:.0f} to {LONGEST:.0f} s."
        )
    playing = seconds - RING
    bars = max(FEWEST_BARS, round(playing * tempo / 60 / beats_per_bar))
    fitted = bars * beats_per_bar * 60 / playing
    return Form(_sections(bars), fitted, beats_per_bar, RING * fitted / 60)


def _sections(bars: int) -> tuple[Section, ...]:
    intro, ending = _frame(bars)
    body = bars - intro - ending
    phrases = [PHRASE_BARS] * (body // PHRASE_BARS) + [4] * (body % PHRASE_BARS // 4)
    themes = _themes(phrases)
    lengths = [intro, *phrases, ending]
    starts = [0, *accumulate(lengths)]
    sections = [Section("intro", "A", 0, 0, intro, 0.15)]
    for index, (theme, length) in enumerate(zip(themes, phrases, strict=True)):
        turn = themes[:index].count(theme)
        energy = _energy(theme, turn, is_last=index == len(phrases) - 1)
        sections.append(Section("phrase", theme, turn, starts[index + 1], length, energy))
    sections.append(Section("ending", "A", 0, starts[-2], ending, 0.1))
    return tuple(sections)


def _frame(bars: int) -> tuple[int, int]:
    """Bars of introduction and ending that leave the body a multiple of four bars."""

    def cost(frame: tuple[int, int]) -> float:
        intro, ending = frame
        half_phrase = 0.5 * ((bars - intro - ending) % PHRASE_BARS != 0)
        return _INTRO_COST[intro] + _ENDING_COST[ending] + half_phrase

    frames = [
        (intro, ending)
        for intro, ending in product(_INTRO_COST, _ENDING_COST)
        if bars - intro - ending >= 4 and (bars - intro - ending) % 4 == 0
    ]
    return min(frames, key=cost)


def _themes(phrases: list[int]) -> list[str]:
    """A A B A and round again; three phrases are A B A; the last always comes home to A."""
    count = len(phrases)
    if count == 3:
        return ["A", "B", "A"]
    return [*islice(cycle("AABA"), count - 1), "A"]


def _energy(theme: str, turn: int, *, is_last: bool) -> float:
    if theme == "B":
        return 0.9
    if is_last and turn:
        return 0.55
    return min(0.45 + 0.25 * turn, 0.8)
