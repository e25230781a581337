"""Chords: progressions with cadences for each mode, and voicings that move smoothly."""

import random
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from adaptation.composing.form import PHRASE_BARS, Form, Section
from adaptation.composing.score import MODES

#: Chords by scale degree, one bar apart; "2-5" shares a bar, "5#" raises its third to lead home.
#: Diminished triads never stand alone. An opening asks, a closing answers on the tonic.
_OPENINGS = {
    "ionian": ("1 6 4 5", "1 4 2 5", "1 3 4 5", "1 5 6 4", "1 4 6 5", "1 6 2 5"),
    "lydian": ("1 2 1 5", "1 2 6 5", "1 5 6 2", "1 3 6 2", "1 5 1 2"),
    "mixolydian": ("1 7 4 5", "1 4 7 4", "1 5 4 7", "1 7 1 4", "1 6 4 7"),
    "dorian": ("1 4 1 7", "1 7 4 5", "1 3 4 7", "1 5 7 4", "1 2 1 5"),
    "aeolian": ("1 6 3 7", "1 4 6 5", "1 7 6 7", "1 6 4 5", "1 3 4 7"),
}
_CLOSINGS = {
    "ionian": ("6 4 5 1", "4 2 5 1", "1 6 2-5 1", "4 1 2-5 1", "6 2 5 1", "4 5-4 1-5 1"),
    "lydian": ("6 2 5 1", "3 6 2 1", "5 6 2 1", "6 5 2 1"),
    "mixolydian": ("1 4 7 1", "2 4 7 1", "6 4 7 1", "4 1 7-4 1"),
    "dorian": ("3 4 7 1", "7 4 5 1", "1 4 7 1", "2 4 5-7 1"),
    "aeolian": ("6 4 7 1", "4 6 7 1", "6 4 5# 1", "3 7 4 1", "6 3 4-5# 1"),
}
_CONTRASTS = {
    "ionian": ("6 3 4 1", "4 1 4 5", "6 4 1 5", "2 5 3 6", "4 3 2 5"),
    "lydian": ("6 2 6 2", "3 6 5 2", "6 3 5 2"),
    "mixolydian": ("4 1 4 5", "6 2 4 7", "7 4 1 5"),
    "dorian": ("3 7 4 4", "7 3 4 5", "4 7 3 5"),
    "aeolian": ("6 3 7 4", "3 7 6 7", "4 1 6 7"),
}
_ENDINGS = {
    "ionian": {2: "4 1", 3: "2 4 1", 4: "1 6 4 1"},
    "lydian": {2: "2 1", 3: "5 2 1", 4: "1 6 2 1"},
    "mixolydian": {2: "4 1", 3: "7 4 1", 4: "1 7 4 1"},
    "dorian": {2: "4 1", 3: "7 4 1", 4: "1 5 4 1"},
    "aeolian": {2: "4 1", 3: "6 4 1", 4: "1 6 4 1"},
}
_INTRODUCTIONS = {1: "1", 2: "1 1", 4: "1 {second} 1 {second}"}

VOICES = 4
#: Lowest and highest MIDI pitch of the inner harmony, and the pitch it centres on.
VOICING_RANGE = (48, 71)
VOICING_CENTRE = 58.5

