"""The starter catalogue: forty-eight pieces laid out over the valence–arousal plane by rule."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from adaptation.composing.arrangement import Palette, choose_palette
from adaptation.composing.character import Character, characterise, stream
from adaptation.composing.score import MINOR_MODES
from adaptation.composing.titles import Mood, deal_titles

_SEED: Final = 20
_SHORTEST, _LONGEST = 45, 60
_SEEDS_TRIED = 16
_SLOW_BELOW, _LIVELY_FROM = 72, 100
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

#: Valence from..to and arousal from..to of each mood; the calm half has the most titles.
_REGIONS: Final[dict[Mood, tuple[tuple[float, float], tuple[float, float]]]] = {
    "calm and bright": ((0.05, 0.85), (-0.9, -0.05)),
    "calm and wistful": ((-0.8, -0.05), (-0.9, -0.05)),
    "lively and bright": ((0.05, 0.85), (0.05, 0.8)),
    "lively and wistful": ((-0.7, -0.05), (0.05, 0.7)),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece to be composed: its target (−1..1 each), length in seconds, name and tags.

    ``slug`` names its file: lower-case words and hyphens, else ValueError.
    """

    title: str
    slug: str
    seed: int
    valence: float
    arousal: float
    seconds: float
    tags: tuple[str, ...]

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.slug):
            raise ValueError(
                f"The slug {self.slug!r} cannot name a file; use lower-case words and hyphens."
            )


def _build() -> Iterator[Piece]:
    palettes_used: Counter[Palette] = Counter()
    for region, (mood, (valences, arousals)) in enumerate(_REGIONS.items()):
        names = deal_titles(stream(_SEED, mood), mood)
        for index, (title, spot) in enumerate(zip(names, _spread(len(names)), strict=True)):
            valence = round(_between(spot[0], valences), 2)
            arousal = round(_between(spot[1], arousals), 2)
            first_seed = _SEED * 100_000 + region * 10_000 + index * 100
            seed, palette = _least_used(first_seed, arousal, palettes_used)
            palettes_used[palette] += 1
            character = characterise(seed=seed, valence=valence, arousal=arousal)
            yield Piece(
                title=title,
                slug=title.lower().replace(" ", "-"),
                seed=seed,
                valence=valence,
                arousal=arousal,
                seconds=float(round(_between(spot[2], (_SHORTEST, _LONGEST)))),
                tags=_tags(character, palette),
            )


def _spread(count: int) -> Iterator[tuple[float, float, float]]:
    """Points that fill the unit cube evenly: two rotations by irrational shares, one ladder."""
    golden, plastic = 0.6180339887, 0.7548776662
    for index in range(count):
        yield (0.5 + index * golden) % 1, (index + 0.5) / count, (0.5 + index * plastic) % 1


def _between(share: float, bounds: tuple[float, float]) -> float:
    low, high = bounds
    return low + share * (high - low)


def _least_used(first_seed: int, arousal: float, used: Counter[Palette]) -> tuple[int, Palette]:
    """The first of some seeds whose palette has been heard least so far."""
    seeds = range(first_seed, first_seed + _SEEDS_TRIED)
    options = [(seed, choose_palette(seed=seed, arousal=arousal)) for seed in seeds]
    return min(options, key=lambda option: used[option[1]])


def _tags(character: Character, palette: Palette) -> tuple[str, ...]:
    pace = "moderate"
    if character.tempo < _SLOW_BELOW:
        pace = "slow"
    elif character.tempo >= _LIVELY_FROM:
        pace = "lively"
    family = "minor" if character.mode in MINOR_MODES else "major"
    metre = ("waltz",) if character.beats_per_bar == 3 else ()
    drums = ("percussion",) if character.percussion else ()
    return (*palette.instruments, *drums, family, pace, *metre)


STARTER_CATALOGUE: Final[tuple[Piece, ...]] = tuple(_build())
