"""Accompaniment: broken chords, comping, bass lines, soft percussion and small answers."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from adaptation.composing.form import Form
from adaptation.composing.harmony import Chord, Voicing
from adaptation.composing.melody import Tone, stable_tones
from adaptation.composing.score import BRUSH, SHAKER, SOFT_KICK

BASS_RANGE = (35, 50)
_SPARKLE_RANGE = (76, 91)
_STRUM = 0.14

_SHAPES: dict[int, tuple[tuple[int, ...], ...]] = {
    4: ((0, 2, 1, 3), (0, 2, 4, 3), (0, 2, 3, 1), (0, 3, 2, 4)),
    3: ((0, 2, 3), (0, 2, 4), (0, 3, 2)),
    8: ((0, 1, 2, 3, 4, 3, 2, 1), (0, 2, 1, 3, 2, 4, 3, 1), (0, 2, 3, 2, 4, 2, 3, 2)),
    6: ((0, 1, 2, 3, 2, 1), (0, 2, 3, 4, 3, 2), (0, 1, 3, 2, 4, 3)),
    16: ((0, 1, 2, 3, 4, 3, 2, 1) * 2, (0, 2, 1, 3, 2, 4, 3, 5, 4, 3, 5, 4, 3, 2, 1, 2)),
    12: ((0, 1, 2, 3, 2, 1) * 2, (0, 1, 2, 3, 4, 5, 4, 3, 4, 3, 2, 1)),
}
_COMPING = {4: ((1, 3), (0.5, 2, 3.5), (0, 1.5, 3)), 3: ((1, 2), (0.5, 2), (1, 1.5))}
_LIVELY_BASS = {4: (0, 1.5, 2, 3.5), 3: (0, 2)}


@dataclass(frozen=True, slots=True)
class Stroke:
    """A note without loudness: ``start`` and ``beats`` in beats, MIDI ``pitch``."""

    start: float
    beats: float
    pitch: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A way of breaking chords: ``rate`` notes per beat (0 rolls them whole), or comping."""

    rate: int
    shape: tuple[int, ...]
    comping: tuple[float, ...] = ()


def choose_figure(rng: random.Random, *, density: float, beats_per_bar: int) -> Figure:
    """A figure of about ``density`` notes per beat that goes round once in a bar."""
    if density > 1.9 and rng.random() < 0.4:
        return Figure(0, (), rng.choice(_COMPING[beats_per_bar]))
    wavering = density + rng.uniform(-0.3, 0.3)
    rate = 0 if wavering < 0.85 else 1 if wavering < 1.45 else 2 if wavering < 2.75 else 4
    shape = rng.choice(_SHAPES[rate * beats_per_bar]) if rate else ()
    return Figure(rate, shape)


def break_chord(
    figure: Figure, chord: Chord, voicing: Voicing, *, pedal: float
) -> Iterator[Stroke]:
    """The figure over one chord; broken notes ring for ``pedal`` beats or until it ends."""
    end = chord.start + chord.beats
    if figure.comping:
        yield from _comp(figure, chord, voicing)
    elif figure.rate == 0:
        for index, pitch in enumerate(voicing):
            yield Stroke(chord.start + index * _STRUM, chord.beats - index * _STRUM, pitch)
    else:
        rungs = _widened(voicing)
        for index in range(round(chord.beats * figure.rate)):
            start = chord.start + index / figure.rate
            rung = figure.shape[index % len(figure.shape)]
            yield Stroke(start, min(end - start, pedal), rungs[min(rung, len(rungs) - 1)])


def _widened(voicing: Voicing) -> Voicing:
    """The voicing with its lower voices doubled an octave above where nothing rubs."""
    rungs = set(voicing)
    for pitch in (voicing[0] + 12, voicing[1] + 12):
        if not any(abs(pitch - other) in (1, 13) for other in rungs):
            rungs.add(pitch)
    return tuple(sorted(rungs))


def _comp(figure: Figure, chord: Chord, voicing: Voicing) -> Iterator[Stroke]:
    for offset in figure.comping:
        if offset < chord.beats:
            for pitch in voicing[1:]:
                yield Stroke(chord.start + offset, min(0.75, chord.beats - offset), pitch)


def bass_line(chords: tuple[Chord, ...], form: Form, *, density: float) -> tuple[Stroke, ...]:
    """Roots near one another; fifths join in as ``density`` (notes per beat) grows."""
    strokes: list[Stroke] = []
    previous = sum(BASS_RANGE) // 2
    for chord in chords:
        root = _nearest(chord.root, previous, BASS_RANGE)
        previous = root
        strokes += _bass_bar(chord, root, form.beats_per_bar, density)
    return tuple(strokes)


def _bass_bar(chord: Chord, root: int, beats_per_bar: int, density: float) -> list[Stroke]:
    fifth = _nearest(chord.pitch_classes[2], root + 2, BASS_RANGE)
    if density < 1.5 or chord.beats < beats_per_bar:
        return [Stroke(chord.start, chord.beats, root)]
    if density < 2.2:
        half = 2 if beats_per_bar == 4 else beats_per_bar - 1
        return [
            Stroke(chord.start, half, root),
            Stroke(chord.start + half, chord.beats - half, fifth),
        ]
    offsets = _LIVELY_BASS[beats_per_bar]
    ends = (*offsets[1:], beats_per_bar)
    return [
        Stroke(chord.start + offset, end - offset, fifth if index % 3 == 2 else root)
        for index, (offset, end) in enumerate(zip(offsets, ends, strict=True))
    ]


def _nearest(pitch_class: int, target: int, bounds: tuple[int, int]) -> int:
    low, high = bounds
    matching = [pitch for pitch in range(low, high + 1) if pitch % 12 == pitch_class]
    return min(matching, key=lambda pitch: abs(pitch - target))


def answer_rests(tones: tuple[Tone, ...], chords: tuple[Chord, ...]) -> tuple[Stroke, ...]:
    """Three rising chord tones, high above, while the melody rests on a long note."""
    strokes: list[Stroke] = []
    for tone in tones:
        if not tone.is_rest_point or tone.beats < 2:
            continue
        chord = max((c for c in chords if c.start <= tone.start), key=lambda c: c.start)
        low, high = _SPARKLE_RANGE
        stable = stable_tones(chord)
        ladder = [pitch for pitch in range(low, high + 1) if pitch % 12 in stable]
        for index, pitch in enumerate(ladder[:3]):
            strokes.append(Stroke(tone.start + 1 + index / 2, 2 - index / 2, pitch))
    return tuple(strokes)


def percussion_bar(beats_per_bar: int, *, busy: bool) -> tuple[tuple[float, int], ...]:
    """Offsets in beats and percussion keys of one bar; ``busy`` adds a shaker on quavers."""
    backbeats = (1, 3) if beats_per_bar == 4 else (1, 2)
    kicks = (0, 2) if beats_per_bar == 4 and busy else (0,)
    hits = [(float(beat), BRUSH) for beat in backbeats] + [(float(b), SOFT_KICK) for b in kicks]
    if busy:
        hits += [(half / 2, SHAKER) for half in range(2 * beats_per_bar)]
    return tuple(sorted(hits))