Voicing = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord: ``start`` and ``beats`` in beats, pitch classes root first, and its scale."""

    start: float
    beats: float
    degree: int
    pitch_classes: tuple[int, ...]
    scale: tuple[int, ...]

    @property
    def root(self) -> int:
        """Pitch class of the root."""
        return self.pitch_classes[0]


def harmonise(
    rng: random.Random, form: Form, *, key: int, mode: str, colour: float
) -> tuple[Chord, ...]:
    """Chords for the whole form; a theme that returns brings its own progression back.

    ``colour`` (0..1) is the probability of a seventh or added ninth.
    """
    bars: list[str] = []
    halves: dict[str, tuple[str, str]] = {}
    for section in form.sections:
        if section.kind == "phrase" and section.theme not in halves:
            first = _OPENINGS if section.theme == "A" else _CONTRASTS
            halves[section.theme] = (rng.choice(first[mode]), rng.choice(_CLOSINGS[mode]))
        bars += _section_bars(section, mode, halves).split()

    chords: list[Chord] = []
    for bar, symbols in enumerate(bars):
        shares = symbols.split("-")
        beats = form.beats_per_bar / len(shares)
        for index, symbol in enumerate(shares):
            start = bar * form.beats_per_bar + index * beats
            chords.append(_chord(rng, symbol, start, beats, key, mode, colour))
    # The last chord is plain, so that the piece comes to rest.
    final = chords[-1]
    chords[-1] = replace(final, pitch_classes=final.pitch_classes[:3])
    return tuple(chords)


def _section_bars(section: Section, mode: str, halves: dict[str, tuple[str, str]]) -> str:
    if section.kind == "intro":
        second = _ENDINGS[mode][2].split()[0]
        return _INTRODUCTIONS[section.bars].format(second=second)
    if section.kind == "ending":
        return _ENDINGS[mode][section.bars]
    opening, closing = halves[section.theme]
    return f"{opening} {closing}" if section.bars == PHRASE_BARS else closing


def _chord(
    rng: random.Random, symbol: str, start: float, beats: float, key: int, mode: str, colour: float
) -> Chord:
    degree = int(symbol.rstrip("#"))
    scale = [(key + step) % 12 for step in MODES[mode]]
    if symbol.endswith("#"):
        scale[(degree + 1) % 7] = (scale[(degree + 1) % 7] + 1) % 12
    tones = [scale[(degree - 1 + third) % 7] for third in (0, 2, 4)]
    wants_colour = rng.random() < colour
    ninth, seventh = scale[degree % 7], scale[(degree + 5) % 7]
    if wants_colour and not symbol.endswith("#"):
        # A ninth a semitone above the root would grate; a seventh never does in these voicings.
        has_soft_ninth = (ninth - tones[0]) % 12 == 2
        tones.append(ninth if has_soft_ninth and rng.random() < 0.55 else seventh)
    return Chord(start, beats, degree, tuple(tones), tuple(scale))


def voice_lead(chords: tuple[Chord, ...]) -> tuple[Voicing, ...]:
    """Four-voice voicings, low to high, that together move least (Viterbi over all voicings).

    Movement, parallel fifths and octaves, and leaps of the top voice cost; so does a voicing
    away from the middle of its range.
    """
    cache: dict[tuple[int, ...], tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
    for chord in chords:
        if chord.pitch_classes not in cache:
            cache[chord.pitch_classes] = _voicings(chord.pitch_classes)
    options = [cache[chord.pitch_classes] for chord in chords]

    voicings, total = options[0]
    back: list[NDArray[np.int64]] = []
    for following, own_cost in options[1:]:
        through = total[:, None] + _transition_cost(voicings, following)
        best = through.argmin(axis=0)
        back.append(best)
        total = through[best, np.arange(len(best))] + own_cost
        voicings = following
    path = [int(total.argmin())]
    for best in reversed(back):
        path.append(int(best[path[-1]]))
    path.reverse()
    return tuple(
        tuple(int(pitch) for pitch in option[0][index])
        for option, index in zip(options, path, strict=True)
    )


def _voicings(
    pitch_classes: tuple[int, ...],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """All fair voicings [M, 4] of a chord and the cost of each by itself [M]."""
    low, high = VOICING_RANGE
    pitches = [pitch for pitch in range(low, high + 1) if pitch % 12 in pitch_classes]
    # With four pitch classes the bass already holds the fifth's place; it may be left out.
    needed = {pitch_classes[0], pitch_classes[1], *pitch_classes[3:]}
    fair = [
        voicing
        for voicing in combinations(pitches, VOICES)
        if needed <= {pitch % 12 for pitch in voicing} and not _is_harsh(voicing)
    ]
    table = np.array(fair, dtype=np.int64)
    spread = table[:, -1] - table[:, 0]
    third_doubled = np.sum(table % 12 == pitch_classes[1], axis=1) > 1
    fifth_missing = ~np.any(table % 12 == pitch_classes[2], axis=1)
    cost = (
        0.5 * np.abs(table.mean(axis=1) - VOICING_CENTRE)
        + 0.4 * np.abs(spread - 14)
        + 1.0 * third_doubled
        + 0.7 * fifth_missing
    )
    return table, cost


def _is_harsh(voicing: Voicing) -> bool:
    """Semitones and minor ninths anywhere, gaps over an octave, or mud in the low voices."""
    gaps = [upper - lower for lower, upper in combinations(voicing, 2)]
    steps = [upper - lower for lower, upper in pairwise(voicing)]
    return (
        any(gap in (1, 13) for gap in gaps)
        or max(steps) > 12
        or (voicing[0] < 55 and steps[0] < 4)
        or steps.count(2) > 1
    )


def _transition_cost(before: NDArray[np.int64], after: NDArray[np.int64]) -> NDArray[np.float64]:
    """Cost [M, N] of moving from each voicing before to each one after."""
    moves = after[None, :, :] - before[:, None, :]
    size = np.abs(moves)
    cost = size.sum(axis=2) + 0.12 * (moves**2).sum(axis=2) + 2.0 * (size[:, :, -1] > 5)
    for lower, upper in combinations(range(VOICES), 2):
        interval_before = (before[:, upper] - before[:, lower]) % 12
        interval_after = (after[:, upper] - after[:, lower]) % 12
        is_perfect = np.isin(interval_before, (0, 7))[:, None]
        same = interval_before[:, None] == interval_after[None, :]
        together = (moves[:, :, lower] == moves[:, :, upper]) & (moves[:, :, lower] != 0)
        cost = cost + 1.5 * (is_perfect & same & together)
    return np.asarray(cost, dtype=np.float64)
