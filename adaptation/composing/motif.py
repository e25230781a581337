"""Motifs: a short rhythm and contour that a phrase states, varies and brings home."""

import random
from dataclasses import dataclass
from itertools import accumulate, pairwise

#: One-bar rhythms in beats by beats per bar; a negative value is a rest.
_CELLS: dict[int, tuple[tuple[float, ...], ...]] = {
    4: (
        (4,),
        (3, -1),
        (-1, 3),
        (2, 2),
        (3, 1),
        (-1, 1, 2),
        (1, 3),
        (2, 1, 1),
        (1, 1, 2),
        (1.5, 0.5, 2),
        (3, 0.5, 0.5),
        (1.5, 1.5, 1),
        (1, 0.5, 0.5, 2),
        (-0.5, 0.5, 1, 2),
        (1.5, 0.5, 1, 1),
        (-0.5, 0.5, 0.5, 0.5, 2),
        (0.5, 0.5, 1, 1, 1),
        (1, 0.5, 0.5, 1, 1),
        (0.5, 1, 0.5, 1, 1),
        (1.5, 0.5, 1.5, 0.5),
        (0.5, 0.5, 0.5, 0.5, 1, 1),
        (1, 0.5, 0.5, 1, 0.5, 0.5),
    ),
    3: (
        (3,),
        (-1, 2),
        (2, 1),
        (1, 2),
        (1, 1, 1),
        (1.5, 0.5, 1),
        (2, 0.5, 0.5),
        (-0.5, 0.5, 1, 1),
        (1, 0.5, 0.5, 1),
        (0.5, 0.5, 1, 1),
        (1, 1, 0.5, 0.5),
        (1.5, 0.5, 0.5, 0.5),
        (0.5, 0.5, 1, 0.5, 0.5),
        (1, 0.5, 0.5, 0.5, 0.5),
    ),
}
_MOVES = (-1, 1, -2, 2, 0, 3, 4, -3)
_MOVE_WEIGHTS = (30, 30, 12, 12, 4, 6, 4, 3)
_CANDIDATES = 40


@dataclass(frozen=True, slots=True)
class Gesture:
    """One note of intent: ``start`` and ``beats`` in beats, ``step`` in scale steps.

    ``start`` counts from the beginning of the statement, ``step`` from its first note.
    """

    start: float
    beats: float
    step: int


Motif = tuple[Gesture, ...]


def invent(rng: random.Random, *, beats_per_bar: int, density: float) -> Motif:
    """A two-bar motif of about ``density`` notes per beat that rests on its last note.

    The best of several random contours is taken: mostly steps, one leap at most, a small arch.
    """
    cells = _CELLS[beats_per_bar]
    wanted = density * beats_per_bar
    first = _choose_cell(rng, cells, wanted + 0.3)
    second = _choose_cell(rng, [cell for cell in cells if cell[-1] >= 1], wanted - 0.6)
    timing = _timing((*first, *second))
    contours = [_contour(rng, len(timing)) for _ in range(_CANDIDATES)]
    best = min(contours, key=_awkwardness)
    return tuple(
        Gesture(start, beats, step) for (start, beats), step in zip(timing, best, strict=True)
    )


def transpose(motif: Motif, steps: int) -> Motif:
    """The motif a number of scale steps higher."""
    return tuple(Gesture(note.start, note.beats, note.step + steps) for note in motif)


def invert(motif: Motif) -> Motif:
    """The motif upside down: what rose now falls."""
    return tuple(Gesture(note.start, note.beats, -note.step) for note in motif)


def ornament(motif: Motif) -> Motif:
    """The motif with its longest inner note split by the upper neighbour."""
    inner = motif[:-1]
    if not inner or max(note.beats for note in inner) < 1:
        return motif
    longest = max(inner, key=lambda note: note.beats)
    half = longest.beats / 2
    varied: list[Gesture] = []
    for note in motif:
        if note is longest:
            varied.append(Gesture(note.start, half, note.step))
            varied.append(Gesture(note.start + half, half, note.step + 1))
        else:
            varied.append(note)
    return tuple(varied)


def rest_on(motif: Motif, *, beats_per_bar: int, step: int) -> Motif:
    """The motif's first bar, then one long note: how a half or a whole phrase comes to rest."""
    head = tuple(note for note in motif if note.start < beats_per_bar)
    trimmed = tuple(
        Gesture(note.start, min(note.beats, beats_per_bar - note.start), note.step) for note in head
    )
    return (*trimmed, Gesture(float(beats_per_bar), beats_per_bar - 1.0, step))


def _choose_cell(
    rng: random.Random, cells: tuple[tuple[float, ...], ...] | list[tuple[float, ...]], count: float
) -> tuple[float, ...]:
    """A rhythm whose number of notes is near ``count``."""
    weights = [3.0 ** -(2 * abs(sum(beats > 0 for beats in cell) - count)) for cell in cells]
    return rng.choices(cells, weights)[0]


def _timing(durations: tuple[float, ...]) -> list[tuple[float, float]]:
    starts = [0.0, *accumulate(abs(beats) for beats in durations)]
    return [(start, beats) for start, beats in zip(starts, durations, strict=False) if beats > 0]


def _contour(rng: random.Random, count: int) -> tuple[int, ...]:
    moves = rng.choices(_MOVES, _MOVE_WEIGHTS, k=count - 1)
    return tuple(accumulate(moves, initial=0))


def _awkwardness(contour: tuple[int, ...]) -> float:
    """How far a contour is from a singable arch; 0 is ideal."""
    moves = [later - earlier for earlier, later in pairwise(contour)]
    leaps = sum(abs(move) >= 3 for move in moves)
    repeats = sum(move == 0 for move in moves)
    turns = sum(one * other < 0 for one, other in pairwise(moves))
    span = max(contour) - min(contour)
    unanswered = sum(abs(one) >= 3 and one * other >= 0 for one, other in pairwise(moves))
    wanted_span = min(4, len(contour))
    peak = contour.index(max(contour)) / max(len(contour) - 1, 1)
    return (
        2.0 * max(0, leaps - 1)
        + 1.0 * repeats
        + 1.0 * max(0, turns - len(contour) // 2)
        + 1.0 * abs(span - wanted_span)
        + 2.0 * unanswered
        + 1.5 * abs(peak - 0.5)
        + 0.5 * abs(contour[-1])
    )
